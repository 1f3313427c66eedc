import { statement } from '../database/statement.ts';
import { transaction } from '../database/transaction.ts';
import { loggedSql, movedSql } from '../log/append-sql.ts';
import { eventsParameter } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { publishAll } from '../log/publish-all.ts';
import { cancelWithin } from '../runs/cancel-run.ts';
import { requeuedSql } from '../runs/create-run.ts';
import type { Store } from '../store.ts';

interface Target {
  runId: string;
  ownerId: string;
}

/**
 * Cancels a bulk operation, with the runs that it had not come to; a batch that is being executed has no effect.
 * @returns false when there was nothing to cancel
 */
export async function cancelBulk(store: Store, target: Target, reason: string | null): Promise<boolean> {
  const events = await transaction(store.database, async (client) => {
    const own = await cancelWithin(client, { ...target, kind: 'bulk', reason });
    if (own.length > 0) await client.query('delete from bulk_batch where bulk_id = $1', [target.runId]);
    return own;
  });
  publishAll(store.bus, events);
  return events.length > 0;
}

const requeue = statement('requeue-bulk', { runId: 'text', ownerId: 'text', events: 'jsonb' }, ($) => {
  const moved = movedSql({
    set: `status = 'queued', updated_at = clock_timestamp(), ${requeuedSql('0')}`,
    where: `run.id = ${$.runId} and owner_id = ${$.ownerId} and kind = 'bulk' and status = 'failed'`,
    events: $.events,
  });
  return `
    with ${moved.sql}, reopened as (
      update bulk set error = null, completed_at = null from moved where bulk.id = moved.id
    ), ${loggedSql(moved).sql}
    select * from logged order by seq`;
});

/** Queues a failed bulk operation again; it continues with the runs that it had not come to. @returns false: it has not failed */
export async function requeueBulk(store: Store, target: Target): Promise<boolean> {
  const events = eventsParameter([{ type: 'RunQueued', data: { reason: 'retried' } }]);
  const { rows } = await store.database.pool.query<LoggedEvent>(requeue({ ...target, events }));
  store.bus.publish(target.runId, rows);
  return rows.length > 0;
}
