import type { ClientBase } from 'pg';
import { transaction } from '../database/transaction.ts';
import { appendSql, eventsParameter, loggedSql, raiseSql, toLoggedEvents } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
import { publishAll } from '../log/publish-all.ts';
import type { Store } from '../store.ts';
import { rejoinThread } from '../threads/join-thread.ts';
import { hasCapacitySql, lockOrchestrations } from './capacity.ts';
import { ORCHESTRATION_COLUMNS, type OrchestrationRow } from './orchestrations.ts';

const RETRIED: NewEvent = { type: 'RunQueued', data: { reason: 'retried' } };

interface Target {
  runId: string;
  ownerId: string;
}

/**
 * Requeues a failed orchestration; it continues after its last checkpoint.
 * @param most maximum number of the owner's unfinished ones
 * @returns the row after the change; null when it is not the owner's, has not failed, or there are too many
 */
export async function requeueOrchestration(
  store: Store,
  target: Target,
  most: number,
): Promise<OrchestrationRow | null> {
  const queued = await transaction(store.database, async (client) => {
    await lockOrchestrations(client, target.ownerId);
    return rejoinThread(client, 'orchestration', { ...target, from: 'failed' }, (blockers) =>
      requeue(client, target, most, blockers),
    );
  });
  if (!queued) return null;
  const { events, ...row } = queued.queued;
  publishAll(store.bus, queued.interrupted);
  store.bus.publish(target.runId, toLoggedEvents(events));
  return row;
}

async function requeue(
  client: ClientBase,
  { runId, ownerId }: Target,
  most: number,
  blockers: number,
): Promise<(OrchestrationRow & { events: LoggedEvent[] }) | null> {
  const { rows } = await client.query<OrchestrationRow & { events: LoggedEvent[] }>({
    name: 'requeue-orchestration',
    text: `
        with moved as (
          update run set status = 'queued', ${raiseSql('1')}, updated_at = clock_timestamp(), losses = 0,
            unavailable_since = null, deferred_until = null, blockers = $5
          where id = $1 and owner_id = $2 and kind = 'orchestration' and status = 'failed'
            and ${hasCapacitySql('$2', 'run.session_id', '$4')}
          returning *
        ), reopened as (
          update orchestration set error = null, completed_at = null from moved where orchestration.id = moved.id
          returning orchestration.*
        ), logged as (${appendSql('$3')})
        select ${ORCHESTRATION_COLUMNS}, ${loggedSql} as events from moved as run, reopened as orchestration`,
    values: [runId, ownerId, eventsParameter([RETRIED]), most, blockers],
  });
  return rows[0] ?? null;
}
