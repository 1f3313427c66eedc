import type { ClientBase } from 'pg';

/** @param change `from` is the hash to replace. @returns false when it has changed meanwhile */
export async function setPassword(
  client: Pick<ClientBase, 'query'>,
  { userId, from, to }: { userId: string; from: string | null; to: string },
): Promise<boolean> {
  const { rowCount } = await client.query(
    `update app_user set password_hash = $2, updated_at = now()
     where id = $1 and password_hash is not distinct from $3`,
    [userId, to, from],
  );
  return rowCount === 1;
}

/** For an active account. @returns false when it is disabled */
export async function replacePassword(
  client: Pick<ClientBase, 'query'>,
  userId: string,
  passwordHash: string,
): Promise<boolean> {
  const { rowCount } = await client.query(
    'update app_user set password_hash = $2, updated_at = now() where id = $1 and is_active',
    [userId, passwordHash],
  );
  return rowCount === 1;
}
