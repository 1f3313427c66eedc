import type { Database } from '../database/database.ts';
import { IS_READY } from '../entities/run-statuses.ts';

/** The bulk operation that has been ready longest, first those of accounts of which none is running; null: none is. */
export async function findReadyBulk({ pool }: Database): Promise<string | null> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'find-ready-bulk',
    text: `
      select id from run where kind = 'bulk' and ${IS_READY}
      order by exists (
        select from run as other
        where other.owner_id = run.owner_id and other.status = 'running' and other.kind = 'bulk'), ready_at
      limit 1`,
  });
  return rows[0]?.id ?? null;
}
