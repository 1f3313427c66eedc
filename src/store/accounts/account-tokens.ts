import type { ClientBase } from 'pg';
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { type AuditEvent, recordAudit } from './audit.ts';

export interface NewAccountToken {
  hash: string;
  kind: 'invitation' | 'password_reset';
  email: string | null;
  ownerId: string | null;
  expiresAt: Date;
}

/** Replaces an earlier token of the same kind for the same person. @returns false when the address has an account. */
export function insertInvitation(
  database: Database,
  token: NewAccountToken,
  audit: AuditEvent,
): Promise<boolean> {
  return transaction(database, async (client) => {
    const taken = await client.query('select 1 from app_user where email = $1', [token.email]);
    if (taken.rowCount !== 0) return false;
    await insertToken(client, token, audit);
    return true;
  });
}

/** @returns false when there is no such account that has a password. */
export function insertPasswordReset(
  database: Database,
  token: NewAccountToken,
  audit: AuditEvent,
): Promise<boolean> {
  return transaction(database, async (client) => {
    const account = await client.query('select 1 from app_user where id = $1 and password_hash is not null', [
      token.ownerId,
    ]);
    if (account.rowCount === 0) return false;
    await insertToken(client, token, audit);
    return true;
  });
}

async function insertToken(client: ClientBase, token: NewAccountToken, audit: AuditEvent): Promise<void> {
  const { hash, kind, email, ownerId, expiresAt } = token;
  await client.query(
    `delete from account_token where expires_at < now() or (kind = $1 and (email = $2 or owner_id = $3))`,
    [kind, email, ownerId],
  );
  await client.query(
    'insert into account_token (hash, kind, email, owner_id, expires_at) values ($1, $2, $3, $4, $5)',
    [hash, kind, email, ownerId, expiresAt],
  );
  await recordAudit(client, audit);
}

/** Whether an invitation is valid for the address. */
export async function isInvited(client: ClientBase, hash: string, email: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `select 1 from account_token where hash = $1 and kind = 'invitation' and email = $2 and expires_at > now()`,
    [hash, email],
  );
  return rowCount === 1;
}

/** Uses up a password reset. @returns the account; null when it is not valid. */
export async function takePasswordReset(client: ClientBase, hash: string): Promise<string | null> {
  const { rows } = await client.query<{ ownerId: string }>(
    `delete from account_token where hash = $1 and kind = 'password_reset' and expires_at > now()
     returning owner_id as "ownerId"`,
    [hash],
  );
  return rows[0]?.ownerId ?? null;
}
