import type { ClientBase } from 'pg';
import type { Database } from '../database/database.ts';
import { BATCH_ROWS, deleteInBatches } from '../database/delete-in-batches.ts';
import { transaction } from '../database/transaction.ts';

export interface NewLogin {
  id: string;
  ownerId: string;
  refresh: RefreshHashes;
  /** The login fails if the account's password has changed since; null: it does not depend on a password. */
  passwordHash: string | null;
}

/** Hexadecimal SHA-256. */
export interface RefreshHashes {
  /**
   * Hash of the part shared by all refresh tokens of a login; null: a token of an earlier version, without
   * one.
   */
  family: string | null;
  /** Hash of the whole token. */
  token: string;
}

/** Validity of a refresh token in days. */
export const REFRESH_DAYS = 30;
/** Maximum number of logins of an account; the oldest ones end. */
const MAX_LOGINS = 1_000;

/**
 * Begins a login with its first refresh token. Also deletes the account's expired logins.
 * @returns false when the account is inactive or its password has changed
 */
export async function insertLogin(client: Pick<ClientBase, 'query'>, login: NewLogin): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'insert-login',
    text: `
      with account as (
        select id from app_user where id = $2 and is_active and ($4::text is null or password_hash = $4) for share
      ), ended as (
        delete from login where owner_id = $2 and (expires_at < now() or id in (
          select id from login where owner_id = $2 order by created_at desc offset ${MAX_LOGINS - 1}
        ))
      ), begun as (
        insert into login (id, owner_id, expires_at, refresh_family)
        select $1, id, now() + interval '${REFRESH_DAYS} days', $5 from account
        returning id, expires_at
      )
      insert into refresh_token (hash, login_id, expires_at) select $3, id, expires_at from begun`,
    values: [login.id, login.ownerId, login.refresh.token, login.passwordHash, login.refresh.family],
  });
  return rowCount === 1;
}

export type Refresh =
  | { outcome: 'refreshed'; loginId: string; ownerId: string }
  /** The token was used before, so the login has been ended. */
  | { outcome: 'reused'; loginId: string; ownerId: string }
  | { outcome: 'invalid' };

interface LoginRow {
  loginId: string;
  ownerId: string;
  /** null: it has no such token. */
  isValid: boolean | null;
  isUsed: boolean;
}

/**
 * Exchanges a refresh token for its successor. Only the successor is stored, so a token of the login's family
 * that is not stored was used before. If one token is used twice concurrently, the second use ends the login.
 */
export function refreshLogin(
  database: Database,
  given: RefreshHashes,
  next: RefreshHashes,
): Promise<Refresh> {
  return transaction(database, async (client) => {
    const found = await lockLogin(client, given);
    if (!found) return { outcome: 'invalid' };
    const { loginId, ownerId, isValid, isUsed } = found;
    if (isUsed) {
      await client.query('delete from login where id = $1', [loginId]);
      return { outcome: 'reused', loginId, ownerId };
    }
    if (!isValid) return { outcome: 'invalid' };
    await replaceToken(client, loginId, given, next);
    return { outcome: 'refreshed', loginId, ownerId };
  });
}

/** Locks the login, in the same order as ending it does. */
async function lockLogin(
  client: ClientBase,
  { family, token }: RefreshHashes,
): Promise<LoginRow | undefined> {
  const locked = await client.query<{ id: string }>(
    `select id from login where id = coalesce(
       (select id from login where refresh_family = $1), (select login_id from refresh_token where hash = $2))
     for update`,
    [family, token],
  );
  if (!locked.rows[0]) return undefined;
  const { rows } = await client.query<LoginRow>(
    `select login.id as "loginId", login.owner_id as "ownerId",
       refresh_token.hash is null or used_at is not null as "isUsed",
       refresh_token.expires_at > now() and app_user.is_active
         and (tokens_valid_from is null or login.created_at >= tokens_valid_from) as "isValid"
     from login join app_user on app_user.id = login.owner_id
     left join refresh_token on refresh_token.login_id = login.id and hash = $2
     where login.id = $1`,
    [locked.rows[0].id, token],
  );
  return rows[0];
}

/** Tokens of earlier versions do not identify their login, so used ones are kept until they expire. */
async function replaceToken(
  client: ClientBase,
  loginId: string,
  given: RefreshHashes,
  next: RefreshHashes,
): Promise<void> {
  await client.query(
    given.family
      ? 'delete from refresh_token where hash = $1'
      : 'update refresh_token set used_at = now() where hash = $1',
    [given.token],
  );
  await client.query('delete from refresh_token where login_id = $1 and expires_at < now()', [loginId]);
  await client.query(
    `with extended as (
       update login set expires_at = now() + interval '${REFRESH_DAYS} days', refresh_family = $3
       where id = $1 returning expires_at
     )
     insert into refresh_token (hash, login_id, expires_at) select $2, $1, expires_at from extended`,
    [loginId, next.token, next.family],
  );
}

/** Deletes expired logins with their refresh tokens. */
export function pruneLogins(database: Database, signal: AbortSignal): Promise<number> {
  return deleteInBatches(
    database,
    {
      name: 'prune-logins',
      text: `
      delete from login where id in (
        select id from login where expires_at < now() order by expires_at limit ${BATCH_ROWS} for update skip locked
      )`,
    },
    signal,
  );
}

/** Ends a login: its login tokens and refresh tokens become invalid. */
export async function endLogin(database: Database, ownerId: string, id: string): Promise<void> {
  await database.pool.query('delete from login where id = $1 and owner_id = $2', [id, ownerId]);
}

/** Ends all logins of an account. */
export async function endAllLogins(client: Pick<ClientBase, 'query'>, ownerId: string): Promise<void> {
  await client.query('update app_user set tokens_valid_from = clock_timestamp() where id = $1', [ownerId]);
  await client.query('delete from login where owner_id = $1', [ownerId]);
}

/** Ends tokens without a login that were issued before a time. */
export async function endOldTokens(database: Database, ownerId: string, until: Date): Promise<void> {
  await database.pool.query(
    'update app_user set tokens_valid_from = greatest(tokens_valid_from, $2) where id = $1',
    [ownerId, until],
  );
}
