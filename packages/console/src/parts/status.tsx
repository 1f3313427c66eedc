import type { RunStatus } from '../documents.ts';
import { WORDS } from '../words.ts';

/** The colour alone tells nothing: the word is always beside it. */
export function Status({ status }: { status: RunStatus }) {
  return <span className={`status ${status.toLowerCase()}`}>{WORDS.statuses[status]}</span>;
}

export function isOpen(status: RunStatus): boolean {
  return status === 'PENDING' || status === 'QUEUED' || status === 'RUNNING' || status === 'WAITING';
}
