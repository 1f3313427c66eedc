import type { FinishReason } from '../vocabulary.ts';

/** Sampling settings of a prompt; absent ones are the vendor's own defaults. */
export interface PromptParameters {
  temperature?: number;
  topP?: number;
  maxTokens?: number;
  stop?: string[];
  seed?: number;
}

/** What a task leaves: always the whole text of its final attempt. */
export interface TaskResult {
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
