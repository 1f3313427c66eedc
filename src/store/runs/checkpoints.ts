import type { Plan } from '../../rules/agents/plan.ts';
import type { ResourceUsage } from '../../rules/models/resource-usage.ts';
import type { StepStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { appendSql, bytesOf, eventsParameter, RAISED, raiseSql } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
import { fenced, type Lease } from '../log/lease.ts';
import type { Store } from '../store.ts';

/** A checkpoint of a run. One that was started and not completed was interrupted: its outcome is unknown. */
export interface StepRow {
  key: string;
  status: StepStatus;
  output: unknown;
}

/** All checkpoints of a run, in the order in which they began. */
export async function readSteps(database: Database, runId: string): Promise<StepRow[]> {
  const { rows } = await database.pool.query<StepRow>({
    name: 'read-steps',
    text: 'select key, status, output from step where run_id = $1 order by position',
    values: [runId],
  });
  return rows;
}

/** Fields of the task that a checkpoint changes. */
export interface TaskProgress {
  iterations?: number;
  workingDirectory?: string;
  plan?: Plan;
}

/** A change to another table, made by the statement that writes the checkpoint. */
export interface StepChange {
  /** Suffix of the prepared statement's name; changes with equal SQL share it. */
  name: string;
  /** CTEs over `written` and `moved`; `$7` is the value as JSON. */
  sql: string;
  value: object | undefined;
  /** The new part of `value`, for the quota of bytes; absent: all of it. */
  added?: object;
}

/** Applies ProgressMade events to the task's progress as well. */
const ADVANCE_TASK = `
  advanced as (
    update task set iterations = coalesce(($7::jsonb ->> 'iterations')::int, iterations),
      working_directory = coalesce($7::jsonb ->> 'workingDirectory', working_directory),
      plan = coalesce($7::jsonb -> 'plan', plan), progress = greatest(task.progress, advanced.progress)
    from moved, (
      select max((item -> 'data' ->> 'progress')::float8) as progress from jsonb_array_elements($6::jsonb) as item
      where item ->> 'type' = 'ProgressMade'
    ) as advanced
    where task.id = moved.id and (advanced.progress is not null or $7::jsonb is not null)
  )`;

/** The change made by a task's checkpoint. */
export const taskChange = (value?: TaskProgress): StepChange => ({ name: 'task', sql: ADVANCE_TASK, value });

/**
 * Records that a step begins, before any of it is executed; a step that began before stays unchanged, without
 * events.
 * @param known its output so far
 * @throws LeaseLost when this worker no longer holds the run: then nothing may be executed
 */
export function beginStep(
  store: Store,
  lease: Lease,
  key: string,
  events: readonly NewEvent[],
  known: { output?: unknown; change?: StepChange } = {},
): Promise<void> {
  return writeStep(store, lease, { output: null, ...known, key, status: 'started', events });
}

/**
 * Records the result of a step, once, whether it began before or not. @throws LeaseLost when this worker no
 * longer holds the run
 */
export function completeStep(store: Store, lease: Lease, step: Omit<StepWrite, 'status'>): Promise<void> {
  return writeStep(store, lease, { ...step, status: 'completed' });
}

interface StepWrite {
  key: string;
  status: StepStatus;
  output: unknown;
  events: readonly NewEvent[];
  change?: StepChange;
}

async function writeStep(
  store: Store,
  lease: Lease,
  { key, status, output, events, change = taskChange() }: StepWrite,
): Promise<void> {
  const [written, appended] = [JSON.stringify(output), eventsParameter(events)];
  const [changed, added] = [change.value, change.added ?? change.value].map((value) =>
    value ? JSON.stringify(value) : null,
  );
  const { rows } = await store.database.pool.query<LoggedEvent | { runId: null }>({
    name: `write-step-of-${change.name}`,
    text: `
      with held as (
        select id from run where id = $1 and epoch = $2 and status = 'running' for update
      ), written as (
        insert into step (run_id, key, position, status, output, completed_at)
        select held.id, $3, (select coalesce(max(position), 0) + 1 from step where run_id = $1), $4, $5::jsonb,
          case when $4 = 'completed' then clock_timestamp() end
        from held
        on conflict (run_id, key) do update
        set status = excluded.status, output = excluded.output, completed_at = excluded.completed_at
        where step.status = 'started' and excluded.status = 'completed'
        returning run_id
      ), moved as (
        update run set ${raiseSql('jsonb_array_length($6::jsonb)', '$8')} from written where run.id = written.run_id
        returning ${RAISED}
      ), ${change.sql}, logged as (${appendSql('$6')})
      select logged.* from held left join logged on true order by seq`,
    values: [
      lease.runId,
      lease.epoch,
      key,
      status,
      written,
      appended,
      changed,
      bytesOf(status === 'completed' ? written : null, appended, added),
    ],
  });
  if (rows.length === 0) throw fenced(lease);
  store.bus.publish(
    lease.runId,
    rows.filter((row) => row.runId !== null),
  );
}

/**
 * Resource usage reported by the finished steps of many runs, in one query, in the order in which they began.
 */
export async function readResourceUsage(
  database: Database,
  runIds: readonly string[],
): Promise<{ runId: string; usage: ResourceUsage }[]> {
  const { rows } = await database.pool.query<{ runId: string; usage: ResourceUsage }>({
    name: 'read-resource-usage',
    text: `
      select run_id as "runId", output -> 'resourceUsage' as usage from step
      where run_id = any($1::text[]) and status = 'completed' and jsonb_typeof(output -> 'resourceUsage') = 'object'
      order by run_id, position`,
    values: [runIds],
  });
  return rows;
}
