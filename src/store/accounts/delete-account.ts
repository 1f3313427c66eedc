import type { ClientBase } from 'pg';
import { foldAccount } from '../analytics/counters/fold-counters.ts';
import type { Database } from '../database/database.ts';
import { NOW, tables } from '../database/tables.ts';
import { transaction } from '../database/transaction.ts';
import { publishAll } from '../log/publish-all.ts';
import { deleteRunsWithin } from '../runs/delete-runs.ts';
import { lockOwnRuns } from '../runs/end-turns.ts';
import { addAccountDeletionJobSql } from '../runs/job-queue.ts';
import type { Store } from '../store.ts';
import { recordAudit } from './audit.ts';
import { type AccountOutcome, type AccountTarget, isLastAdmin, lockAccount } from './update-account.ts';

/**
 * Disables an account permanently, frees its address and name, and adds a job that deletes its data.
 * @returns `changed` when done
 */
export function beginDeletion(database: Database, target: AccountTarget): Promise<AccountOutcome> {
  return transaction(database, async (client) => {
    const account = await lockAccount(client, target.id);
    if (!account) return 'unknown';
    if (await isLastAdmin(client, account)) return 'last-admin';
    await recordAudit(client, { actorId: target.actorId, action: 'user_deleted', subject: target.globalId });
    await tables(client)
      .updateTable('appUser')
      .set({ name: 'Deleted', email: `deleted:${target.id}`, handle: null, passwordHash: null })
      .set({ isActive: false, isAdmin: false, maxConcurrentRuns: 0 })
      .set({ deletedAt: NOW, updatedAt: NOW })
      .where('id', '=', target.id)
      .execute();
    await tables(client).deleteFrom('login').where('ownerId', '=', target.id).execute();
    await client.query(`select ${addAccountDeletionJobSql('$1::text')}`, [target.id]);
    return 'changed';
  });
}

/**
 * Rows deleted per transaction, which limits its locks and its memory regardless of the size of the account.
 */
const RUNS_AT_ONCE = 100;
const ROWS_AT_ONCE = 1_000;

/**
 * In an order in which no row refers to an earlier one. Usage last, because deleting the others changes it. Of counters,
 * nothing is left when the changes by the deletion of runs have been added.
 */
const OWNED = [
  'thread',
  'session',
  'workflow',
  'agent',
  'template',
  'integration',
  'model',
  'api_key',
  'legacy_client',
  'idempotency_key',
  'change',
  'counter',
  'counter_histogram',
  'account_usage',
  'usage_change',
] as const;

/**
 * Cancels and deletes everything that an account owns that `beginDeletion` has disabled, then the account. If
 * interrupted, it continues when it is called again. @throws Error when the signal aborts
 */
export async function deleteAccount(store: Store, userId: string, signal: AbortSignal): Promise<void> {
  if (!(await isBeingDeleted(store, userId))) return;
  for (let last: string | null = ''; last !== null; last = await deleteRuns(store, userId, last))
    signal.throwIfAborted();
  await foldAccount(store.database, userId, signal);
  for (const table of OWNED) {
    while (await deleteRows(store, table, userId)) signal.throwIfAborted();
  }
  await store.database.pool.query('delete from budget where subject_id = $1', [userId]);
  await store.database.pool.query('delete from budget_entry where subject_id = $1', [userId]);
  await store.database.pool.query('delete from app_user where id = $1 and deleted_at is not null', [userId]);
}

/** Adds jobs for deletions without one: it failed too often, or was removed. */
export async function requeueLostDeletions({ pool }: Database): Promise<void> {
  await pool.query({
    name: 'requeue-lost-deletions',
    text: `
      select ${addAccountDeletionJobSql('app_user.id')} from app_user
      where deleted_at is not null and not exists (
        select from graphile_worker.jobs as job
        where job.key = 'delete-account:' || app_user.id and job.attempts < job.max_attempts)`,
  });
}

async function isBeingDeleted({ database }: Store, userId: string): Promise<boolean> {
  const { rowCount } = await database.pool.query(
    'select 1 from app_user where id = $1 and deleted_at is not null',
    [userId],
  );
  return rowCount === 1;
}

/**
 * Including parts of other runs, in the order of their ids.
 * @returns the last of them; null when none is left after `after`
 */
async function deleteRuns(store: Store, userId: string, after: string): Promise<string | null> {
  const { ids, events } = await transaction(store.database, async (client) => {
    const found = await lockRuns(client, userId, after);
    return { ids: found, events: found.length > 0 ? await deleteRunsWithin(client, userId, found) : [] };
  });
  publishAll(store.bus, events);
  return ids.at(-1) ?? null;
}

async function lockRuns(client: ClientBase, userId: string, after: string): Promise<string[]> {
  const { found } = await lockOwnRuns(client, {
    text: `select id from run where owner_id = $1 and id > $2 order by id limit ${RUNS_AT_ONCE}`,
    values: [userId, after],
  });
  return found;
}

/** Keys of jobs scheduled for a time, by the table of the object they are for. */
const JOB_KEYS: Partial<Record<(typeof OWNED)[number], string>> = {
  workflow: 'schedule:',
  integration: 'deliver:',
};

/** Deletes rows with the jobs that wait for them. @returns false when none is left */
async function deleteRows(
  { database }: Store,
  table: (typeof OWNED)[number],
  userId: string,
): Promise<boolean> {
  const key = JOB_KEYS[table];
  const { rowCount } = await database.pool.query(
    `with deleted as (
       delete from ${table} where ctid = any(array(
         select ctid from ${table} where owner_id = $1 limit ${ROWS_AT_ONCE})) returning *
     )
     select ${key ? `graphile_worker.remove_job('${key}' || id)` : ''} from deleted`,
    [userId],
  );
  return rowCount !== 0;
}
