import type { Status } from '../shapes/statuses.ts';

export const TASK_STATUSES = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** A pending task can be executed; one that was executed is in progress, whether or not a worker has it yet. */
export const TASK_STATUS = {
  PENDING: 'pending',
  QUEUED: 'in_progress',
  RUNNING: 'in_progress',
  WAITING: 'in_progress',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const satisfies Record<Status, TaskStatus>;
