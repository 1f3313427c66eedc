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
  /** null: any value that matches its type and limits. */
  allowed: readonly unknown[] | null;
  /** Minimum of a number, of the characters of a text, or of the items of a list. */
  min: number | null;
  max: number | null;
  /** Stored encrypted, and never returned. */
  isSecret: boolean;
}

interface Step<Type extends TemplateStepType> {
  /** Unique within the template. */
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
  /** A branch or a tag; null: the default of the repository. */
  ref: string | null;
  /** Target folder in the working directory; null: the id of the step. */
  directory: string | null;
  token: string | null;
}

export interface RunScriptStep extends Step<'run_script'> {
  /** A file in `directory`; null: `script` is the text of a script. */
  path: string | null;
  script: string | null;
  args: readonly string[];
  /** Folder to run in, relative to the working directory; null: the working directory itself. */
  directory: string | null;
  timeoutSeconds: number | null;
}

export interface StoreOutputStep extends Step<'store_output'> {
  /** Name of the artifact. */
  name: string;
  /** A file in the working directory; if there is none, `content` is saved. */
  path: string | null;
  content: string | null;
  mediaType: string | null;
}

/** All texts except ids are Liquid. */
export type TemplateStep = GenerateStep | OllamaGenerateStep | GitCloneStep | RunScriptStep | StoreOutputStep;

/** The parts of a template that define what it does. */
export interface TemplateDefinition {
  parameters: readonly TemplateParameter[];
  steps: readonly TemplateStep[];
}

/** The template as executed by a worker, as it was when the task was created. */
export interface TemplatePlan {
  steps: readonly TemplateStep[];
  /** The model of each step, by the id of the step. */
  models: Readonly<Record<string, ModelReference>>;
}

/** Steps whose work is a command. */
const COMMANDS: readonly TemplateStepType[] = ['git_clone', 'run_script'];

/** The first step that cannot be executed where no commands can run; undefined: all can. */
export function firstCommand(steps: readonly TemplateStep[]): TemplateStep | undefined {
  return steps.find(({ type }) => COMMANDS.includes(type));
}

/** The members of a step that are Liquid; items of lists are separate. */
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

/** Where a client gives a step of each type: the alternatives of `TemplateStepInput`. */
export const STEP_ALTERNATIVES = {
  generate: 'generate',
  ollama_generate: 'ollamaGenerate',
  git_clone: 'gitClone',
  run_script: 'runScript',
  store_output: 'storeOutput',
} as const satisfies Record<TemplateStepType, string>;

export type StepAlternative = (typeof STEP_ALTERNATIVES)[TemplateStepType];

/** The outputs of a step that later steps can read, as `steps.<id>.<member>`. */
export const STEP_OUTPUTS: Record<TemplateStepType, readonly string[]> = {
  generate: ['output', 'model', 'provider', 'finishReason'],
  ollama_generate: ['output', 'model', 'provider', 'finishReason'],
  git_clone: ['output', 'commit', 'directory'],
  run_script: ['output', 'stderr', 'exitCode'],
  store_output: ['output', 'name', 'size'],
};
