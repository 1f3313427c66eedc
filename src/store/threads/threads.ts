import type { OnBusy } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import {
  countPerParent,
  createdAtText,
  keysetList,
  type ListedRow,
  readPagePerParent,
} from '../database/kysely-page.ts';
import type { ListRange, RowList } from '../database/sql-page.ts';
import { anyOf, CURRENT_TIME, optionalFilters, tables } from '../database/tables.ts';
import { transaction } from '../database/transaction.ts';
import { holdOpen } from '../sessions/sessions.ts';

/** All but the summary, which is long. */
const COLUMNS = [
  ...(['id', 'ownerId', 'sessionId', 'title', 'originalPrompt', 'domain', 'context', 'onBusy'] as const),
  ...(['createdAt', 'updatedAt'] as const),
] as const;

export type ThreadRow = Omit<ListedRow<'thread'>, 'summary'>;

/** @returns null when its session does not accept anything new */
export function insertThread(
  database: Database,
  thread: Omit<ThreadRow, 'createdAt' | 'updatedAt' | 'createdAtText'>,
): Promise<ThreadRow | null> {
  return transaction(database, async (client) => {
    const { sessionId, ownerId } = thread;
    if (sessionId !== null && !(await holdOpen(client, sessionId, ownerId))) return null;
    return tables(client)
      .insertInto('thread')
      .values(thread)
      .returning(COLUMNS)
      .returning(createdAtText('thread'))
      .executeTakeFirstOrThrow();
  });
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
  { pool }: Database,
  { id, ownerId }: { id: string; ownerId: string },
  { title, domain, context, onBusy }: ThreadChange,
): Promise<ThreadRow | null> {
  const changed = await tables(pool)
    .updateTable('thread')
    .set({ updatedAt: CURRENT_TIME, title, domain, context, onBusy: onBusy ?? undefined })
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .returning(COLUMNS)
    .returning(createdAtText('thread'))
    .executeTakeFirst();
  return changed ?? null;
}

function allThreads({ pool }: Database) {
  return tables(pool).selectFrom('thread').select(COLUMNS).select(createdAtText('thread'));
}

/** @returns null when it does not exist or belongs to another owner */
export async function findThread(database: Database, ownerId: string, id: string): Promise<ThreadRow | null> {
  const found = await allThreads(database)
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .executeTakeFirst();
  return found ?? null;
}

/** Many in one query, of any owner; by id. */
export async function readThreads(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, ThreadRow>> {
  const rows = await allThreads(database).where('id', '=', anyOf(ids)).execute();
  return new Map(rows.map((row) => [row.id, row]));
}

export interface ThreadListing {
  ownerId: string;
  /** null: in any session or none. */
  sessionId: string | null;
}

/** Newest first, by keyset. */
export function listThreads(database: Database, { ownerId, sessionId }: ThreadListing): RowList<ThreadRow> {
  const threads = allThreads(database)
    .where('ownerId', '=', ownerId)
    .where(optionalFilters('thread', { sessionId }));
  return keysetList(database.pool, threads, 'thread');
}

const OF_SESSION = { table: 'thread', parent: 'sessionId' } as const;

/** A page of threads for each of many sessions in one query, newest first, by keyset. */
export function readSessionThreads(
  database: Database,
  sessionIds: readonly string[],
  range: ListRange,
): Promise<ThreadRow[]> {
  return readPagePerParent(database.pool, allThreads(database), OF_SESSION, sessionIds, range);
}

/** The numbers of threads of many sessions, in one query. */
export function countSessionThreads(
  database: Database,
  sessionIds: readonly string[],
): Promise<Map<string, number>> {
  return countPerParent(database.pool, allThreads(database), OF_SESSION, sessionIds);
}
