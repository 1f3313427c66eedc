import type { Database } from './database.ts';

/** What one statement deletes, so that it holds few locks and others get their turn. */
export const DELETED_AT_ONCE = 1_000;
const MOST_DELETED = 100_000;

/** @param statement deletes up to DELETED_AT_ONCE rows; it is repeated until it finds fewer, or 100,000 are gone */
export async function deleteInBatches(
  { pool }: Database,
  statement: { name: string; text: string },
): Promise<void> {
  for (let deleted = 0; deleted < MOST_DELETED; deleted += DELETED_AT_ONCE) {
    const { rowCount } = await pool.query(statement);
    if ((rowCount ?? 0) < DELETED_AT_ONCE) return;
  }
}
