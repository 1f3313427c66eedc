import { statement } from '../database/statement.ts';
import type { Store } from '../store.ts';
import { appendSql, movedSql } from './append-sql.ts';
import { eventsParameter } from './event-log.ts';
import type { LoggedEvent, NewEvent } from './events.ts';
import { fenced, heldSql, LEASE, type Lease } from './lease.ts';

const append = statement('append-event', { ...LEASE, events: 'jsonb' }, ($) => {
  const moved = movedSql({ where: heldSql($), events: $.events });
  return `with ${moved.sql} ${appendSql(moved)}`;
});

/** Appends an event that changes nothing else. @throws LeaseLost when this worker no longer holds the run */
export async function appendEvent(store: Store, lease: Lease, event: NewEvent): Promise<void> {
  const { runId, epoch } = lease;
  const { rows } = await store.database.pool.query<LoggedEvent>(
    append({ runId, epoch, events: eventsParameter([event]) }),
  );
  if (rows.length === 0) throw fenced(lease);
  store.bus.publish(lease.runId, rows);
}
