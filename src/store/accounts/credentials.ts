import type { Scope } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';

/** What the validity of credentials depends on, besides their signature and expiry. */
export interface Credential {
  userId: string;
  /** The login of a token; null: a token from before logins were recorded, or not a login token. */
  loginId: string | null;
  /** Hexadecimal SHA-256 of the API key that was sent or that created the token; null: none. */
  keyHash: string | null;
  /** Time of issue of a token; null: an API key itself, or a guest. */
  issuedAt: Date | null;
}

export interface CredentialState {
  id: string;
  isAdmin: boolean;
}

export interface KeyHolder extends CredentialState {
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

/** Identifies equal credentials. */
export function nameOfCredential({ userId, loginId, keyHash, issuedAt }: Credential): string {
  return JSON.stringify([userId, loginId, keyHash, issuedAt]);
}

export async function readCredential(
  database: Database,
  credential: Credential,
): Promise<CredentialState | null> {
  const [state] = await readCredentials(database, [credential]);
  return state ?? null;
}

/** In one query. @returns a state for each credential, in the same order; null: it is revoked. */
export async function readCredentials(
  database: Database,
  credentials: readonly Credential[],
): Promise<(CredentialState | null)[]> {
  const { rows } = await database.pool.query<CredentialState & { position: string }>({
    name: 'read-credentials',
    text: VALID_CREDENTIALS,
    values: [
      credentials.map(({ userId }) => userId),
      credentials.map(({ loginId }) => loginId),
      credentials.map(({ keyHash }) => keyHash),
      credentials.map(({ issuedAt }) => issuedAt),
    ],
  });
  const states = new Map(rows.map(({ position, ...state }) => [Number(position), state]));
  return credentials.map((_, index) => states.get(index + 1) ?? null);
}

/**
 * A token counts as issued when its login began, so that the clock of the database determines the order of
 * both times.
 */
const VALID_CREDENTIALS = `
  select asked.position, app_user.id, app_user.is_admin as "isAdmin"
  from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
    with ordinality as asked(user_id, login_id, key_hash, issued_at, position)
  join app_user on app_user.id = asked.user_id and app_user.is_active
  left join login on login.id = asked.login_id and login.owner_id = app_user.id
  left join lateral (
    select id, expires_at from api_key where hash = asked.key_hash and owner_id = app_user.id
    union all
    select id, expires_at from api_key
    where previous_hash = asked.key_hash and previous_until > now() and owner_id = app_user.id
  ) as api_key on api_key.expires_at is null or api_key.expires_at > now()
  where (asked.login_id is null or login.expires_at > now())
    and (asked.key_hash is null or api_key.id is not null)
    and (app_user.tokens_valid_from is null
      or coalesce(login.created_at, asked.issued_at, 'infinity') >= app_user.tokens_valid_from)`;
