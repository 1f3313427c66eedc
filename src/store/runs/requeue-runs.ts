import type { ClientBase } from 'pg';
import { settleOpenReservations } from '../money/budgets.ts';

/**
 * Takes runs, which the transaction has locked, from their worker: a higher epoch, a new ticket, their open
 * model calls closed as failed.
 */
export async function requeueTasks(client: ClientBase, ids: readonly string[]): Promise<void> {
  await client.query(
    `update model_call set status = 'failed', error_code = 'INTERNAL_ERROR'
     where run_id = any($1::text[]) and status = 'started'`,
    [ids],
  );
  await settleOpenReservations(client, ids);
  await client.query(
    `update run set status = 'queued', epoch = epoch + 1, worker_id = null, updated_at = clock_timestamp()
     where id = any($1::text[])`,
    [ids],
  );
}
