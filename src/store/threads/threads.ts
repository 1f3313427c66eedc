import type { OnBusy } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import {
  createdAtTextSql,
  type ListRange,
  ofEachSql,
  rangeSql,
  rangeValues,
} from '../database/keyset-page.ts';
import { homeSql } from '../sessions/sessions.ts';

export interface ThreadRow {
  id: string;
  ownerId: string;
  sessionId: string | null;
  title: string | null;
  originalPrompt: string | null;
  domain: string | null;
  context: string | null;
  onBusy: OnBusy;
  createdAt: Date;
  updatedAt: Date;
  createdAtText: string;
}

const COLUMNS = `
  thread.id, thread.owner_id as "ownerId", thread.session_id as "sessionId", thread.title,
  thread.original_prompt as "originalPrompt", thread.domain, thread.context,
  thread.on_busy as "onBusy", thread.created_at as "createdAt", thread.updated_at as "updatedAt", ${createdAtTextSql('thread')} as "createdAtText"`;

/** @returns null when its session does not accept anything new */
export async function insertThread(
  database: Database,
  thread: Omit<ThreadRow, 'createdAt' | 'updatedAt' | 'createdAtText'>,
): Promise<ThreadRow | null> {
  const { rows } = await database.pool.query<ThreadRow>({
    name: 'insert-thread',
    text: `
      with ${homeSql('$3', '$2')}
      insert into thread (id, owner_id, session_id, title, original_prompt, domain, context, on_busy)
      select $1, $2, session_id, $4, $5, $6, $7, $8 from home
      returning ${COLUMNS}`,
    values: [
      thread.id,
      thread.ownerId,
      thread.sessionId,
      thread.title,
      thread.originalPrompt,
      thread.domain,
      thread.context,
      thread.onBusy,
    ],
  });
  return rows[0] ?? null;
}

/** Absent fields stay unchanged. */
export interface ThreadChange {
  title?: string | null | undefined;
  domain?: string | null | undefined;
  context?: string | null | undefined;
  onBusy?: OnBusy | null | undefined;
}

/** @returns null when there is no such thread of this owner. */
export async function changeThread(
  database: Database,
  { id, ownerId }: { id: string; ownerId: string },
  { title, domain, context, onBusy }: ThreadChange,
): Promise<ThreadRow | null> {
  const { rows } = await database.pool.query<ThreadRow>({
    name: 'change-thread',
    text: `
      update thread set updated_at = clock_timestamp(), title = case when $3 then $4 else title end,
        domain = case when $5 then $6 else domain end, context = case when $7 then $8 else context end,
        on_busy = coalesce($9, on_busy)
      where id = $1 and owner_id = $2
      returning ${COLUMNS}`,
    values: [
      ...[id, ownerId],
      ...[title, domain, context].flatMap((value) => [value !== undefined, value ?? null]),
      onBusy ?? null,
    ],
  });
  return rows[0] ?? null;
}

/** @returns null when it does not exist or belongs to another owner */
export async function findThread(database: Database, ownerId: string, id: string): Promise<ThreadRow | null> {
  const { rows } = await database.pool.query<ThreadRow>({
    name: 'find-thread',
    text: `select ${COLUMNS} from thread where id = $1 and owner_id = $2`,
    values: [id, ownerId],
  });
  return rows[0] ?? null;
}

export interface ThreadListing extends ListRange {
  ownerId: string;
  /** null: in any session or none. */
  sessionId: string | null;
}

/** Newest first, by keyset. */
export async function listThreads(database: Database, listing: ThreadListing): Promise<ThreadRow[]> {
  const { name, condition, order } = rangeSql('thread', listing.fromEnd);
  const isOfSession = listing.sessionId !== null;
  const { rows } = await database.pool.query<ThreadRow>({
    name: `list-threads-${name}${isOfSession ? '-of-session' : ''}`,
    text: `
      select ${COLUMNS} from thread
      where thread.owner_id = $7 ${isOfSession ? 'and thread.session_id = $8' : ''} and ${condition} ${order}`,
    values: [...rangeValues(listing), listing.ownerId, ...(isOfSession ? [listing.sessionId] : [])],
  });
  return listing.fromEnd ? rows.reverse() : rows;
}

/** A page of threads for each of many sessions in one query, newest first, by keyset. */
export async function readSessionThreads(
  database: Database,
  sessionIds: readonly string[],
  range: ListRange,
): Promise<ThreadRow[]> {
  const sql = rangeSql('thread', range.fromEnd);
  const { rows } = await database.pool.query<ThreadRow>({
    name: `read-session-threads-${sql.name}`,
    text: ofEachSql(
      `select ${COLUMNS} from thread where thread.session_id = wanted.id and ${sql.condition} ${sql.order}`,
      sql,
    ),
    values: [...rangeValues(range), sessionIds],
  });
  return range.fromEnd ? rows.reverse() : rows;
}
