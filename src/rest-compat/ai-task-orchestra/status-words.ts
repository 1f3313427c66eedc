import type { RunStatus } from '../../vocabulary.ts';

type Status = Uppercase<RunStatus>;

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

/** The statuses that a word stands for; null: there is no word, and any will do. */
export function statusesOf(word: StatusWord | undefined): Status[] | null {
  if (word === undefined) return null;
  return (Object.keys(STATUS) as Status[]).filter((status) => STATUS[status] === word);
}
