import type { Database } from './database.ts';

/** Rows that one statement deletes: it holds their locks until it ends. */
export const BATCH_ROWS = 1_000;
const MAX_ROWS = 100_000;

/**
 * @param statement deletes up to BATCH_ROWS rows. It is repeated until it finds fewer, 100,000 are deleted, or `signal`
 * aborts.
 */
export async function deleteInBatches(
  { pool }: Database,
  statement: { name: string; text: string },
  signal: AbortSignal,
): Promise<void> {
  for (let deleted = 0; deleted < MAX_ROWS && !signal.aborted; deleted += BATCH_ROWS) {
    const { rowCount } = await pool.query(statement);
    if ((rowCount ?? 0) < BATCH_ROWS) return;
  }
}
