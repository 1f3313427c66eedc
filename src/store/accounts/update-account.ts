import type { ClientBase } from 'pg';
import { ACCOUNT_LIMITS, type AccountLimit } from '../../rules/accounts/account-limits.ts';
import type { AuditAction } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { NOW, tables } from '../database/tables.ts';
import { transaction } from '../database/transaction.ts';
import { setUserLimit } from '../money/budgets.ts';
import { type AccountRow, lockAccounts, presentAccounts } from './accounts.ts';
import { recordAudit } from './audit.ts';
import { endAllLogins } from './logins.ts';
import { type LimitChange, writeLimits } from './quotas.ts';
import { type RetentionChange, writeRetention } from './retention.ts';

/** Values of limits; null: what applies unless one is set. */
type Limits = { [Limit in AccountLimit]?: number | null | undefined };

/** Absent fields stay unchanged. */
export interface AccountChange extends Limits {
  isActive?: boolean | undefined;
  isAdmin?: boolean | undefined;
  /** US dollars as decimal text; null: no limit. */
  costLimit?: string | null | undefined;
  quotas?: LimitChange | null | undefined;
  retention?: RetentionChange | null | undefined;
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
    const { isActive, isAdmin } = change;
    await tables(client)
      .updateTable('appUser')
      .set({ isActive, isAdmin, ...limitsIn(change), updatedAt: NOW })
      .where('id', '=', target.id)
      .execute();
    if (change.isActive === false) await endAllLogins(client, target.id);
    if (change.quotas) await writeLimits(client, target.id, change.quotas);
    if (change.retention) await writeRetention(client, target.id, change.retention);
    if (change.costLimit !== undefined) await setUserLimit(client, target.id, change.costLimit);
    for (const action of actionsOf(before, change)) {
      await recordAudit(client, { actorId: target.actorId, action, subject: target.globalId });
    }
    return 'changed';
  });
}

/** Waits for concurrent changes of accounts. */
export async function lockAccount(client: ClientBase, id: string): Promise<AccountRow | undefined> {
  await lockAccounts(client);
  return presentAccounts(client).where('id', '=', id).executeTakeFirst();
}

export async function isLastAdmin(client: ClientBase, account: AccountRow): Promise<boolean> {
  if (!account.isAdmin || !account.isActive) return false;
  const other = await tables(client)
    .selectFrom('appUser')
    .select('id')
    .where('isAdmin', '=', true)
    .where('isActive', '=', true)
    .where('id', '<>', account.id)
    .limit(1)
    .executeTakeFirst();
  return other === undefined;
}

function limitsIn(change: Limits): Limits {
  const names = Object.keys(ACCOUNT_LIMITS) as AccountLimit[];
  return Object.fromEntries(names.map((name) => [name, change[name]]));
}

function actionsOf(before: AccountRow, change: AccountChange): AuditAction[] {
  const { isActive = before.isActive, isAdmin = before.isAdmin } = change;
  const isLimited =
    Boolean(change.quotas) ||
    [...Object.values(limitsIn(change)), change.costLimit].some((limit) => limit !== undefined);
  return [
    ...(isActive === before.isActive ? [] : ([isActive ? 'user_enabled' : 'user_disabled'] as const)),
    ...(isAdmin === before.isAdmin ? [] : ([isAdmin ? 'admin_granted' : 'admin_revoked'] as const)),
    ...(isLimited ? (['user_limits_changed'] as const) : []),
    ...(change.retention ? (['user_retention_changed'] as const) : []),
  ];
}
