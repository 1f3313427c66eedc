import type { ClientBase } from 'pg';
import type { SandboxState } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { HELD } from '../entities/run-statuses.ts';
import { requeueTasks } from '../runs/requeue-runs.ts';
import { WORKER_LOCK_SEED } from './worker-lock.ts';

/** How long a worker's heartbeat may be silent before it counts as dead although its session seems alive. */
export const SILENCE = '8 seconds';

export async function registerWorker(database: Database, workerId: string): Promise<void> {
  await database.pool.query('insert into worker (id) values ($1)', [workerId]);
}

/** Records the name under which graphile-worker locks this worker's jobs; there may be several. */
export async function recordJobPool(database: Database, workerId: string, poolId: string): Promise<void> {
  await database.pool.query('update worker set pool_ids = pool_ids || $2::text where id = $1', [
    workerId,
    poolId,
  ]);
}

/** @returns false when the others have declared this worker dead: its runs are no longer its own */
export async function beat(database: Database, workerId: string, sandbox: SandboxState): Promise<boolean> {
  const { rowCount } = await database.pool.query({
    name: 'worker-beat',
    text: 'update worker set beat_at = clock_timestamp(), sandbox = $2 where id = $1',
    values: [workerId, sandbox],
  });
  return rowCount === 1;
}

export interface WorkerState {
  id: string;
  /** Its session has ended, or has not acquired the lock yet. */
  lockIsFree: boolean;
  isSilent: boolean;
}

export async function readOtherWorkers(database: Database, workerId: string): Promise<WorkerState[]> {
  const { rows } = await database.pool.query<WorkerState>({
    name: 'read-workers',
    text: `
      select worker.id, worker.beat_at < clock_timestamp() - interval '${SILENCE}' as "isSilent",
        not exists (
          select from pg_locks where locktype = 'advisory' and granted and objsubid = 1
            and database = (select oid from pg_database where datname = current_database())
            and (classid::bigint << 32 | objid::bigint) = hashtextextended(worker.id, ${WORKER_LOCK_SEED})
        ) as "lockIsFree"
      from worker where worker.id <> $1`,
    values: [workerId],
  });
  return rows;
}

/** A worker as shown to operators. */
export interface WorkerReport {
  id: string;
  startedAt: Date;
  beatAgeSeconds: number;
  isSilent: boolean;
  /** Number of runs that it is executing. */
  running: number;
  sandbox: SandboxState;
}

export async function readWorkers(database: Database): Promise<WorkerReport[]> {
  const { rows } = await database.pool.query<WorkerReport>({
    name: 'read-worker-reports',
    text: `
      select id, started_at as "startedAt", sandbox, beat_at < clock_timestamp() - interval '${SILENCE}' as "isSilent",
        greatest(extract(epoch from clock_timestamp() - beat_at), 0)::float8 as "beatAgeSeconds",
        (select count(*)::int from run where worker_id = worker.id and status = 'running') as running
      from worker order by started_at, id`,
  });
  return rows;
}

/**
 * Takes everything from a worker that is dead or stopping: its runs get a higher epoch and a new ticket, its
 * open model calls are closed, its jobs are unlocked. Of several concurrent callers one does it, the others
 * find nothing.
 * @returns the ids of the runs that now wait for another worker
 */
export async function releaseWorker(database: Database, workerId: string): Promise<string[]> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<{ pool_ids: string[] }>(
      'delete from worker where id = $1 returning pool_ids',
      [workerId],
    );
    if (!rows[0]) return [];
    const held = await client.query<{ id: string }>(
      `select id from run where worker_id = $1 and status ${HELD} order by id for update`,
      [workerId],
    );
    const ids = held.rows.map(({ id }) => id);
    await replaceTickets(client, rows[0].pool_ids);
    await client.query('update run set losses = losses + 1 where id = any($1::text[])', [ids]);
    await requeueTasks(client, ids);
    return ids;
  });
}

/**
 * Adds a ticket for each one that the worker held. The new ones have ids of their own: a worker that was only
 * frozen may wake and delete the tickets that it knows.
 */
async function replaceTickets(client: ClientBase, poolIds: readonly string[]): Promise<void> {
  await client.query(
    `with held as (
       delete from graphile_worker._private_jobs as job using graphile_worker._private_tasks as task
       where job.locked_by = any($1::text[]) and task.id = job.task_id
       returning task.identifier, payload
     )
     select add_ticket(identifier, payload, null) from held`,
    [poolIds],
  );
}

/** For a process that is the only user of its database: all other registered workers are dead. */
export async function releaseAllWorkers(database: Database): Promise<void> {
  const { rows } = await database.pool.query<{ id: string }>('select id from worker');
  for (const { id } of rows) await releaseWorker(database, id);
}
