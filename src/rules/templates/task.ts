import { abbreviateList } from '../text/abbreviate-list.ts';
import type { ParameterCheck } from './parameters.ts';
import type { GenerateStep, OllamaGenerateStep, TemplateParameter, TemplateStep } from './template.ts';

type AskingStep = GenerateStep | OllamaGenerateStep;

/** The steps of a template that call a model. */
export function askingSteps(steps: readonly TemplateStep[]): AskingStep[] {
  return steps.filter(
    (step): step is AskingStep => step.type === 'generate' || step.type === 'ollama_generate',
  );
}

/**
 * Separates secrets from values that are visible to everyone who can read the task. secrets: null when there
 * are none.
 */
export function splitSecrets(
  parameters: readonly TemplateParameter[],
  values: Record<string, unknown>,
): { values: Record<string, unknown>; secrets: Record<string, unknown> | null } {
  const pick = (isWanted: (parameter: TemplateParameter) => boolean) =>
    Object.fromEntries(parameters.filter(isWanted).map(({ name }) => [name, values[name]]));
  return {
    values: pick(({ isSecret }) => !isSecret),
    secrets: parameters.some(({ isSecret }) => isSecret) ? pick(({ isSecret }) => isSecret) : null,
  };
}

/** All errors in parameters, each with the name of the parameter. */
export function parameterProblems(
  parameters: readonly TemplateParameter[],
  { missing, invalid, unknown }: ParameterCheck,
): { field: string; message: string }[] {
  const names = abbreviateList(parameters.map(({ name }) => name)) || 'none';
  return [
    ...missing.map((field) => ({ field, message: 'is required' })),
    ...invalid,
    ...unknown.map((field) => ({
      field,
      message: `is not a parameter of the template; there are: ${names}`,
    })),
  ];
}
