import type { RestartReason } from '../../vocabulary.ts';
import { statement } from '../database/statement.ts';
import { appendSql, movedSql } from '../log/append-sql.ts';
import { eventsParameter } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { fenced, heldSql, LEASE, type Lease } from '../log/lease.ts';
import type { Store } from '../store.ts';

const restart = statement('restart-attempt', { ...LEASE, events: 'jsonb' }, ($) => {
  const moved = movedSql({
    set: 'attempt = attempt + 1, updated_at = clock_timestamp()',
    where: heldSql($),
    events: $.events,
  });
  return `with ${moved.sql} ${appendSql(moved)}`;
});

/**
 * Increments the attempt within a lease: the text of `voidCallId` is discarded and the next call starts over.
 * @throws LeaseLost when this worker no longer holds the run
 */
export async function restartAttempt(
  store: Store,
  lease: Lease,
  { voidCallId, reason }: { voidCallId: string; reason: Exclude<RestartReason, 'resumed'> },
): Promise<void> {
  const data = { reason, voidCallId } as const;
  const { rows } = await store.database.pool.query<LoggedEvent>(
    restart({
      runId: lease.runId,
      epoch: lease.epoch,
      events: eventsParameter([{ type: 'AttemptStarted', data }]),
    }),
  );
  if (rows.length === 0) throw fenced(lease);
  store.bus.publish(lease.runId, rows);
}
