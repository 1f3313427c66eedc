import type { Scope } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { createdAtTextSql, type ListRange, rangeSql, rangeValues } from '../database/keyset-page.ts';
import { transaction } from '../database/transaction.ts';
import { type AuditEvent, recordAudit } from './audit.ts';

export interface ApiKeyRow {
  id: string;
  name: string;
  /** The first characters of the secret. */
  prefix: string;
  /** null: all. */
  scopes: Scope[] | null;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  createdAt: Date;
  createdAtText: string;
}

const COLUMNS = `
  api_key.id, api_key.name, api_key.prefix, api_key.scopes, api_key.expires_at as "expiresAt",
  api_key.last_used_at as "lastUsedAt", api_key.created_at as "createdAt",
  ${createdAtTextSql('api_key')} as "createdAtText"`;

/** @returns null when the owner has no such key. */
export async function findApiKey(database: Database, ownerId: string, id: string): Promise<ApiKeyRow | null> {
  const { rows } = await database.pool.query<ApiKeyRow>({
    name: 'find-api-key',
    text: `select ${COLUMNS} from api_key where id = $1 and owner_id = $2`,
    values: [id, ownerId],
  });
  return rows[0] ?? null;
}

/** An owner's keys, newest first, by keyset. */
export async function listApiKeys(
  database: Database,
  { ownerId, ...range }: ListRange & { ownerId: string },
): Promise<ApiKeyRow[]> {
  const { name, condition, order } = rangeSql('api_key', range.fromEnd);
  const { rows } = await database.pool.query<ApiKeyRow>({
    name: `list-api-keys-${name}`,
    text: `select ${COLUMNS} from api_key where owner_id = $7 and ${condition} ${order}`,
    values: [...rangeValues(range), ownerId],
  });
  return range.fromEnd ? rows.reverse() : rows;
}

/** A secret as it is stored. */
export interface StoredSecret {
  hash: string;
  prefix: string;
}

export interface NewApiKey extends StoredSecret {
  id: string;
  ownerId: string;
  name: string;
  scopes: readonly Scope[] | null;
  expiresAt: Date | null;
}

export function insertApiKey(database: Database, key: NewApiKey, audit: AuditEvent): Promise<ApiKeyRow> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<ApiKeyRow>(
      `insert into api_key (id, owner_id, name, prefix, hash, scopes, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7) returning ${COLUMNS}`,
      [key.id, key.ownerId, key.name, key.prefix, key.hash, key.scopes, key.expiresAt],
    );
    await recordAudit(client, audit);
    return rows[0]!;
  });
}

/** @returns false when the owner has no such key. */
export function deleteApiKey(
  database: Database,
  { ownerId, id }: { ownerId: string; id: string },
  audit: AuditEvent,
): Promise<boolean> {
  return transaction(database, async (client) => {
    const deleted = await client.query('delete from api_key where id = $1 and owner_id = $2', [id, ownerId]);
    if (deleted.rowCount === 0) return false;
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
  return transaction(database, async (client) => {
    const { rows } = await client.query<ApiKeyRow>(
      `update api_key set hash = $3, prefix = $4, updated_at = now(),
         previous_hash = case when $5 > 0 then hash end,
         previous_until = case when $5 > 0 then now() + $5 * interval '1 second' end
       where id = $1 and owner_id = $2 returning ${COLUMNS}`,
      [id, ownerId, hash, prefix, graceSeconds],
    );
    if (rows[0]) await recordAudit(client, audit);
    return rows[0] ?? null;
  });
}
