import type { ClientBase } from 'pg';
import { lockAccount } from '../accounts/accounts.ts';
import { statement } from '../database/statement.ts';
import { transaction } from '../database/transaction.ts';
import { loggedSql, movedSql } from '../log/append-sql.ts';
import { eventsParameter, toLoggedEvents } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
import { publishAll } from '../log/publish-all.ts';
import { requeuedSql } from '../runs/create-run.ts';
import type { Store } from '../store.ts';
import { rejoinThread } from '../threads/join-thread.ts';
import { hasCapacitySql } from './capacity.ts';
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
  const queued = await transaction(store.database, (client) =>
    requeueOrchestrationWithin(client, target, most),
  );
  if (!queued) return null;
  publishAll(store.bus, queued.events);
  return queued.row;
}

/** The same within a transaction, with the events to publish after its commit. */
export async function requeueOrchestrationWithin(
  client: ClientBase,
  target: Target,
  most: number,
): Promise<{ row: OrchestrationRow; events: LoggedEvent[] } | null> {
  await lockAccount(client, target.ownerId);
  const queued = await rejoinThread(client, 'orchestration', { ...target, from: 'failed' }, (blockers) =>
    requeue(client, target, most, blockers),
  );
  if (!queued) return null;
  const { events, ...row } = queued.queued;
  return { row, events: [...queued.interrupted, ...toLoggedEvents(events)] };
}

const requeueStatement = statement(
  'requeue-orchestration',
  { runId: 'text', ownerId: 'text', most: 'integer', blockers: 'integer', events: 'jsonb' },
  ($) => {
    const moved = movedSql(
      {
        set: `status = 'queued', updated_at = clock_timestamp(), expires_at = null, ${requeuedSql($.blockers)}`,
        where: `id = ${$.runId} and owner_id = ${$.ownerId} and kind = 'orchestration' and status = 'failed'
          and ${hasCapacitySql($.ownerId, 'run.session_id', $.most, 'run.start_at')}`,
        events: $.events,
      },
      ['*'],
    );
    const logged = loggedSql(moved);
    return `
      with ${moved.sql}, reopened as (
        update orchestration set error = null, completed_at = null from moved where orchestration.id = moved.id
        returning orchestration.*
      ), ${logged.sql}
      select ${ORCHESTRATION_COLUMNS}, ${logged.events} as events from moved as run, reopened as orchestration`;
  },
);

async function requeue(
  client: ClientBase,
  { runId, ownerId }: Target,
  most: number,
  blockers: number,
): Promise<(OrchestrationRow & { events: LoggedEvent[] }) | null> {
  const { rows } = await client.query<OrchestrationRow & { events: LoggedEvent[] }>(
    requeueStatement({ runId, ownerId, most, blockers, events: eventsParameter([RETRIED]) }),
  );
  return rows[0] ?? null;
}
