import type { Plan } from '../../rules/agents/plan.ts';
import type { ResourceUsage } from '../../rules/models/resource-usage.ts';
import type { StepStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { type Part, part, statement } from '../database/statement.ts';
import { loggedSql, type Moved, movedSql } from '../log/append-sql.ts';
import { bytesOf, eventsParameter } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
import { fenced, heldSql, LEASE, type Lease } from '../log/lease.ts';
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
  writeStep: ReturnType<typeof stepStatement>;
  value: object | undefined;
  /** The new part of `value`, for the quota of bytes; absent: all of it. */
  added?: object;
}

/** What the SQL of a change may read. */
interface StepParts {
  written: Part<'written', 'run_id'>;
  moved: Moved;
  /** The value as JSON. */
  value: string;
}

/**
 * The statement that writes checkpoints with a certain kind of change.
 * @param changeSql parts that make the change
 */
export function stepStatement(name: string, changeSql: (parts: StepParts) => string) {
  const types = {
    ...LEASE,
    key: 'text',
    status: 'text',
    output: 'jsonb',
    events: 'jsonb',
    value: 'jsonb',
    bytes: 'bigint',
  } as const;
  return statement(`write-step-of-${name}`, types, ($) => {
    const written = part('written', 'step', insertStepSql($), ['run_id']);
    const moved = movedSql({
      from: 'written',
      where: 'run.id = written.run_id',
      events: $.events,
      bytes: $.bytes,
    });
    return `
      with held as (
        select id from run where ${heldSql($)} for update
      ), ${written.sql}, ${moved.sql}, ${changeSql({ written, moved, value: $.value })}, ${loggedSql(moved).sql}
      select logged.* from held left join logged on true order by seq`;
  });
}

/** Of a step that exists, only one that began and is now completed is changed. */
function insertStepSql($: Record<'runId' | 'key' | 'status' | 'output', string>): string {
  return `
    insert into step (run_id, key, position, status, output, completed_at)
    select held.id, ${$.key}, (select coalesce(max(position), 0) + 1 from step where run_id = ${$.runId}), ${$.status},
      ${$.output}, case when ${$.status} = 'completed' then clock_timestamp() end
    from held
    on conflict (run_id, key) do update
    set status = excluded.status, output = excluded.output, completed_at = excluded.completed_at
    where step.status = 'started' and excluded.status = 'completed'`;
}

/** Applies ProgressMade events to the task's progress as well. */
const writeTaskStep = stepStatement(
  'task',
  ({ moved, value }) => `advanced as (
    update task set iterations = coalesce((${value} ->> 'iterations')::int, iterations),
      working_directory = coalesce(${value} ->> 'workingDirectory', working_directory),
      plan = coalesce(${value} -> 'plan', plan), progress = greatest(task.progress, advanced.progress)
    from moved, (
      select max((item -> 'data' ->> 'progress')::float8) as progress from jsonb_array_elements(${moved.events}) as item
      where item ->> 'type' = 'ProgressMade'
    ) as advanced
    where task.id = moved.id and (advanced.progress is not null or ${value} is not null)
  )`,
);

/** The change made by a task's checkpoint. */
export const taskChange = (value?: TaskProgress): StepChange => ({ writeStep: writeTaskStep, value });

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
  const { rows } = await store.database.pool.query<LoggedEvent | { runId: null }>(
    change.writeStep({
      runId: lease.runId,
      epoch: lease.epoch,
      key,
      status,
      output: written,
      events: appended,
      value: changed ?? null,
      bytes: bytesOf(status === 'completed' ? written : null, appended, added),
    }),
  );
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
