import type { ClientBase } from 'pg';
import type { AuditAction } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { createdAtTextSql, type ListRange, rangeSql, rangeValues } from '../database/keyset-page.ts';
import { transaction } from '../database/transaction.ts';
import { setUserLimit } from '../money/budgets.ts';
import { addAccountDeletionJobSql } from '../runs/job-queue.ts';
import { lockAccounts } from './accounts.ts';
import { recordAudit } from './audit.ts';
import { endAllLogins } from './logins.ts';
import { type LimitChange, writeLimits } from './quotas.ts';

/** An account as shown to admins. */
export interface AccountRow {
  id: string;
  email: string;
  name: string;
  isAdmin: boolean;
  isActive: boolean;
  maxConcurrentRuns: number | null;
  maxQueuedRuns: number | null;
  createdAt: Date;
}

export type ListedAccount = AccountRow & { createdAtText: string };

const COLUMNS = `
  app_user.id, app_user.email, app_user.name, app_user.is_admin as "isAdmin", app_user.is_active as "isActive",
  app_user.max_concurrent_runs as "maxConcurrentRuns", app_user.max_queued_runs as "maxQueuedRuns",
  app_user.created_at as "createdAt", ${createdAtTextSql('app_user')} as "createdAtText"`;

export interface AccountFilter {
  email: string | null;
  isActive: boolean | null;
  isAdmin: boolean | null;
}

/** Accounts newest first, by keyset, without those being deleted. */
export async function listAccounts(
  database: Database,
  { email, isActive, isAdmin, ...range }: ListRange & AccountFilter,
): Promise<ListedAccount[]> {
  const { name, condition, order } = rangeSql('app_user', range.fromEnd);
  const { rows } = await database.pool.query<ListedAccount>({
    name: `list-accounts-${name}`,
    text: `
      select ${COLUMNS} from app_user
      where deleted_at is null and ($7::text is null or email = $7) and ($8::boolean is null or is_active = $8)
        and ($9::boolean is null or is_admin = $9) and ${condition} ${order}`,
    values: [...rangeValues(range), email, isActive, isAdmin],
  });
  return range.fromEnd ? rows.reverse() : rows;
}

/** In one query; deleted accounts are missing. */
export async function readAccounts(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, AccountRow>> {
  const { rows } = await database.pool.query<AccountRow>({
    name: 'read-accounts',
    text: `select ${COLUMNS} from app_user where id = any($1::text[]) and deleted_at is null`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Absent fields stay unchanged. */
export interface AccountChange {
  isActive?: boolean | undefined;
  isAdmin?: boolean | undefined;
  /** null: unlimited. */
  maxConcurrentRuns?: number | null | undefined;
  /** null: 10,000. */
  maxQueuedRuns?: number | null | undefined;
  /** US dollars as decimal text; null: no limit. */
  costLimit?: string | null | undefined;
  quotas?: LimitChange | null | undefined;
}

export interface AccountTarget {
  id: string;
  actorId: string;
  /** The global id, for the audit log. */
  globalId: string;
}

export type AccountOutcome = 'changed' | 'unknown' | 'last-admin';

/** Changes everything or nothing. `Quotas.forget` is called afterwards. */
export function changeAccount(
  database: Database,
  target: AccountTarget,
  change: AccountChange,
): Promise<AccountOutcome> {
  return transaction(database, async (client) => {
    const before = await lockAccount(client, target.id);
    if (!before) return 'unknown';
    const losesAdmin = change.isAdmin === false || change.isActive === false;
    if (losesAdmin && (await isLastAdmin(client, before))) return 'last-admin';
    await client.query(
      `update app_user set updated_at = now(), is_active = coalesce($2, is_active), is_admin = coalesce($3, is_admin),
         max_concurrent_runs = case when $4 then $5 else max_concurrent_runs end,
         max_queued_runs = case when $6 then $7 else max_queued_runs end
       where id = $1`,
      [
        target.id,
        change.isActive ?? null,
        change.isAdmin ?? null,
        change.maxConcurrentRuns !== undefined,
        change.maxConcurrentRuns ?? null,
        change.maxQueuedRuns !== undefined,
        change.maxQueuedRuns ?? null,
      ],
    );
    if (change.isActive === false) await endAllLogins(client, target.id);
    if (change.quotas) await writeLimits(client, target.id, change.quotas);
    if (change.costLimit !== undefined) await setUserLimit(client, target.id, change.costLimit);
    for (const action of actionsOf(before, change)) {
      await recordAudit(client, { actorId: target.actorId, action, subject: target.globalId });
    }
    return 'changed';
  });
}

/** Serializes changes of accounts: two admins who demote each other must not both succeed. */
async function lockAccount(client: ClientBase, id: string): Promise<AccountRow | undefined> {
  await lockAccounts(client);
  const { rows } = await client.query<AccountRow>(
    `select ${COLUMNS} from app_user where id = $1 and deleted_at is null`,
    [id],
  );
  return rows[0];
}

async function isLastAdmin(client: ClientBase, account: AccountRow): Promise<boolean> {
  if (!account.isAdmin || !account.isActive) return false;
  const { rowCount } = await client.query(
    'select 1 from app_user where is_admin and is_active and id <> $1 limit 1',
    [account.id],
  );
  return rowCount === 0;
}

function actionsOf(before: AccountRow, change: AccountChange): AuditAction[] {
  const { isActive = before.isActive, isAdmin = before.isAdmin } = change;
  const { maxConcurrentRuns, maxQueuedRuns, costLimit } = change;
  const isLimited =
    Boolean(change.quotas) ||
    [maxConcurrentRuns, maxQueuedRuns, costLimit].some((limit) => limit !== undefined);
  return [
    ...(isActive === before.isActive ? [] : ([isActive ? 'user_enabled' : 'user_disabled'] as const)),
    ...(isAdmin === before.isAdmin ? [] : ([isAdmin ? 'admin_granted' : 'admin_revoked'] as const)),
    ...(isLimited ? (['user_limits_changed'] as const) : []),
  ];
}

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
    await client.query(
      `update app_user set deleted_at = now(), is_active = false, max_concurrent_runs = 0, is_admin = false, password_hash = null,
         handle = null, name = 'Deleted', email = 'deleted:' || id, updated_at = now() where id = $1`,
      [target.id],
    );
    await client.query('delete from login where owner_id = $1', [target.id]);
    await client.query(`select ${addAccountDeletionJobSql('$1::text')}`, [target.id]);
    return 'changed';
  });
}
