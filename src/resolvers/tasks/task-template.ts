import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { askTemplate, type ModelFinder } from '../../new-tasks/ask-template.ts';
import type { Asked } from '../../new-tasks/prepare-task.ts';
import { isPlain } from '../../rules/liquid/text.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import { checkParameters } from '../../rules/templates/parameters.ts';
import { askingSteps, parameterProblems } from '../../rules/templates/task.ts';
import type { TemplateStep } from '../../rules/templates/template.ts';
import { firstCommand } from '../../rules/templates/template.ts';
import type { TemplateRow } from '../../store/templates/templates.ts';
import { chooseForCaller, resolveModel } from '../models/model.ts';
import { compute } from '../request/compute.ts';
import { model as modelId } from '../request/fields.ts';
import { invalidInput, refuseIssues, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { chosenTemplate, INPUT_FIELDS } from '../templates/template.ts';
import type { NewTaskInput } from './task-input.ts';

/** Fields for prompts, which a template would ignore. */
const OF_PROMPTS = [
  'prompt',
  'systemPrompt',
  'model',
  'parameters',
  'fallbackModels',
  'responseSchema',
  'threadId',
  'agentId',
  'maxIterations',
] as const satisfies readonly (keyof NewTaskInput)[];

const FIELD = 'input.templateParameters';

/** @throws DomainError NOT_FOUND, VALIDATION_ERROR with all errors in its parameters, UNKNOWN_MODEL */
export async function fromTemplate(context: Context, given: NewTaskInput): Promise<Asked> {
  const foreign = OF_PROMPTS.filter((name) => given[name] !== undefined && given[name] !== null);
  refuseIssues(foreign.map((name) => ({ field: `input.${name}`, message: 'is not allowed for a template' })));
  const { templateId: id, templateName: name } = given;
  const template = await chosenTemplate(context, { id, name }, INPUT_FIELDS);
  if (!template.isActive) {
    throw new DomainError('INVALID_STATE', `input: the template ${template.name} is not active`);
  }
  await requireSandbox(context, template);
  const values = readValues(template, given.templateParameters ?? {});
  const models = await namesIn(context, template.steps, values);
  return askTemplate(template, { values, models }, { finder: finderOf(context), secrets: context.secrets });
}

/** Refused now instead of after the models were paid. Without a worker the task waits for one. */
async function requireSandbox({ store }: Context, { name, steps }: TemplateRow): Promise<void> {
  const command = firstCommand(steps);
  if (!command) return;
  const { liveWorkers, sandbox } = await store.lookups.installation();
  if (liveWorkers === 0 || sandbox !== 'unavailable') return;
  const message = `input: the step ${command.id} of ${name} runs commands, and no worker has a sandbox for them; an operator has to install bubblewrap (see docs/operations.md)`;
  throw new DomainError('SANDBOX_UNAVAILABLE', message);
}

function readValues({ parameters }: TemplateRow, given: Record<string, unknown>): Record<string, unknown> {
  const check = checkParameters(parameters, given);
  const problems = parameterProblems(parameters, check);
  refuseIssues(problems.map(({ field, message }) => ({ field: `${FIELD}.${field}`, message })));
  return check.values;
}

/** Before the task is created, so that a task with an unknown model is rejected. */
function finderOf(context: Context): ModelFinder {
  const field = (stepId: string) => `${FIELD}: the model of ${stepId}`;
  return {
    ollama: async (stepId, name) => ({
      ...(await ollamaModel(context, name ?? '', field(stepId))),
      events: [],
    }),
    named: async (stepId, name) =>
      name === null
        ? chooseForCaller(context, { length: 0, type: null })
        : { ...(await resolveModel(context, name, field(stepId))), events: [] },
  };
}

/** A model that the catalog lacks may still exist in Ollama. @throws DomainError VALIDATION_ERROR */
async function ollamaModel(context: Context, name: string, field: string): Promise<ModelReference> {
  const model = validate(modelId, name, field);
  const known = await context.store.lookups.model(requireViewer(context).userId, `ollama/${model}`);
  if (known?.lacks.includes('text')) await resolveModel(context, `ollama/${model}`, field);
  return { provider: 'ollama', model };
}

/**
 * The models that steps name with these parameters, by the id of the step. @throws DomainError
 * VALIDATION_ERROR
 */
async function namesIn(
  context: Context,
  steps: readonly TemplateStep[],
  values: Record<string, unknown>,
): Promise<Record<string, string>> {
  const named = askingSteps(steps).map(({ id, model }) => ({ field: id, text: model ?? '' }));
  const names = Object.fromEntries(named.map(({ field, text }) => [field, text]));
  const texts = named.filter(({ text }) => !isPlain(text));
  if (texts.length === 0) return names;
  const rendered = await compute(context, 'texts', { texts, scope: values }, FIELD);
  for (const [id, { text, problem }] of Object.entries(rendered)) {
    if (problem !== undefined)
      throw invalidInput([{ field: FIELD, message: `the model of ${id}: ${problem}` }]);
    names[id] = text;
  }
  return names;
}
