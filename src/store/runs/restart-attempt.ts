import { appendSql, eventsParameter, RAISED, raiseSql } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { fenced, type Lease } from '../log/lease.ts';
import type { Store } from '../store.ts';

/**
 * Increments the attempt within a lease: the text of `voidCallId` is discarded and the next call starts over.
 * @throws LeaseLost when this worker no longer holds the run
 */
export async function restartAttempt(
  store: Store,
  lease: Lease,
  {
    voidCallId,
    reason,
  }: { voidCallId: string; reason: 'provider_error' | 'output_invalid' | 'context_compacted' },
): Promise<void> {
  const data = { reason, voidCallId } as const;
  const { rows } = await store.database.pool.query<LoggedEvent>({
    name: 'restart-attempt',
    text: `
      with moved as (
        update run set attempt = attempt + 1, ${raiseSql('1')}, updated_at = clock_timestamp()
        where id = $1 and epoch = $2 and status = 'running'
        returning ${RAISED}
      )
      ${appendSql('$3')}`,
    values: [lease.runId, lease.epoch, eventsParameter([{ type: 'AttemptStarted', data }])],
  });
  if (rows.length === 0) throw fenced(lease);
  store.bus.publish(lease.runId, rows);
}
