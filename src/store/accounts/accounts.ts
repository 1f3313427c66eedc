import type { ClientBase } from 'pg';
import { globalId } from '../../rules/ids/global-id.ts';
import type { Scope } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { isInvited } from './account-tokens.ts';
import { recordAudit } from './audit.ts';

export interface UserRow {
  id: string;
  isAdmin: boolean;
}

export interface KeyHolder extends UserRow {
  /** null: all. */
  scopes: Scope[] | null;
  expiresAt: Date | null;
}

/** The owner of a valid key. Its last use is stored to the minute, to save a write per request. */
export async function findKeyHolder(database: Database, hash: string): Promise<KeyHolder | null> {
  const { rows } = await database.pool.query<KeyHolder>({
    name: 'find-key-holder',
    text: `
      with found as (
        select id, owner_id, scopes, expires_at, last_used_at from api_key where hash = $1
        union all
        select id, owner_id, scopes, least(expires_at, previous_until), last_used_at from api_key
        where previous_hash = $1
      ), valid as (
        select found.*, app_user.is_admin from found join app_user on app_user.id = found.owner_id
        where app_user.is_active and (found.expires_at is null or found.expires_at > now())
      ), used as (
        update api_key set last_used_at = now() where id in (
          select id from valid where last_used_at is null or last_used_at < now() - interval '1 minute'
        )
      )
      select owner_id as id, is_admin as "isAdmin", scopes, expires_at as "expiresAt" from valid`,
    values: [hash],
  });
  return rows[0] ?? null;
}

/**
 * The address of the account that has it, otherwise that of the account with this handle. @returns null:
 * there is none
 */
export async function findEmail(
  database: Database,
  { address, handle }: { address: string; handle: string },
): Promise<string | null> {
  const { rows } = await database.pool.query<{ email: string }>({
    name: 'find-email',
    text: `
      select email from app_user where email = $1 or handle = $2
      order by email <> $1 limit 1`,
    values: [address, handle],
  });
  return rows[0]?.email ?? null;
}

const LOCAL_ADMIN_EMAIL = 'admin@localhost';
const GUEST_EMAIL = 'guest@localhost';
/** Addresses of accounts without login, which cannot be registered either. */
const OUR_EMAILS = [LOCAL_ADMIN_EMAIL, GUEST_EMAIL];

/** Serializes registrations, so that only one account can be the first. */
const ACCOUNTS_LOCK = 7_305_002;

export type Registration = 'created' | 'email-taken' | 'closed' | 'invitation-invalid';

export interface NewAccount {
  id: string;
  email: string;
  name: string;
  passwordHash: string;
}

export interface RegistrationRules {
  /** Who may register without an invitation. */
  registration: 'open' | 'first-only' | 'closed';
  /** Of the invitation; null: there is none. */
  invitationHash: string | null;
  /** false: the local admin is already the admin. */
  firstIsAdmin: boolean;
}

/** Waits for concurrent registrations and changes of accounts. */
export async function lockAccounts(client: ClientBase): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [ACCOUNTS_LOCK]);
}

export async function insertUser(
  database: Database,
  account: NewAccount,
  rules: RegistrationRules,
): Promise<Registration> {
  return transaction(database, async (client) => {
    await lockAccounts(client);
    const isFirst = await isFirstAccount(client);
    const refusal = await refusalOf(client, account, rules, isFirst);
    if (refusal) return refusal;
    // Only the first account with a name can log in by it; a name that looks like an address never does.
    await client.query(
      `insert into app_user (id, email, name, password_hash, is_admin, handle) values ($1, $2, $3, $4, $5,
         case when position('@' in $3) = 0 and not exists (select from app_user where handle = $3) then $3 end)`,
      [account.id, account.email, account.name, account.passwordHash, isFirst && rules.firstIsAdmin],
    );
    const subject = globalId('User', account.id);
    await recordAudit(client, { actorId: account.id, action: 'user_registered', subject });
    return 'created';
  });
}

/** Accounts that the server creates for itself do not count. */
export async function isFirstAccount(client: ClientBase): Promise<boolean> {
  const { rowCount } = await client.query(
    'select 1 from app_user where email <> all($1::text[]) and deleted_at is null limit 1',
    [OUR_EMAILS],
  );
  return rowCount === 0;
}

export async function isAddressTaken(client: ClientBase, email: string): Promise<boolean> {
  const { rowCount } = await client.query('select 1 from app_user where email = $1', [email]);
  return OUR_EMAILS.includes(email) || rowCount !== 0;
}

/** An invitation is used up only if nothing else prevents the registration. */
async function refusalOf(
  client: ClientBase,
  { email }: NewAccount,
  { registration, invitationHash }: RegistrationRules,
  isFirst: boolean,
): Promise<Exclude<Registration, 'created'> | null> {
  const isOpen = registration === 'open' || (registration === 'first-only' && isFirst);
  if (invitationHash === null && !isOpen) return 'closed';
  if (invitationHash !== null && !(await isInvited(client, invitationHash, email)))
    return 'invitation-invalid';
  if (await isAddressTaken(client, email)) return 'email-taken';
  await client.query('delete from account_token where hash = $1', [invitationHash]);
  return null;
}

/** The account behind GraphiQL in embedded mode. It has no password, so it cannot log in. */
export async function ensureLocalAdmin(database: Database, id: string): Promise<string> {
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into app_user (id, email, name, is_admin) values ($1, $2, 'Local admin', true)
     on conflict (email) do update set is_admin = true, is_active = true where app_user.password_hash is null returning id`,
    [id, LOCAL_ADMIN_EMAIL],
  );
  if (!rows[0]) throw isSomebodys(LOCAL_ADMIN_EMAIL);
  return rows[0].id;
}

export interface GuestRow extends UserRow {
  isActive: boolean;
}

/**
 * The account of all requests without credentials, created with the first of them. It has no password either.
 */
export async function ensureGuest(database: Database, newId: () => string): Promise<GuestRow> {
  const { rows } = await database.pool.query<GuestRow>({
    name: 'find-guest',
    text: `
      select id, is_admin as "isAdmin", is_active as "isActive" from app_user
      where email = $1 and password_hash is null`,
    values: [GUEST_EMAIL],
  });
  return rows[0] ?? insertGuest(database, newId());
}

async function insertGuest(database: Database, id: string): Promise<GuestRow> {
  const { rows } = await database.pool.query<GuestRow>(
    `insert into app_user (id, email, name) values ($1, $2, 'Guest')
     on conflict (email) do update set updated_at = now() where app_user.password_hash is null
     returning id, is_admin as "isAdmin", is_active as "isActive"`,
    [id, GUEST_EMAIL],
  );
  if (!rows[0]) throw isSomebodys(GUEST_EMAIL);
  return rows[0];
}

function isSomebodys(email: string): Error {
  return new Error(`the account ${email} has a password, so it belongs to a person: delete it`);
}
