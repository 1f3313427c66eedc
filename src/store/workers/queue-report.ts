import type { Database } from '../database/database.ts';

/** What waits for workers. */
export interface QueueReport {
  /** Runs that a worker may take. */
  ready: number;
  /** Runs that wait for others to complete first. */
  blocked: number;
  /** How long the first of the ready ones has been ready; null: there is none. */
  oldestReadySeconds: number | null;
}

/** SQL of a report. @param condition SQL over `run`. */
export function queueSql(condition: string): string {
  return `
    select count(*) filter (where blockers = 0)::int as ready, count(*) filter (where blockers > 0)::int as blocked,
      extract(epoch from clock_timestamp() - min(ready_at) filter (where blockers = 0))::float8 as "oldestReadySeconds"
    from run where run.status = 'queued' and ${condition}`;
}

/** What of an account's waits. */
export async function readQueue(database: Database, ownerId: string): Promise<QueueReport> {
  const { rows } = await database.pool.query<QueueReport>({
    name: 'read-queue',
    text: queueSql('run.owner_id = $1'),
    values: [ownerId],
  });
  return rows[0]!;
}
