import type { RunError } from '../../errors.ts';
import type { ExecutionStepStatus, TaskKind } from '../../vocabulary.ts';
import type { PromptParameters } from '../tasks/task.ts';

/** One node of a workflow. Its work is a task: of an agent, from a template, or a prompt to a model. */
export interface WorkflowStep {
  /** Unique in its workflow; others read what came of it as `steps.<id>.output`. */
  id: string;
  name: string;
  /** Liquid: what is asked for. Empty: a template's prompts are in its steps. */
  task: string;
  /** A model's id; null: the agent's own, or chosen. */
  model: string | null;
  /** Who does it; null: a model without tools, or a template. */
  agentId: string | null;
  /** By its name; null: it is no template. */
  template: string | null;
  /** What the template is given. Texts are Liquid; one that is `{{ … }}` alone becomes what stands in it. */
  templateParameters: Record<string, unknown>;
  /** Sampling settings of a prompt, and of an agent's. */
  parameters: PromptParameters;
  /** A JSON Schema that the answer has to meet; what it says is then `steps.<id>.data`. */
  responseSchema: Record<string, unknown> | null;
  /** Ids of the steps that have to be over first. */
  dependsOn: readonly string[];
  /** What stands in Liquid's `{% if … %}`; where it does not hold, the step is skipped. null: it always holds. */
  condition: string | null;
  /** Liquid's expression for a list: one task for each of its items, which is `item`. null: one task. */
  forEach: string | null;
  /** Tasks of the list that run at once. */
  maxConcurrency: number;
  /** How often a failed task is tried again. */
  retries: number;
  /** Seconds before the first of these; each further wait is twice as long. */
  retryDelaySeconds: number;
  /** What each task may take from its making on; null: as long as it takes. */
  timeoutSeconds: number | null;
}

/** How the work of a step is carried out. */
export type StepKind = Exclude<TaskKind, 'pull'>;

export function kindOf({ agentId, template }: Pick<WorkflowStep, 'agentId' | 'template'>): StepKind {
  if (template !== null) return 'template';
  return agentId === null ? 'prompt' : 'agent';
}

/** The parts of a workflow that an execution keeps. */
export interface WorkflowDefinition {
  steps: readonly WorkflowStep[];
  /** What an execution may take from its start on; null: as long as it takes. */
  timeoutSeconds: number | null;
}

/** What a step leaves. Of a list, lists of the same length. */
export interface StepResult {
  output: unknown;
  /** The answer as JSON, where the step has a response schema. */
  data?: unknown;
}

export interface ExecutionResult {
  /** Of the only step that nothing waits for; where there are several, by their ids. */
  output: unknown;
  /** The output of every step, by its id; null: skipped. */
  steps: Record<string, unknown>;
}

/** What the Liquid of a step reads. */
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

/** A step that was skipped, or has not been reached, left nothing. */
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
