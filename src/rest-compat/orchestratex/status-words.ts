import type { Status } from '../shapes/statuses.ts';

/** The documentation does not define status values of an orchestration. */
export const STATUS = {
  PENDING: 'pending',
  QUEUED: 'pending',
  RUNNING: 'running',
  WAITING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const satisfies Record<Status, string>;
