import type { ClientBase } from 'pg';
import { deleteRunsWithin } from '../delete-runs.ts';
import { publishAll } from '../publish-all.ts';
import type { Store } from '../store.ts';
import { transaction } from '../transaction.ts';

/** Rows that one transaction deletes: its locks and its memory are bounded, however much the account owns. */
const RUNS_AT_ONCE = 100;
const ROWS_AT_ONCE = 1_000;

/** In an order in which nothing refers to what was deleted before. Usage last: the others change it. */
const OWNED = [
  'thread',
  'session',
  'workflow',
  'agent',
  'template',
  'integration',
  'model',
  'api_key',
  'idempotency_key',
  'event',
  'account_usage',
  'usage_change',
] as const;

/**
 * Cancels and deletes all that an account owns that `beginDeletion` has disabled, then the account. What is interrupted
 * goes on where it was when it is called again. @throws Error when the signal aborts
 */
export async function deleteAccount(store: Store, userId: string, signal: AbortSignal): Promise<void> {
  if (!(await isBeingDeleted(store, userId))) return;
  while (await deleteRuns(store, userId)) signal.throwIfAborted();
  for (const table of OWNED) {
    while (await deleteRows(store, table, userId)) signal.throwIfAborted();
  }
  await store.database.pool.query('delete from budget where subject_id = $1', [userId]);
  await store.database.pool.query('delete from budget_entry where subject_id = $1', [userId]);
  await store.database.pool.query('delete from app_user where id = $1 and deleted_at is not null', [userId]);
}

async function isBeingDeleted({ database }: Store, userId: string): Promise<boolean> {
  const { rowCount } = await database.pool.query(
    'select 1 from app_user where id = $1 and deleted_at is not null',
    [userId],
  );
  return rowCount === 1;
}

/** Of those that are parts of others, too. @returns false when none is left. */
async function deleteRuns(store: Store, userId: string): Promise<boolean> {
  const { ids, events } = await transaction(store.database, async (client) => {
    const found = await lockRuns(client, userId);
    return { ids: found, events: found.length > 0 ? await deleteRunsWithin(client, userId, found) : [] };
  });
  publishAll(store.bus, events);
  return ids.length > 0;
}

async function lockRuns(client: ClientBase, userId: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select id from run where owner_id = $1 order by id limit ${RUNS_AT_ONCE} for update`,
    [userId],
  );
  return rows.map(({ id }) => id);
}

/** @returns false when none is left. */
async function deleteRows(
  { database }: Store,
  table: (typeof OWNED)[number],
  userId: string,
): Promise<boolean> {
  const { rowCount } = await database.pool.query(
    `delete from ${table} where ctid = any(array(
       select ctid from ${table} where owner_id = $1 limit ${ROWS_AT_ONCE}))`,
    [userId],
  );
  return rowCount !== 0;
}
