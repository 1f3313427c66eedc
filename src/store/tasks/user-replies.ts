import { statusesBefore } from '../../rules/runs/status.ts';
import type { Database } from '../database/database.ts';
import {
  appendSql,
  bytesOf,
  eventsParameter,
  loggedSql,
  RAISED,
  raiseSql,
  toLoggedEvents,
} from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { fenced, type Lease } from '../log/lease.ts';
import type { Store } from '../store.ts';
import { TASK_COLUMNS, type TaskRow } from './tasks.ts';

/**
 * Maximum characters of all user messages of a run: its worker holds them in memory and sends them each turn.
 */
export const MAX_INPUT_CHARACTERS = 1_000_000;

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
  const { rows } = await store.database.pool.query<TaskRow & { events: LoggedEvent[] }>({
    name: 'provide-input',
    text: `
      with held as (
        select run.id, run.status, run.updated_at from run join task on task.id = run.id
        where run.id = $1 and run.owner_id = $2 and run.status = any($3::text[]) and task.kind = 'agent'
          and (select coalesce(sum(length(text)), 0) from input where run_id = $1) + length($4::text)
            <= ${MAX_INPUT_CHARACTERS}
        for update of run
      ), moved as (
        update run set inputs = inputs + 1, ${raiseSql('1', '2 * octet_length($4::text)')}, updated_at = clock_timestamp(),
          status = case when held.status = 'waiting' then 'queued' else held.status end
        from held where run.id = held.id
        returning run.*
      ), given as (
        insert into input (run_id, position, text) select id, inputs, $4::text from moved
      ), changed as (
        update task set deadline_at = case when held.status = 'waiting'
          then deadline_at + (clock_timestamp() - held.updated_at) else deadline_at end
        from held where task.id = held.id
        returning task.*
      ), logged as (${appendSql('$5')})
      select ${TASK_COLUMNS}, ${loggedSql} as events from moved as run, changed as task`,
    values: [
      target.runId,
      target.ownerId,
      statusesBefore('cancelled'),
      text,
      eventsParameter([{ type: 'InputProvided', data: { text } }]),
    ],
  });
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

/**
 * Asks a question and releases the run until there is an answer; a run that has more than `inputs` messages
 * already continues. @returns whether it waits. @throws LeaseLost
 */
export async function requestInput(
  store: Store,
  lease: Lease,
  { question, inputs }: { question: string; inputs: number },
): Promise<boolean> {
  const { rows } = await store.database.pool.query<LoggedEvent & { waits: boolean }>({
    name: 'request-input',
    text: `
      with moved as (
        update run set ${raiseSql('1', '$5')}, updated_at = clock_timestamp(),
          status = case when inputs = $3 then 'waiting' else status end,
          worker_id = case when inputs = $3 then null else worker_id end
        where id = $1 and epoch = $2 and status = 'running'
        returning ${RAISED}, status = 'waiting' as waits
      ), logged as (${appendSql('$4')})
      select logged.*, moved.waits from logged, moved`,
    values: [
      lease.runId,
      lease.epoch,
      inputs,
      eventsParameter([{ type: 'InputRequested', data: { question } }]),
      bytesOf(question),
    ],
  });
  const [row] = rows;
  if (!row) throw fenced(lease);
  const { waits, ...event } = row;
  store.bus.publish(lease.runId, [event as LoggedEvent]);
  return waits;
}
