import { statusesBefore } from '../../rules/runs/status.ts';
import type { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { loggedSql, movedSql } from '../log/append-sql.ts';
import { bytesOf, eventsParameter, toLoggedEvents } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { fenced, heldSql, LEASE, type Lease } from '../log/lease.ts';
import type { Store } from '../store.ts';
import { TASK_COLUMNS, type TaskRow } from './tasks.ts';

/**
 * Maximum characters of all user messages of a run: its worker holds them in memory and sends them each turn.
 */
export const MAX_INPUT_CHARACTERS = 1_000_000;

const provide = statement(
  'provide-input',
  { runId: 'text', ownerId: 'text', open: 'text[]', text: 'text', events: 'jsonb' },
  ($) => {
    const moved = movedSql(
      {
        set: `inputs = inputs + 1, updated_at = clock_timestamp(),
          status = case when held.status = 'waiting' then 'queued' else held.status end`,
        from: 'held',
        where: 'run.id = held.id',
        events: $.events,
        bytes: `2 * octet_length(${$.text})`,
      },
      ['*'],
    );
    const logged = loggedSql(moved);
    return `
      with held as (
        select run.id, run.status, run.updated_at from run join task on task.id = run.id
        where run.id = ${$.runId} and run.owner_id = ${$.ownerId} and run.status = any(${$.open}) and task.kind = 'agent'
          and (select coalesce(sum(length(text)), 0) from input where run_id = ${$.runId}) + length(${$.text})
            <= ${MAX_INPUT_CHARACTERS}
        for update of run
      ), ${moved.sql}, given as (
        insert into input (run_id, position, text) select id, inputs, ${$.text} from moved
      ), changed as (
        update task set deadline_at = case when held.status = 'waiting'
          then deadline_at + (clock_timestamp() - held.updated_at) else deadline_at end
        from held where task.id = held.id
        returning task.*
      ), ${logged.sql}
      select ${TASK_COLUMNS}, ${logged.events} as events from moved as run, changed as task`;
  },
);

/**
 * Adds a user message to an agent's unfinished task; if the task waits for input it becomes ready, and its
 * time limit continues.
 * @returns the task after the change; null when there is no such task of the owner, or it has too much input
 */
export async function provideInput(
  store: Store,
  target: { runId: string; ownerId: string },
  text: string,
): Promise<TaskRow | null> {
  const { rows } = await store.database.pool.query<TaskRow & { events: LoggedEvent[] }>(
    provide({
      ...target,
      open: statusesBefore('cancelled'),
      text,
      events: eventsParameter([{ type: 'InputProvided', data: { text } }]),
    }),
  );
  const [provided] = rows;
  if (!provided) return null;
  const { events, ...row } = provided;
  store.bus.publish(target.runId, toLoggedEvents(events));
  return row;
}

/** The user messages of a run after the first `after` ones, oldest first. */
export async function readInputs(database: Database, runId: string, after: number): Promise<string[]> {
  const { rows } = await database.pool.query<{ text: string }>({
    name: 'read-inputs',
    text: 'select text from input where run_id = $1 and position > $2 order by position',
    values: [runId, after],
  });
  return rows.map(({ text }) => text);
}

const request = statement(
  'request-input',
  { ...LEASE, inputs: 'integer', events: 'jsonb', bytes: 'bigint' },
  ($) => {
    const moved = movedSql(
      {
        set: `updated_at = clock_timestamp(), status = case when inputs = ${$.inputs} then 'waiting' else status end,
          worker_id = case when inputs = ${$.inputs} then null else worker_id end`,
        where: heldSql($),
        events: $.events,
        bytes: $.bytes,
      },
      ['status'],
    );
    return `
      with ${moved.sql}, ${loggedSql(moved).sql}
      select logged.*, moved.status = 'waiting' as waits from logged, moved`;
  },
);

/**
 * Asks a question and releases the run until there is an answer; a run that has more than `inputs` messages
 * already continues. @returns whether it waits. @throws LeaseLost
 */
export async function requestInput(
  store: Store,
  lease: Lease,
  { question, inputs }: { question: string; inputs: number },
): Promise<boolean> {
  const { rows } = await store.database.pool.query<LoggedEvent & { waits: boolean }>(
    request({
      runId: lease.runId,
      epoch: lease.epoch,
      inputs,
      events: eventsParameter([{ type: 'InputRequested', data: { question } }]),
      bytes: bytesOf(question),
    }),
  );
  const [row] = rows;
  if (!row) throw fenced(lease);
  const { waits, ...event } = row;
  store.bus.publish(lease.runId, [event as LoggedEvent]);
  return waits;
}
