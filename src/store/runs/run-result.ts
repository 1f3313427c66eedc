import type { OrchestrationResult } from '../../rules/orchestrations/orchestration.ts';
import type { TaskResult } from '../../rules/tasks/task.ts';

/** The result of a completed run; `output` is its text. Executions compute theirs in SQL, from their steps. */
export type RunResult = TaskResult | OrchestrationResult;

/** `inputs`: number of user messages that the result takes into account, for runs that accept them. */
export type RunOutcome = RunResult & { inputs?: number };
