import type { RunStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';

const OVER: readonly RunStatus[] = ['completed', 'failed', 'cancelled'];

/** Whether nobody is at work on a run, or about to be: it has ended, or it is gone. */
export async function isOver(database: Database, runId: string): Promise<boolean> {
  const { rows } = await database.pool.query<{ status: RunStatus }>('select status from run where id = $1', [
    runId,
  ]);
  return !rows[0] || OVER.includes(rows[0].status);
}
