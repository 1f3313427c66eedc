import type { Database } from '../database/database.ts';

/** The queue of runs. */
export interface QueueReport {
  /** Number of runs that are ready. */
  ready: number;
  /** Number of runs that wait for others to complete. */
  blocked: number;
  /** How long the oldest ready run has been ready; null: there is none. */
  oldestReadySeconds: number | null;
}

/** SQL of a report. @param condition SQL over `run`. */
export function queueSql(condition: string): string {
  return `
    select count(*) filter (where blockers = 0)::int as ready, count(*) filter (where blockers > 0)::int as blocked,
      extract(epoch from clock_timestamp() - min(ready_at) filter (where blockers = 0))::float8 as "oldestReadySeconds"
    from run where run.status = 'queued' and ${condition}`;
}

/** The queue of one account. */
export async function readQueue(database: Database, ownerId: string): Promise<QueueReport> {
  const { rows } = await database.pool.query<QueueReport>({
    name: 'read-queue',
    text: queueSql('run.owner_id = $1'),
    values: [ownerId],
  });
  return rows[0]!;
}
