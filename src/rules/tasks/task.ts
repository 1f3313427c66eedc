import type { FinishReason, ReasoningEffort } from '../../vocabulary.ts';

/** Settings of a prompt; absent ones are the vendor's own defaults. */
export interface PromptParameters {
  temperature?: number;
  topP?: number;
  maxTokens?: number;
  stop?: string[];
  seed?: number;
  reasoningEffort?: ReasoningEffort;
  /** Of Anthropic's models before 4.6 and of OpenRouter. */
  maxReasoningTokens?: number;
  /** Tokens of context that Ollama loads the model with. */
  numCtx?: number;
}

/** What a task is about, in the words of whoever made it. */
export interface TaskSubject {
  title: string | null;
  description: string | null;
  /** What the work is done on: a host, a repository, a file. */
  target: string | null;
  context: Record<string, unknown> | null;
  /** Free ones, which their giver alone understands. */
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

/** What a prompt leaves: always the whole text of its final attempt. */
export interface PromptResult {
  output: string;
  /** Of an agent's task: whether the agent did what it was asked, and its account of that. */
  success?: boolean;
  summary?: string;
  /** The text as JSON, when the task has a response schema. */
  data?: unknown;
  model: string;
  provider: string;
  finishReason: FinishReason;
}

/** What a template leaves. */
export interface TemplateResult {
  /** Of its last step. */
  output: string;
  /** What each step came to, texts left out, in their order. */
  steps: Record<string, unknown>[];
}

/** What a task has that a person or a program ended by hand: whatever they say came of it. */
export interface GivenResult {
  output: string;
  [member: string]: unknown;
}

/** What the fetching of a model leaves. */
export interface PullResult {
  output: string;
  model: string;
  provider: string;
}
