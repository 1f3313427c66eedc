import type { RunStatus } from '../../vocabulary.ts';

type Status = Uppercase<RunStatus>;

export const TASK_STATUSES = ['pending', 'in_progress', 'completed', 'failed'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** The document knows no task that was cancelled: it has failed. */
export const TASK_STATUS = {
  PENDING: 'pending',
  QUEUED: 'pending',
  RUNNING: 'in_progress',
  WAITING: 'in_progress',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'failed',
} satisfies Record<Status, TaskStatus>;

export const EXECUTION_STATUSES = [...TASK_STATUSES, 'cancelled'] as const;
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

export const EXECUTION_STATUS = {
  ...TASK_STATUS,
  CANCELLED: 'cancelled',
} satisfies Record<Status, ExecutionStatus>;

/** The statuses that a word stands for; null: there is no word, and any will do. */
export function statusesOf<Word extends string>(
  table: Record<Status, Word>,
  word: Word | undefined,
): Status[] | null {
  if (word === undefined) return null;
  return (Object.keys(table) as Status[]).filter((status) => table[status] === word);
}
