import type { ClientBase } from 'pg';
import type { RunKind } from '../../vocabulary.ts';
import { transaction } from '../database/transaction.ts';
import type { LoggedEvent } from '../log/events.ts';
import { publishAll } from '../log/publish-all.ts';
import type { Store } from '../store.ts';
import { type EndTargets, endAllWithin } from './end-run.ts';

export interface CancelTarget {
  runId: string;
  ownerId: string;
  /** Runs of other kinds are not found. */
  kind: RunKind;
  reason: string | null;
}

/**
 * Cancels a run: after the commit its epoch is higher than any worker's, so that no further text or call can
 * be written; its open model calls are closed and its waiting job is removed.
 * @returns false when there was nothing to cancel: not the owner's, deleted, or ended already
 */
export async function cancelRun(store: Store, target: CancelTarget): Promise<boolean> {
  const events = await transaction(store.database, (client) => cancelWithin(client, target));
  publishAll(store.bus, events);
  return events.length > 0;
}

/** Cancels within a transaction. @returns events to publish after its commit; empty when nothing was done */
export function cancelWithin(
  client: ClientBase,
  { runId, kind, ownerId, reason }: CancelTarget,
): Promise<LoggedEvent[]> {
  return cancelAllWithin(client, { runIds: [runId], kinds: [kind], ownerId, reason });
}

export interface CancelTargets extends EndTargets {
  reason: string | null;
}

/** The same for many runs of an owner at once; those that cannot be cancelled are skipped. */
export function cancelAllWithin(
  client: ClientBase,
  { reason, ...targets }: CancelTargets,
): Promise<LoggedEvent[]> {
  return endAllWithin(client, targets, {
    status: 'cancelled',
    result: null,
    error: null,
    cancelReason: reason,
    events: [{ type: 'RunCancelled', data: { reason } }],
  });
}
