import type { Database } from './database.ts';
import { addAdvanceJobSql, addRunJobSql } from './job-queue.ts';

/** Between a job's lock and its run's claim lie milliseconds; after this its worker was lost in between. */
const CLAIM_LIMIT = '15 seconds';

/**
 * Queues again what waits without a job that could still take it: each statement of ours keeps the two together,
 * but a job is also graphile-worker's, and an operator's.
 * @returns the ids of the runs.
 */
export async function requeueStrayRuns(database: Database): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string }>({
    name: 'requeue-stray-runs',
    text: `
      with stray as (
        select id, kind, priority from run
        where status = 'queued' and blockers = 0 and not exists (
          select from graphile_worker.jobs as job
          where job.key = 'run:' || run.id and job.attempts < job.max_attempts
            and (job.locked_at is null or job.locked_at > clock_timestamp() - interval '${CLAIM_LIMIT}'))
        for update skip locked
      )
      select id, case kind
        when 'execution' then ${addAdvanceJobSql('stray.id', 'stray.priority')}
        else ${addRunJobSql('stray.id', 'stray.priority')}
      end from stray`,
  });
  return rows.map(({ id }) => id);
}

/** The runs that a worker holds according to the database, and those whose worker is unknown. */
export async function readHeldRuns(
  database: Database,
  workerId: string,
): Promise<{ runId: string; epoch: number }[]> {
  const { rows } = await database.pool.query<{ runId: string; epoch: number }>({
    name: 'read-held-runs',
    text: `
      select id as "runId", epoch from run
      where status = 'running' and worker_id is not null
        and (worker_id = $1 or not exists (select from worker where worker.id = run.worker_id))`,
    values: [workerId],
  });
  return rows;
}
