import type { ClientBase } from 'pg';
import type { Database } from '../database/database.ts';
import { NOW, type Row, tables } from '../database/tables.ts';
import { transaction } from '../database/transaction.ts';
import { type AuditEvent, recordAudit } from './audit.ts';

export type NewAccountToken = Omit<Row<'accountToken'>, 'createdAt'>;

/** Replaces an earlier token of the same kind for the same person. @returns false when the address has an account. */
export function insertInvitation(
  database: Database,
  token: NewAccountToken,
  audit: AuditEvent,
): Promise<boolean> {
  return transaction(database, async (client) => {
    const taken = await tables(client)
      .selectFrom('appUser')
      .select('id')
      .where('email', '=', token.email)
      .executeTakeFirst();
    if (taken) return false;
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
    const account = await tables(client)
      .selectFrom('appUser')
      .select('id')
      .where('id', '=', token.ownerId)
      .where('passwordHash', 'is not', null)
      .executeTakeFirst();
    if (!account) return false;
    await insertToken(client, token, audit);
    return true;
  });
}

async function insertToken(client: ClientBase, token: NewAccountToken, audit: AuditEvent): Promise<void> {
  const { kind, email, ownerId } = token;
  await tables(client).deleteFrom('accountToken').where('expiresAt', '<', NOW).execute();
  await tables(client)
    .deleteFrom('accountToken')
    .where('kind', '=', kind)
    .where((other) => other.or([other('email', '=', email), other('ownerId', '=', ownerId)]))
    .execute();
  await tables(client).insertInto('accountToken').values(token).execute();
  await recordAudit(client, audit);
}

/** Whether an invitation is valid for the address. */
export async function isInvited(client: ClientBase, hash: string, email: string): Promise<boolean> {
  const invitation = await tables(client)
    .selectFrom('accountToken')
    .select('hash')
    .where('hash', '=', hash)
    .where('kind', '=', 'invitation')
    .where('email', '=', email)
    .where('expiresAt', '>', NOW)
    .executeTakeFirst();
  return invitation !== undefined;
}

/** Uses up a password reset. @returns the account; null when it is not valid. */
export async function takePasswordReset(client: ClientBase, hash: string): Promise<string | null> {
  const taken = await tables(client)
    .deleteFrom('accountToken')
    .where('hash', '=', hash)
    .where('kind', '=', 'password_reset')
    .where('expiresAt', '>', NOW)
    .returning('ownerId')
    .executeTakeFirst();
  return taken?.ownerId ?? null;
}
