import type { ClientBase } from 'pg';
import type { QueueReason, RunStatus } from '../../vocabulary.ts';
import { statement } from '../database/statement.ts';
import { transaction } from '../database/transaction.ts';
import { loggedSql, movedSql } from '../log/append-sql.ts';
import { eventsParameter, toLoggedEvents } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { publishAll } from '../log/publish-all.ts';
import { requeuedSql } from '../runs/create-run.ts';
import type { Store } from '../store.ts';
import { rejoinThread } from '../threads/join-thread.ts';
import { TASK_COLUMNS, type TaskRow } from './tasks.ts';

interface Target {
  runId: string;
  ownerId: string;
  from: Extract<RunStatus, 'pending' | 'failed'>;
}

/**
 * Makes a run that was held, or that failed, ready: at once, or when its dependencies have completed.
 * @returns the task after the change; null when it is not the owner's, is part of something else, does not
 * have the status `from`, was imported, or failed and has a dependency that has not completed
 */
export async function queueTask(store: Store, target: Target): Promise<TaskRow | null> {
  const queued = await transaction(store.database, (client) =>
    rejoinThread(client, 'task', target, (blockers) => queue(client, target, blockers)),
  );
  if (!queued) return null;
  const { events, ...row } = queued.queued;
  publishAll(store.bus, queued.interrupted);
  store.bus.publish(target.runId, toLoggedEvents(events));
  return row;
}

const queueStatement = statement(
  'queue-run',
  { runId: 'text', ownerId: 'text', from: 'text', events: 'jsonb', blockers: 'integer' },
  ($) => {
    // That of its own start is counted anew.
    const others = `case when ${$.from} = 'failed' then 0 else blockers - (deferred_until is not null)::int end`;
    const moved = movedSql(
      {
        set: `status = 'queued', updated_at = clock_timestamp(), ${requeuedSql(`${others} + ${$.blockers}`)},
          expires_at = case when ${$.from} = 'pending' then expires_at end`,
        where: `id = ${$.runId} and owner_id = ${$.ownerId} and kind = 'task' and status = ${$.from}
          and parent_id is null and (${$.from} = 'pending' or not exists (
            select from dependency join run as needed on needed.id = dependency.on_run_id
            where dependency.run_id = ${$.runId} and needed.status <> 'completed'))
          and exists (select from task where task.id = run.id and (provider is not null or template_plan is not null))`,
        events: $.events,
      },
      ['*'],
    );
    const logged = loggedSql(moved);
    return `
      with ${moved.sql}, reopened as (
        update task set error = null, completed_at = null, deadline_at = null, iterations_before = iterations
        from moved where task.id = moved.id
        returning task.*
      ), ${logged.sql}
      select ${TASK_COLUMNS}, ${logged.events} as events from moved as run, reopened as task`;
  },
);

async function queue(
  client: ClientBase,
  { runId, ownerId, from }: Target,
  blockers: number,
): Promise<(TaskRow & { events: LoggedEvent[] }) | null> {
  const reason: QueueReason = from === 'pending' ? 'executed' : 'retried';
  const { rows } = await client.query<TaskRow & { events: LoggedEvent[] }>(
    queueStatement({
      runId,
      ownerId,
      from,
      events: eventsParameter([{ type: 'RunQueued', data: { reason } }]),
      blockers,
    }),
  );
  return rows[0] ?? null;
}
