import type { RunStatus } from '../documents.ts';
import { WORDS } from '../words.ts';

/** Always shows the word next to the colour, because not everyone can distinguish the colours. */
export function Status({ status }: { status: RunStatus }) {
  return <span className={`status ${status.toLowerCase()}`}>{WORDS.statuses[status]}</span>;
}

export function isOpen(status: RunStatus): boolean {
  return status === 'PENDING' || status === 'QUEUED' || status === 'RUNNING' || status === 'WAITING';
}
