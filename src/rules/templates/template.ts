import type { ParameterType, TemplateStepType } from '../../vocabulary.ts';
import type { ModelReference } from '../models/model-id.ts';
import type { PromptParameters } from '../tasks/task.ts';

export interface TemplateParameter {
  name: string;
  type: ParameterType;
  required: boolean;
  /** null: none. */
  default: unknown;
  description: string | null;
  /** null: whatever its type and bounds allow. */
  allowed: readonly unknown[] | null;
  /** Of a number; the characters of a text; the items of a list. */
  min: number | null;
  max: number | null;
  /** Sealed where it is kept, and shown to nobody. */
  isSecret: boolean;
}

interface Step<Type extends TemplateStepType> {
  /** Unique in its template. */
  id: string;
  type: Type;
}

export interface GenerateStep extends Step<'generate'> {
  /** null: chosen. */
  model: string | null;
  prompt: string;
  system: string | null;
  parameters: PromptParameters;
}

export interface OllamaGenerateStep extends Step<'ollama_generate'> {
  model: string;
  prompt: string;
  system: string | null;
  parameters: PromptParameters;
}

export interface GitCloneStep extends Step<'git_clone'> {
  url: string;
  /** A branch or a tag; null: the repository's own choice. */
  ref: string | null;
  /** Where to, in the working directory; null: the id of the step. */
  directory: string | null;
  token: string | null;
}

export interface RunScriptStep extends Step<'run_script'> {
  /** A file in `directory`, or null: `script` is its text. */
  path: string | null;
  script: string | null;
  args: readonly string[];
  /** Where it runs, in the working directory; null: there itself. */
  directory: string | null;
  timeoutSeconds: number | null;
}

export interface StoreOutputStep extends Step<'store_output'> {
  /** Of the artifact. */
  name: string;
  /** A file in the working directory; where there is none, `content` is what is stored. */
  path: string | null;
  content: string | null;
  mediaType: string | null;
}

/** All texts but ids are Liquid. */
export type TemplateStep = GenerateStep | OllamaGenerateStep | GitCloneStep | RunScriptStep | StoreOutputStep;

/** The parts of a template that say what it does. */
export interface TemplateDefinition {
  parameters: readonly TemplateParameter[];
  steps: readonly TemplateStep[];
}

/** What a worker carries out of a template, as it was when the task was made. */
export interface TemplatePlan {
  steps: readonly TemplateStep[];
  /** Which model each step asks, by the step's id. */
  models: Readonly<Record<string, ModelReference>>;
}

/** The members of a step that are Liquid, with those of lists one by one. */
export function liquidTexts(step: TemplateStep): { field: string; text: string }[] {
  return LIQUID_MEMBERS[step.type].flatMap((name) => {
    const value = (step as unknown as Record<string, string | readonly string[] | null>)[name] ?? [];
    if (typeof value === 'string') return [{ field: name, text: value }];
    return value.map((text, index) => ({ field: `${name}.${index}`, text }));
  });
}

const LIQUID_MEMBERS: Record<TemplateStepType, readonly string[]> = {
  generate: ['model', 'prompt', 'system'],
  ollama_generate: ['model', 'prompt', 'system'],
  git_clone: ['url', 'ref', 'directory', 'token'],
  run_script: ['path', 'script', 'args', 'directory'],
  store_output: ['name', 'path', 'content', 'mediaType'],
};

/** What later steps may read of a step, as `steps.<id>.<member>`. */
export const STEP_OUTPUTS: Record<TemplateStepType, readonly string[]> = {
  generate: ['output', 'model', 'provider', 'finishReason'],
  ollama_generate: ['output', 'model', 'provider', 'finishReason'],
  git_clone: ['output', 'commit', 'directory'],
  run_script: ['output', 'stderr', 'exitCode'],
  store_output: ['output', 'name', 'size'],
};
