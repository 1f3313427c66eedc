import type { Status } from '../shapes/statuses.ts';

export const STATUSES = ['running', 'completed', 'failed', 'stopped'] as const;
export type StatusWord = (typeof STATUSES)[number];

/** The documentation has one status for unfinished tasks, and three endings. */
export const STATUS = {
  PENDING: 'running',
  QUEUED: 'running',
  RUNNING: 'running',
  WAITING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'stopped',
} as const satisfies Record<Status, StatusWord>;
