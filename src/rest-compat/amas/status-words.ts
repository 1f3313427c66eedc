import type { Status } from '../shapes/statuses.ts';

export const TASK_STATUSES = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

export const TASK_STATUS = {
  PENDING: 'pending',
  QUEUED: 'pending',
  RUNNING: 'in_progress',
  WAITING: 'in_progress',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const satisfies Record<Status, TaskStatus>;
