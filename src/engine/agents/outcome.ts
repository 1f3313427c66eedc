import type { NewEvent } from '../../store/log/events.ts';
import type { TaskProgress } from '../../store/runs/checkpoints.ts';
import type { Ending } from './checkpoints.ts';

/**
 * The outcome of a tool call: the result for the model, and changes to the run made in the same statement.
 */
export interface Outcome {
  output: string;
  isError?: boolean;
  /** Logged before `ToolCallCompleted`. */
  events?: readonly NewEvent[];
  task?: TaskProgress;
  /** Number of user messages that it consumed. */
  inputs?: number;
  ending?: Ending;
}

/** An error that the model should read and correct. */
export function refused(output: string): Outcome {
  return { output, isError: true };
}
