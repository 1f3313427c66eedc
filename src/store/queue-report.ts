import type { Database } from './database.ts';

/** What waits for workers. */
export interface QueueReport {
  /** Runs that a worker may take. */
  ready: number;
  /** Runs that wait for others to complete first. */
  blocked: number;
  /** How long the first of the ready ones has been ready; null: there is none. */
  oldestReadySeconds: number | null;
}

/**
 * A ready run has a job, made when it became ready; a change of its priority moves that, and leaves its age as it is.
 * @param ownerId null: of all accounts.
 */
export async function readQueue(database: Database, ownerId: string | null): Promise<QueueReport> {
  const { rows } = await database.pool.query<QueueReport>({
    name: ownerId === null ? 'read-queue' : 'read-queue-of-owner',
    text: `
      select count(*) filter (where blockers = 0)::int as ready, count(*) filter (where blockers > 0)::int as blocked,
        greatest(extract(epoch from clock_timestamp() - min(coalesce(job.created_at, run.updated_at))
          filter (where blockers = 0)), 0)::float8 as "oldestReadySeconds"
      from run left join graphile_worker.jobs as job on job.key = 'run:' || run.id
      where run.status = 'queued' ${ownerId === null ? '' : 'and run.owner_id = $1'}`,
    values: ownerId === null ? [] : [ownerId],
  });
  return rows[0]!;
}
