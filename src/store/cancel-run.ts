import type { ClientBase } from 'pg';
import { statusesBefore } from '../rules/status.ts';
import { settleOpenReservations } from './budgets.ts';
import { failDependents } from './dependencies.ts';
import { appendSql, eventsParameter, RAISED, raiseSql } from './event-log.ts';
import type { LoggedEvent } from './events.ts';
import { removeRunJobSql } from './job-queue.ts';
import { publishAll } from './publish-all.ts';
import { setOfKindsSql } from './run-kinds.ts';
import type { Store } from './store.ts';
import { transaction } from './transaction.ts';

export interface CancelTarget {
  runId: string;
  ownerId: string;
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
export async function cancelWithin(client: ClientBase, target: CancelTarget): Promise<LoggedEvent[]> {
  const event = { type: 'RunCancelled', data: { reason: target.reason } } as const;
  const { rows } = await client.query<LoggedEvent>({
    name: 'cancel-run',
    text: `
      with moved as (
        update run set status = 'cancelled', cancel_reason = $3, epoch = epoch + 1, worker_id = null,
          ${raiseSql('1')}, updated_at = clock_timestamp()
        where id = $1 and owner_id = $2 and status = any($5::text[])
        returning ${RAISED}
      ), ${setOfKindsSql('completed_at = clock_timestamp()', { task: 'secrets = null' })}
      ${appendSql('$4')}`,
    values: [
      target.runId,
      target.ownerId,
      target.reason,
      eventsParameter([event]),
      statusesBefore('cancelled'),
    ],
  });
  if (rows.length === 0) return rows;
  // A statement of its own: it must see a call that was written while the first one waited for the row.
  await client.query(`update model_call set status = 'cancelled' where run_id = $1 and status = 'started'`, [
    target.runId,
  ]);
  await settleOpenReservations(client, [target.runId]);
  await client.query(`select ${removeRunJobSql('$1::text')}`, [target.runId]);
  return [...rows, ...(await failDependents(client, target.runId))];
}
