import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { createdAtText, keysetList, type ListedRow } from '../database/kysely-page.ts';
import type { RowList } from '../database/sql-page.ts';
import { anyOf, NOW, type Row, tables } from '../database/tables.ts';
import { transaction } from '../database/transaction.ts';
import { type AuditEvent, recordAudit } from './audit.ts';

/** All but its secrets. */
const COLUMNS = ['id', 'name', 'prefix', 'scopes', 'expiresAt', 'lastUsedAt', 'createdAt'] as const;

export type ApiKeyRow = Pick<ListedRow<'apiKey'>, (typeof COLUMNS)[number] | 'createdAtText'>;

function apiKeysOf({ pool }: Database, ownerId: string) {
  return tables(pool)
    .selectFrom('apiKey')
    .select(COLUMNS)
    .select(createdAtText('apiKey'))
    .where('ownerId', '=', ownerId);
}

/** Those of an owner's keys that have one of some ids. */
export function findApiKeys(
  database: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<ApiKeyRow[]> {
  return apiKeysOf(database, ownerId).where('id', '=', anyOf(ids)).execute();
}

/** An owner's keys, newest first, by keyset. */
export function listApiKeys(database: Database, ownerId: string): RowList<ApiKeyRow> {
  return keysetList(database.pool, apiKeysOf(database, ownerId), 'apiKey');
}

/** A secret as it is stored. */
export interface StoredSecret {
  hash: string;
  prefix: string;
}

export type NewApiKey = StoredSecret &
  Pick<Row<'apiKey'>, 'id' | 'ownerId' | 'name' | 'scopes' | 'expiresAt'>;

export function insertApiKey(database: Database, key: NewApiKey, audit: AuditEvent): Promise<ApiKeyRow> {
  return transaction(database, async (client) => {
    const inserted = await tables(client)
      .insertInto('apiKey')
      .values(key)
      .returning(COLUMNS)
      .returning(createdAtText('apiKey'))
      .executeTakeFirstOrThrow();
    await recordAudit(client, audit);
    return inserted;
  });
}

/** @returns false when the owner has no such key. */
export function deleteApiKey(
  database: Database,
  { ownerId, id }: { ownerId: string; id: string },
  audit: AuditEvent,
): Promise<boolean> {
  return transaction(database, async (client) => {
    const { numDeletedRows } = await tables(client)
      .deleteFrom('apiKey')
      .where('id', '=', id)
      .where('ownerId', '=', ownerId)
      .executeTakeFirstOrThrow();
    if (numDeletedRows === 0n) return false;
    await recordAudit(client, audit);
    return true;
  });
}

export interface Rotation extends StoredSecret {
  ownerId: string;
  id: string;
  /** How long the former secret remains valid. */
  graceSeconds: number;
}

/**
 * Replaces the secret of a key. An even earlier one becomes invalid. @returns null when the key has been
 * deleted
 */
export function rotateApiKey(
  database: Database,
  rotation: Rotation,
  audit: AuditEvent,
): Promise<ApiKeyRow | null> {
  const { id, ownerId, hash, prefix, graceSeconds } = rotation;
  const graceEnd = sql<Date>`now() + ${graceSeconds} * interval '1 second'`;
  return transaction(database, async (client) => {
    const rotated = await tables(client)
      .updateTable('apiKey')
      .set(({ ref }) => ({
        ...{ hash, prefix, updatedAt: NOW },
        previousHash: graceSeconds > 0 ? ref('hash') : null,
        previousUntil: graceSeconds > 0 ? graceEnd : null,
      }))
      .where('id', '=', id)
      .where('ownerId', '=', ownerId)
      .returning(COLUMNS)
      .returning(createdAtText('apiKey'))
      .executeTakeFirst();
    if (rotated) await recordAudit(client, audit);
    return rotated ?? null;
  });
}
