import type { SessionSettings } from '../../rules/sessions/session.ts';
import type { Origin, SessionStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { createdAtTextSql, type ListRange, rangeSql, rangeValues } from '../database/keyset-page.ts';

export interface SessionRow {
  id: string;
  ownerId: string;
  origin: Origin;
  name: string | null;
  description: string | null;
  status: SessionStatus;
  settings: SessionSettings;
  workingDirectory: string | null;
  userLabel: string | null;
  endedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  createdAtText: string;
}

/** Columns of a row named `session`. */
export const SESSION_COLUMNS = `
  session.id, session.owner_id as "ownerId", session.origin, session.name, session.description, session.status, session.settings,
  session.working_directory as "workingDirectory", session.user_label as "userLabel", session.ended_at as "endedAt",
  session.created_at as "createdAt", session.updated_at as "updatedAt",
  ${createdAtTextSql('session')} as "createdAtText"`;

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

/** @returns null when it does not exist or belongs to another owner */
export async function findSession(
  database: Database,
  ownerId: string,
  id: string,
): Promise<SessionRow | null> {
  const { rows } = await database.pool.query<SessionRow>({
    name: 'find-session',
    text: `select ${SESSION_COLUMNS} from session where id = $1 and owner_id = $2`,
    values: [id, ownerId],
  });
  return rows[0] ?? null;
}

/** Many in one query, of any owner; by id. */
export async function readSessions(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, SessionRow>> {
  const { rows } = await database.pool.query<SessionRow>({
    name: 'read-sessions',
    text: `select ${SESSION_COLUMNS} from session where id = any($1::text[])`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, row]));
}

export interface SessionListing extends ListRange {
  ownerId: string;
  status: SessionStatus | null;
  userLabel: string | null;
  origins: readonly Origin[] | null;
  /** Whether they have a name; null: either. */
  isNamed: boolean | null;
}

/** Sessions newest first, by keyset. */
export async function listSessions(database: Database, listing: SessionListing): Promise<SessionRow[]> {
  const { name, condition, order } = rangeSql('session', listing.fromEnd);
  const { rows } = await database.pool.query<SessionRow>({
    name: `list-sessions-${name}`,
    text: `
      select ${SESSION_COLUMNS} from session
      where session.owner_id = $7 and ($8::text is null or session.status = $8)
        and ($9::text is null or session.user_label = $9)
        and ($10::text[] is null or session.origin = any($10))
        and ($11::boolean is null or (session.name is not null) = $11) and ${condition} ${order}`,
    values: [
      ...rangeValues(listing),
      listing.ownerId,
      listing.status,
      listing.userLabel,
      listing.origins,
      listing.isNamed,
    ],
  });
  return listing.fromEnd ? rows.reverse() : rows;
}
