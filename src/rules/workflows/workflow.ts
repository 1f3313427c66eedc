import type { RunError } from '../../errors.ts';
import type { ExecutionStepStatus, TaskKind } from '../../vocabulary.ts';
import type { PromptParameters } from '../tasks/task.ts';

/** One step of a workflow. It is executed as a task: of an agent, from a template, or a prompt to a model. */
export interface WorkflowStep {
  /** Unique within the workflow; other steps read its result as `steps.<id>.output`. */
  id: string;
  name: string;
  /** The prompt, a Liquid template. Empty for a template, whose prompts are in its steps. */
  task: string;
  /** A model's id; null: that of the agent, or a chosen one. */
  model: string | null;
  /** The agent that performs it; null: a model without tools, or a template. */
  agentId: string | null;
  /** Name of the template; null: it is not a template. */
  template: string | null;
  /** Parameters of the template. Texts are Liquid; one that is a single `{{ … }}` becomes its value. */
  templateParameters: Record<string, unknown>;
  /** Sampling settings of a prompt or an agent. */
  parameters: PromptParameters;
  /** A JSON Schema for the answer, which is then available as `steps.<id>.data`. */
  responseSchema: Record<string, unknown> | null;
  /** Ids of the steps that have to end first. */
  dependsOn: readonly string[];
  /** A condition as in Liquid's `{% if … %}`; if it is false, the step is skipped. null: always true. */
  condition: string | null;
  /** A Liquid expression for a list: one task per item, which is available as `item`. null: one task. */
  forEach: string | null;
  /** Maximum number of tasks of the list that run at once. */
  maxConcurrency: number;
  /** Number of retries of a failed task. */
  retries: number;
  /** Seconds before the first retry; the delay doubles with each retry. */
  retryDelaySeconds: number;
  /** Maximum seconds for each task from its creation; null: no limit. */
  timeoutSeconds: number | null;
}

/** How a step is executed. */
export type StepKind = Exclude<TaskKind, 'pull'>;

export function kindOf({ agentId, template }: Pick<WorkflowStep, 'agentId' | 'template'>): StepKind {
  if (template !== null) return 'template';
  return agentId === null ? 'prompt' : 'agent';
}

/** The parts of a workflow that an execution stores. */
export interface WorkflowDefinition {
  steps: readonly WorkflowStep[];
  /** Maximum seconds for an execution from its start; null: no limit. */
  timeoutSeconds: number | null;
}

/** The result of a step. For a list, lists of the same length. */
export interface StepResult {
  output: unknown;
  /** The parsed answer, if the step has a response schema. */
  data?: unknown;
}

export interface ExecutionResult {
  /** The output of the only step that no other waits for; of several such steps, by id. */
  output: unknown;
  /** The output of every step, by its id; null: skipped. */
  steps: Record<string, unknown>;
}

/** The variables that Liquid of a step can read. */
export interface StepScope {
  input: unknown;
  parameters: unknown;
  steps: Record<string, StepResult>;
}

export interface FinishedStep {
  key: string;
  status: ExecutionStepStatus;
  result: StepResult | null;
}

/** A step that was skipped, or has not been reached, has no result. */
const NOTHING: StepResult = { output: null, data: null };

export function scopeOf(
  given: Pick<StepScope, 'input' | 'parameters'>,
  steps: readonly FinishedStep[],
): StepScope {
  return { ...given, steps: Object.fromEntries(steps.map(({ key, result }) => [key, result ?? NOTHING])) };
}

export function resultOf({ steps }: WorkflowDefinition, finished: readonly FinishedStep[]): ExecutionResult {
  const outputs = Object.fromEntries(finished.map(({ key, result }) => [key, result?.output ?? null]));
  const waitedFor = new Set(steps.flatMap(({ dependsOn }) => dependsOn));
  const last = steps.map(({ id }) => id).filter((id) => !waitedFor.has(id));
  const [only, ...others] = last;
  const output =
    others.length === 0 ? outputs[only!] : Object.fromEntries(last.map((id) => [id, outputs[id]]));
  return { output, steps: outputs };
}

/** The error of an execution whose step failed. */
export function stepFailure(key: string, { message }: RunError): RunError {
  return { code: 'STEP_FAILED', message: `step ${key}: ${message}` };
}
