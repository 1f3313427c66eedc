import type { ClientBase } from 'pg';
import { statusesBefore } from '../rules/status.ts';
import type { RunKind } from '../vocabulary.ts';
import { announceSql, ENDED_RUN } from './announce-end.ts';
import { settleOpenReservations } from './budgets.ts';
import { failDependents, lockParents } from './dependencies.ts';
import { appendSql, eventsParameter, raiseSql } from './event-log.ts';
import type { LoggedEvent } from './events.ts';
import { removeRunJobSql } from './job-queue.ts';
import { publishAll } from './publish-all.ts';
import { setOfKindsSql } from './run-kinds.ts';
import type { Store } from './store.ts';
import { transaction } from './transaction.ts';

export interface CancelTarget {
  runId: string;
  ownerId: string;
  /** A run of another kind is not found. */
  kind: RunKind;
  reason: string | null;
}

/**
 * Ends a run for good: after the commit its epoch is higher than any worker's, so that no later token or call
 * can be written; its open model calls are closed and its waiting job is gone.
 * @returns false when there was nothing to cancel: not the owner's, not there, or finished already.
 */
export async function cancelRun(store: Store, target: CancelTarget): Promise<boolean> {
  const events = await transaction(store.database, (client) => cancelWithin(client, target));
  publishAll(store.bus, events);
  return events.length > 0;
}

/** As part of a transaction. @returns what has to be published after its commit; nothing when nothing was done. */
export function cancelWithin(
  client: ClientBase,
  { runId, kind, ownerId, reason }: CancelTarget,
): Promise<LoggedEvent[]> {
  return cancelAllWithin(client, { runIds: [runId], kinds: [kind], ownerId, reason });
}

export interface CancelTargets extends Omit<CancelTarget, 'runId' | 'kind'> {
  runIds: readonly string[];
  kinds: readonly RunKind[];
}

/** The same for many runs of an owner at once; those that are not to be cancelled are passed over. */
export async function cancelAllWithin(
  client: ClientBase,
  { runIds, kinds, ownerId, reason }: CancelTargets,
): Promise<LoggedEvent[]> {
  const event = { type: 'RunCancelled', data: { reason } } as const;
  await lockParents(client, runIds);
  const { rows } = await client.query<LoggedEvent>({
    name: 'cancel-runs',
    text: `
      with held as (
        select id from run where id = any($1::text[]) and owner_id = $2 and status = any($5::text[])
          and kind = any($6::text[])
        order by id for update
      ), moved as (
        update run set status = 'cancelled', cancel_reason = $3, epoch = epoch + 1, worker_id = null,
          ${raiseSql('1')}, updated_at = clock_timestamp()
        from held where run.id = held.id
        returning ${ENDED_RUN}
      ), ${setOfKindsSql('completed_at = moved.updated_at', { task: 'secrets = null' })}, ${announceSql('$4')}
      ${appendSql('$4')}`,
    values: [runIds, ownerId, reason, eventsParameter([event]), statusesBefore('cancelled'), kinds],
  });
  const ids = rows.map((row) => row.runId);
  if (ids.length === 0) return rows;
  // A statement of its own: it must see a call that was written while the first one waited for the row.
  await client.query(
    `update model_call set status = 'cancelled' where run_id = any($1::text[]) and status = 'started'`,
    [ids],
  );
  await settleOpenReservations(client, ids);
  await client.query(`select ${removeRunJobSql('id')} from unnest($1::text[]) as id`, [ids]);
  return [...rows, ...(await failDependents(client, ids))];
}
