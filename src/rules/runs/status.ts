import type { RunStatus } from '../../vocabulary.ts';

/** All permitted status changes. A run that has not ended can be ended manually from any status. */
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

/**
 * The statuses from which a run may change to `to`, for the `where` clause of the statement that changes it.
 */
export function statusesBefore(to: RunStatus): RunStatus[] {
  return (Object.keys(MOVES) as RunStatus[]).filter((from) => canMove(from, to));
}
