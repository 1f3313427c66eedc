import type { RunError } from '../../errors.ts';
import type { GivenResult } from '../../rules/tasks/task.ts';
import { transaction } from '../database/transaction.ts';
import { publishAll } from '../log/publish-all.ts';
import { type Ending, endAllWithin } from '../runs/end-run.ts';
import type { Store } from '../store.ts';

/** How a task is to be ended manually. */
export type GivenEnd = { status: 'completed'; result: GivenResult } | { status: 'failed'; error: RunError };

/**
 * Ends a task manually. Work in progress stops as with a cancel; runs that wait for it continue or fail.
 * @returns false when there was nothing to end: not the owner's, deleted, or ended already
 */
export async function endTask(
  store: Store,
  { runId, ownerId }: { runId: string; ownerId: string },
  given: GivenEnd,
): Promise<boolean> {
  const targets = { runIds: [runId], ownerId, kinds: ['task'] } as const;
  const ending = endingOf(given);
  const events = await transaction(store.database, (client) => endAllWithin(client, targets, ending));
  publishAll(store.bus, events);
  return events.length > 0;
}

function endingOf(given: GivenEnd): Ending {
  const nothing = { result: null, error: null, cancelReason: null };
  if (given.status === 'failed') {
    const { status, error } = given;
    return { ...nothing, status, error, events: [{ type: 'RunFailed', data: { error } }] };
  }
  const { status, result } = given;
  const events: Ending['events'] = [
    { type: 'ProgressMade', data: { progress: 1 } },
    { type: 'RunCompleted', data: { result } },
  ];
  return { ...nothing, status, result, events };
}
