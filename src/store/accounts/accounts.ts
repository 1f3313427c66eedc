import type { ClientBase } from 'pg';
import type { Database } from '../database/database.ts';
import { createdAtText, keysetList, type ListedRow } from '../database/kysely-page.ts';
import type { RowList } from '../database/sql-page.ts';
import { anyOf, optionalFilters, type Queryable, type Row, tables } from '../database/tables.ts';

/** All but what only a login needs. */
const COLUMNS = [
  ...(['id', 'email', 'name', 'isAdmin', 'isActive', 'maxConcurrentRuns', 'maxQueuedRuns'] as const),
  'createdAt',
] as const;

export type AccountRow = Pick<Row<'appUser'>, (typeof COLUMNS)[number]>;

/** Accounts, without those being deleted. */
export function presentAccounts(client: Queryable) {
  return tables(client).selectFrom('appUser').select(COLUMNS).where('deletedAt', 'is', null);
}

export interface AccountFilter {
  email: string | null;
  isActive: boolean | null;
  isAdmin: boolean | null;
}

/** Accounts newest first, by keyset, without those being deleted. */
export function listAccounts(
  { pool }: Database,
  { email, isActive, isAdmin }: AccountFilter,
): RowList<AccountRow & Pick<ListedRow<'appUser'>, 'createdAtText'>> {
  const accounts = presentAccounts(pool)
    .select(createdAtText('appUser'))
    .where(optionalFilters('appUser', { email, isActive, isAdmin }));
  return keysetList(pool, accounts, 'appUser');
}

/** In one query; deleted accounts are missing. */
export async function readAccounts(
  { pool }: Database,
  ids: readonly string[],
): Promise<Map<string, AccountRow>> {
  const rows = await presentAccounts(pool).where('id', '=', anyOf(ids)).execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** @throws Error when it has been deleted */
export function readAccount({ pool }: Database, id: string): Promise<AccountRow> {
  return tables(pool).selectFrom('appUser').select(COLUMNS).where('id', '=', id).executeTakeFirstOrThrow();
}

/** What a client logs in with: an address, or a name that may be either. */
export interface LoginName {
  address: string;
  handle: string | null;
}

/** The account that has the address, otherwise the one with the handle. */
export async function findAccount(
  { pool }: Database,
  { address, handle }: LoginName,
): Promise<(AccountRow & Pick<Row<'appUser'>, 'passwordHash'>) | null> {
  const found = await tables(pool)
    .selectFrom('appUser')
    .select([...COLUMNS, 'passwordHash'])
    .where((account) => account.or([account('email', '=', address), account('handle', '=', handle)]))
    .orderBy((account) => account('email', '<>', address))
    .limit(1)
    .executeTakeFirst();
  return found ?? null;
}

const ACCOUNTS_LOCK = 7_305_002;

/**
 * Waits for concurrent registrations and changes of accounts: only one account can be the first, and two
 * admins who demote each other must not both succeed.
 */
export async function lockAccounts(client: ClientBase): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [ACCOUNTS_LOCK]);
}

/** Serializes what the transactions of an account create, so that a limit of it is exact. */
export async function lockAccount(client: ClientBase, id: string): Promise<void> {
  await client.query('select from app_user where id = $1 for no key update', [id]);
}
