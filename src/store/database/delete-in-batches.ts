import type { Database } from './database.ts';

/** Rows that one statement deletes: it holds their locks until it ends. */
export const BATCH_ROWS = 1_000;
const MAX_ROWS = 100_000;

/**
 * @param statement deletes up to BATCH_ROWS rows. It is repeated until it finds fewer, 100,000 are deleted, or `signal`
 * aborts.
 * @returns how many it has deleted
 */
export async function deleteInBatches(
  { pool }: Database,
  statement: { name: string; text: string; values?: unknown[] },
  signal: AbortSignal,
): Promise<number> {
  let deleted = 0;
  while (deleted < MAX_ROWS && !signal.aborted) {
    const { rowCount } = await pool.query(statement);
    deleted += rowCount ?? 0;
    if ((rowCount ?? 0) < BATCH_ROWS) break;
  }
  return deleted;
}
