import type { ClientBase } from 'pg';
import type { QueueReason, RunStatus } from '../../vocabulary.ts';
import { type Placeholders, statement } from '../database/statement.ts';
import { transaction } from '../database/transaction.ts';
import { loggedSql, movedSql } from '../log/append-sql.ts';
import { eventsParameter, toLoggedEvents } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
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
  const queued = await transaction(store.database, (client) => queueTaskWithin(client, target));
  if (!queued) return null;
  publishAll(store.bus, queued.events);
  return queued.row;
}

/** The same within a transaction, with the events to publish after its commit. */
export async function queueTaskWithin(
  client: ClientBase,
  target: Target,
): Promise<{ row: TaskRow; events: LoggedEvent[] } | null> {
  const queued = await rejoinThread(client, 'task', target, (blockers) => queue(client, target, blockers));
  if (!queued) return null;
  const { events, ...row } = queued.queued;
  return { row, events: [...queued.interrupted, ...toLoggedEvents(events)] };
}

const QUEUED = {
  runIds: 'text[]',
  ownerId: 'text',
  from: 'text',
  events: 'jsonb',
  blockers: 'integer',
} as const;

/** SQL of parts that queue tasks: `moved`, `reopened` and `logged`. The rows are locked in the order of their ids. */
function queuedSql($: Placeholders<typeof QUEUED>) {
  // Without the blocker for its `start_at`, which `requeuedSql` adds again.
  const others = `case when ${$.from} = 'failed' then 0 else blockers - (deferred_until is not null)::int end`;
  const moved = movedSql(
    {
      set: `status = 'queued', updated_at = clock_timestamp(), ${requeuedSql(`${others} + ${$.blockers}`)},
        expires_at = case when ${$.from} = 'pending' then expires_at end`,
      from: 'held',
      where: 'run.id = held.id',
      events: $.events,
    },
    ['*'],
  );
  const logged = loggedSql(moved);
  const sql = `held as (
      select id from run
      where id = any(${$.runIds}) and owner_id = ${$.ownerId} and kind = 'task' and status = ${$.from}
        and parent_id is null and (${$.from} = 'pending' or not exists (
          select from dependency join run as needed on needed.id = dependency.on_run_id
          where dependency.run_id = run.id and needed.status <> 'completed'))
        and exists (select from task where task.id = run.id and (provider is not null or template_plan is not null))
      order by id for update
    ), ${moved.sql}, reopened as (
      update task set error = null, completed_at = null, deadline_at = null, iterations_before = iterations
      from moved where task.id = moved.id
      returning task.*
    ), ${logged.sql}`;
  return { sql, events: logged.events };
}

const queueOne = statement('queue-run', QUEUED, ($) => {
  const { sql, events } = queuedSql($);
  return `with ${sql} select ${TASK_COLUMNS}, ${events} as events from moved as run, reopened as task`;
});

const queueMany = statement('queue-runs', QUEUED, ($) => {
  return `with ${queuedSql($).sql} select * from logged order by "runId", seq`;
});

const RETRIED: NewEvent = { type: 'RunQueued', data: { reason: 'retried' } };

/**
 * Queues failed tasks again that are in no thread, within a transaction. Those that `queueTask` would refuse are
 * skipped. @returns events to publish after its commit, one for each task
 */
export async function requeueTasksWithin(
  client: ClientBase,
  ownerId: string,
  runIds: readonly string[],
): Promise<LoggedEvent[]> {
  const events = eventsParameter([RETRIED]);
  const { rows } = await client.query<LoggedEvent>(
    queueMany({ runIds, ownerId, from: 'failed', events, blockers: 0 }),
  );
  return rows;
}

async function queue(
  client: ClientBase,
  { runId, ownerId, from }: Target,
  blockers: number,
): Promise<(TaskRow & { events: LoggedEvent[] }) | null> {
  const reason: QueueReason = from === 'pending' ? 'executed' : 'retried';
  const { rows } = await client.query<TaskRow & { events: LoggedEvent[] }>(
    queueOne({
      runIds: [runId],
      ownerId,
      from,
      events: eventsParameter([{ type: 'RunQueued', data: { reason } }]),
      blockers,
    }),
  );
  return rows[0] ?? null;
}
