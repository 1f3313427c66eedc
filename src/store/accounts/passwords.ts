import type { Database } from '../database/database.ts';
import { NOW, type Queryable, tables } from '../database/tables.ts';

/** null: the account has no login, or has been deleted. */
export async function readPasswordHash({ pool }: Database, userId: string): Promise<string | null> {
  const found = await tables(pool)
    .selectFrom('appUser')
    .select('passwordHash')
    .where('id', '=', userId)
    .executeTakeFirst();
  return found?.passwordHash ?? null;
}

/** @param change `from` is the hash to replace. @returns false when it has changed meanwhile */
export async function setPassword(
  client: Queryable,
  { userId, from, to }: { userId: string; from: string | null; to: string },
): Promise<boolean> {
  const { numUpdatedRows } = await withPassword(client, userId, to)
    .where('passwordHash', 'is not distinct from', from)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** For an active account. @returns false when it is disabled */
export async function replacePassword(
  client: Queryable,
  userId: string,
  passwordHash: string,
): Promise<boolean> {
  const { numUpdatedRows } = await withPassword(client, userId, passwordHash)
    .where('isActive', '=', true)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

function withPassword(client: Queryable, userId: string, passwordHash: string) {
  return tables(client).updateTable('appUser').set({ passwordHash, updatedAt: NOW }).where('id', '=', userId);
}
