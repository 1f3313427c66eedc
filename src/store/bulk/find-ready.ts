import type { Database } from '../database/database.ts';
import { IS_READY } from '../entities/run-statuses.ts';

/** The bulk operation that has been ready longest; null: none is. */
export async function findReadyBulk({ pool }: Database): Promise<string | null> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'find-ready-bulk',
    text: `select id from run where kind = 'bulk' and ${IS_READY} order by ready_at limit 1`,
  });
  return rows[0]?.id ?? null;
}
