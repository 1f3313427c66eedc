import type { ClientBase } from 'pg';
import { DomainError, type RunError } from '../../errors.ts';
import type { QueueReason, RunStatus } from '../../vocabulary.ts';
import { UNTAKEN } from '../entities/run-statuses.ts';
import { appendSql, movedSql } from '../log/append-sql.ts';
import { eventsParameter } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { announceSql, ENDED_RUN } from './announce-end.ts';

/**
 * The number of `ids` that have not completed yet. They stay locked until the transaction ends and are marked
 * as having dependents, so that none can end unnoticed meanwhile.
 * @throws DomainError NOT_FOUND, INVALID_STATE for one that failed or was cancelled
 */
export async function countBlockers(
  client: ClientBase,
  ownerId: string,
  ids: readonly string[],
): Promise<number> {
  const { rows } = await client.query<{ id: string; status: RunStatus }>(
    `with held as (
       select id, status from run where id = any($1::text[]) and owner_id = $2 and kind = 'task'
       order by id for update
     ), marked as (
       update run set has_dependents = true from held where run.id = held.id and held.status <> 'completed'
     )
     select id, status from held`,
    [ids, ownerId],
  );
  const statuses = new Map(rows.map(({ id, status }) => [id, status]));
  for (const [index, id] of ids.entries()) checkDependency(statuses.get(id), `input.dependsOn.${index}`);
  return rows.filter(({ status }) => status !== 'completed').length;
}

function checkDependency(status: RunStatus | undefined, field: string): void {
  if (!status) throw new DomainError('NOT_FOUND', `${field}: there is no such task`, { field });
  if (status !== 'failed' && status !== 'cancelled') return;
  throw new DomainError('INVALID_STATE', `${field}: the task is ${status}, so no task can wait for it`, {
    field,
  });
}

export async function addDependencies(
  client: ClientBase,
  runId: string,
  ids: readonly string[],
): Promise<void> {
  await client.query(
    'insert into dependency (run_id, on_run_id) select $1, id from unnest($2::text[]) as id',
    [runId, ids],
  );
}

/**
 * After a run completed, in a statement separate from its end: dependents without other blockers become
 * ready, and its parent continues.
 */
export async function releaseDependents(client: ClientBase, runId: string): Promise<LoggedEvent[]> {
  const events = await release(client, DEPENDENTS, [runId], 'dependencies_completed');
  await wakeParents(client, [runId]);
  return events;
}

const DEPENDENTS = `
  held as (
    select run.id from run join dependency on dependency.run_id = run.id
    where dependency.on_run_id = any($1::text[]) and run.status ${UNTAKEN}
    order by run.id for update of run
  )`;

/** Only those that become ready get an event: parameter 2. */
const RELEASED = movedSql(
  {
    set: 'blockers = blockers - 1',
    from: 'held',
    where: 'run.id = held.id',
    events: `case when moved.blockers = 0 and moved.status = 'queued' then $2::jsonb else '[]' end`,
    count: `case when blockers = 1 and status = 'queued' then 1 else 0 end`,
  },
  ['blockers', 'status'],
);

/**
 * Removes one blocker from each of some runs; those without another become ready.
 * @param held SQL of CTEs of which the last, `held`, has the locked runs. @param ids its parameter `$1`
 */
export async function release(
  client: ClientBase,
  held: string,
  ids: readonly string[],
  reason: QueueReason,
): Promise<LoggedEvent[]> {
  const { rows } = await client.query<LoggedEvent>(`with ${held}, ${RELEASED.sql} ${appendSql(RELEASED)}`, [
    ids,
    eventsParameter([{ type: 'RunQueued', data: { reason } }]),
  ]);
  return rows;
}

const FAILED = movedSql(
  {
    set: `status = 'failed', epoch = epoch + 1, updated_at = clock_timestamp()`,
    from: 'held',
    where: 'run.id = held.id',
    events: '$2::jsonb',
  },
  ENDED_RUN,
);

/**
 * For runs that will never complete: runs that wait for them fail, and so do runs that wait for those. Their
 * parents continue and handle the failure.
 */
export async function failDependents(client: ClientBase, runIds: readonly string[]): Promise<LoggedEvent[]> {
  const error: RunError = {
    code: 'DEPENDENCY_FAILED',
    message: `the task that it depends on did not complete; retry that task first, then this one`,
  };
  const event = { type: 'RunFailed', data: { error } } as const;
  const all: LoggedEvent[] = [];
  for (let ended = runIds; ended.length > 0; ) {
    await wakeParents(client, ended);
    const { rows } = await client.query<LoggedEvent>(
      `with ${DEPENDENTS}, ${FAILED.sql}, ended as (
         update task set error = $3::jsonb, completed_at = moved.updated_at from moved where task.id = moved.id
       ), ${announceSql(FAILED)}
       ${appendSql(FAILED)}`,
      [ended, eventsParameter([event]), JSON.stringify(error)],
    );
    all.push(...rows);
    ended = rows.map((row) => row.runId);
  }
  return all;
}

/**
 * Parents are locked before their parts by everything that ends runs, including what continues a parent, or
 * ends it with all its parts, always in the same order.
 */
export async function lockParents(client: ClientBase, runIds: readonly string[]): Promise<void> {
  await client.query({
    name: 'lock-parents',
    text: `
      select from run where id in (select parent_id from run where id = any($1::text[])) order by id for update`,
    values: [runIds],
  });
}

async function wakeParents(client: ClientBase, runIds: readonly string[]): Promise<void> {
  await client.query({
    name: 'wake-parents',
    text: `
      update run set status = 'queued'
      where id in (select parent_id from run where id = any($1::text[])) and status = 'waiting'`,
    values: [runIds],
  });
}
