import type { ClientBase } from 'pg';
import type { Origin, SessionStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { createdAtText, keysetList, type ListedRow } from '../database/kysely-page.ts';
import type { RowList } from '../database/sql-page.ts';
import { anyOf, optionalFilters, tables } from '../database/tables.ts';

export type SessionRow = ListedRow<'session'>;

/**
 * SQL of the CTE `home(session_id)`, for an object created in a session or in none: without a row when the
 * session accepts nothing new. It cannot be closed or deleted until the object is created.
 * @param id SQL of the session's id, or of null. @param owner SQL of the creator's id
 */
export function homeSql(id: string, owner: string): string {
  return `
    opened as (
      select id from session where id = ${id} and owner_id = ${owner} and status = 'active' for share
    ), home as (
      select null::text as session_id where ${id}::text is null union all select id from opened
    )`;
}

/**
 * Locks a session for an object that a transaction creates in it: it is not closed or deleted before that.
 * @returns false when the session accepts nothing new
 */
export async function holdOpen(client: ClientBase, id: string, ownerId: string): Promise<boolean> {
  const held = await tables(client)
    .selectFrom('session')
    .select('id')
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .where('status', '=', 'active')
    .forShare()
    .executeTakeFirst();
  return held !== undefined;
}

function allSessions({ pool }: Database) {
  return tables(pool).selectFrom('session').selectAll().select(createdAtText('session'));
}

/** Those of an owner's sessions that have one of some ids. */
export function findSessions(
  database: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<SessionRow[]> {
  return allSessions(database).where('id', '=', anyOf(ids)).where('ownerId', '=', ownerId).execute();
}

/** Many in one query, of any owner; by id. */
export async function readSessions(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, SessionRow>> {
  const rows = await allSessions(database).where('id', '=', anyOf(ids)).execute();
  return new Map(rows.map((row) => [row.id, row]));
}

export interface SessionListing {
  ownerId: string;
  status: SessionStatus | null;
  userLabel: string | null;
  origins: readonly Origin[] | null;
  /** Whether they have a name; null: either. */
  isNamed: boolean | null;
}

/** Sessions newest first, by keyset. */
export function listSessions(
  database: Database,
  { ownerId, status, userLabel, origins, isNamed }: SessionListing,
): RowList<SessionRow> {
  const sessions = allSessions(database)
    .where('ownerId', '=', ownerId)
    .where(optionalFilters('session', { status, userLabel, origin: origins }));
  const named = isNamed === null ? sessions : sessions.where('name', isNamed ? 'is not' : 'is', null);
  return keysetList(database.pool, named, 'session');
}
