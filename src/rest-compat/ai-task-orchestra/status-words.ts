import type { Status } from '../shapes/statuses.ts';

export const STATUS_WORDS = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const;
export type StatusWord = (typeof STATUS_WORDS)[number];

export const STATUS = {
  PENDING: 'queued',
  QUEUED: 'queued',
  RUNNING: 'running',
  WAITING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const satisfies Record<Status, StatusWord>;
