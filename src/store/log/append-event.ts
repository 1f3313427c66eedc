import type { Store } from '../store.ts';
import { appendSql, eventsParameter, RAISED, raiseSql } from './event-log.ts';
import type { LoggedEvent, NewEvent } from './events.ts';
import { fenced, type Lease } from './lease.ts';

/** Appends an event that changes nothing else. @throws LeaseLost when this worker no longer holds the run */
export async function appendEvent(store: Store, lease: Lease, event: NewEvent): Promise<void> {
  const { rows } = await store.database.pool.query<LoggedEvent>({
    name: 'append-event',
    text: `
      with moved as (
        update run set ${raiseSql('1')} where id = $1 and epoch = $2 and status = 'running' returning ${RAISED}
      )
      ${appendSql('$3')}`,
    values: [lease.runId, lease.epoch, eventsParameter([event])],
  });
  if (rows.length === 0) throw fenced(lease);
  store.bus.publish(lease.runId, rows);
}
