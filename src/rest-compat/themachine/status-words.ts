import type { Status } from '../shapes/statuses.ts';

export const TASK_STATUSES = ['pending', 'in_progress', 'completed', 'failed'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** The documentation has no cancelled tasks: they count as failed. */
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
