import type { NewEvent } from '../../store/log/events.ts';
import type { TaskProgress } from '../../store/runs/checkpoints.ts';
import type { Ending } from './turn.ts';

/** What came of a tool call: what the model is told, and what it does to the run in the same statement. */
export interface Outcome {
  output: string;
  isError?: boolean;
  /** Come before `ToolCallCompleted`. */
  events?: readonly NewEvent[];
  task?: TaskProgress;
  /** How many inputs of people it took up. */
  inputs?: number;
  ending?: Ending;
}

/** An error for the model to read, and to do better. */
export function refused(output: string): Outcome {
  return { output, isError: true };
}
