import type { Database } from '../database/database.ts';
import { IS_READY } from '../entities/run-statuses.ts';
import { LIMITED } from '../runs/claims/claim-sql.ts';

/** SQL: how many more runs of an account may start, in a row of `app_user`; null: any number. */
const FREE = `app_user.max_concurrent_runs
  - (select count(*) from run where run.owner_id = app_user.id and run.status = 'running'
    and run.kind in (${LIMITED}))`;

/**
 * SQL of accounts with ready runs that could start now, and how many of them at most (`free`, null: any
 * number). One index lookup per account, however many of its runs are waiting.
 */
export const WAITING_ACCOUNTS = `
  with recursive account as (
    (select owner_id from run where ${IS_READY} order by owner_id limit 1)
    union all
    select (select owner_id from run where ${IS_READY} and owner_id > account.owner_id order by owner_id limit 1)
    from account where account.owner_id is not null
  )
  select account.owner_id, ${FREE} as free
  from account join app_user on app_user.id = account.owner_id where coalesce(${FREE}, 1) > 0`;

/** More accounts are of no use to a worker. */
const MOST = 1_000;

export async function readWaitingAccounts(database: Database): Promise<string[]> {
  const { rows } = await database.pool.query<{ ownerId: string }>({
    name: 'read-waiting-accounts',
    text: `select owner_id as "ownerId" from (${WAITING_ACCOUNTS}) as waiting limit ${MOST}`,
  });
  return rows.map(({ ownerId }) => ownerId);
}
