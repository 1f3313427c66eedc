import type { FinishReason, ReasoningEffort } from '../../vocabulary.ts';

/** Settings of a prompt; for absent ones the vendor's defaults apply. */
export interface PromptParameters {
  temperature?: number;
  topP?: number;
  maxTokens?: number;
  stop?: string[];
  seed?: number;
  reasoningEffort?: ReasoningEffort;
  /** For Anthropic's models before 4.6 and for OpenRouter. */
  maxReasoningTokens?: number;
  /** Context size in tokens with which Ollama loads the model. */
  numCtx?: number;
}

/** The descriptive fields of a task, as given by its creator. */
export interface TaskSubject {
  title: string | null;
  description: string | null;
  /** What the work is done on: a host, a repository, a file. */
  target: string | null;
  context: Record<string, unknown> | null;
  /** Free parameters, stored without interpretation. */
  taskParameters: Record<string, unknown> | null;
}

export const NO_SUBJECT: TaskSubject = {
  title: null,
  description: null,
  target: null,
  context: null,
  taskParameters: null,
};

export type TaskResult = PromptResult | TemplateResult | PullResult | GivenResult;

/** The result of a prompt: always the complete text of its final attempt. */
export interface PromptResult {
  output: string;
  /** Of an agent: whether the task was completed as requested, and the agent's summary. */
  success?: boolean;
  summary?: string;
  /** The parsed answer, if the task has a response schema. */
  data?: unknown;
  model: string;
  provider: string;
  finishReason: FinishReason;
}

/** The result of a template. */
export interface TemplateResult {
  /** Output of its last step. */
  output: string;
  /** The outputs of each step without long texts, in order. */
  steps: Record<string, unknown>[];
}

/** The result of a task that was ended manually, as given. */
export interface GivenResult {
  output: string;
  [member: string]: unknown;
}

/** The result of pulling a model. */
export interface PullResult {
  output: string;
  model: string;
  provider: string;
}
