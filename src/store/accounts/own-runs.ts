import type { RunKind } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';

/** The kinds of those of the runs that belong to an account, by id. */
export async function findOwnRuns(
  database: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<Map<string, RunKind>> {
  const { rows } = await database.pool.query<{ id: string; kind: RunKind }>({
    name: 'find-own-runs',
    text: 'select id, kind from run where id = any($1::text[]) and owner_id = $2',
    values: [ids, ownerId],
  });
  return new Map(rows.map(({ id, kind }) => [id, kind]));
}
