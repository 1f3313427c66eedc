import type { RunStatus } from '../vocabulary.ts';
import type { Database } from './database.ts';

/** Whether nobody will take a run up again: it was cancelled, or it is gone. */
export async function isCancelled(database: Database, runId: string): Promise<boolean> {
  const { rows } = await database.pool.query<{ status: RunStatus }>('select status from run where id = $1', [
    runId,
  ]);
  return !rows[0] || rows[0].status === 'cancelled';
}
