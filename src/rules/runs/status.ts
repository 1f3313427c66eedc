import type { RunStatus } from '../../vocabulary.ts';

/** The one table of status moves. What has not ended may be ended by hand, whichever way, from wherever it stands. */
const MOVES: Record<RunStatus, readonly RunStatus[]> = {
  pending: ['queued', 'completed', 'failed', 'cancelled'],
  queued: ['running', 'completed', 'failed', 'cancelled'],
  running: ['queued', 'waiting', 'completed', 'failed', 'cancelled'],
  waiting: ['queued', 'completed', 'failed', 'cancelled'],
  completed: [],
  failed: ['queued'],
  cancelled: [],
};

export function canMove(from: RunStatus, to: RunStatus): boolean {
  return MOVES[from].includes(to);
}

/** The statuses from which a run may become `to`; for the `where` of the statement that moves it. */
export function statusesBefore(to: RunStatus): RunStatus[] {
  return (Object.keys(MOVES) as RunStatus[]).filter((from) => canMove(from, to));
}
