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
import { anyOf, CURRENT_TIME, optionalFilters, type Row, tables } from '../database/tables.ts';
import { transaction } from '../database/transaction.ts';
import { recordChange, ringChange } from '../log/changes.ts';
import { holdOpen } from '../sessions/sessions.ts';
import type { Store } from '../store.ts';

/** All but the long texts. */
const COLUMNS = [
  ...(['id', 'ownerId', 'sessionId', 'title', 'domain', 'onBusy'] as const),
  ...(['createdAt', 'updatedAt'] as const),
] as const;

/** Up to some megabytes each, so they are read where they are selected. */
export type ThreadText = 'originalPrompt' | 'context';

export type ThreadRow = Omit<ListedRow<'thread'>, 'summary' | ThreadText>;

interface NewThread
  extends Omit<ThreadRow, 'createdAt' | 'updatedAt' | 'createdAtText'>,
    Pick<Row<'thread'>, ThreadText> {}

/** @returns null when its session does not accept anything new */
export async function insertThread({ database, bus }: Store, thread: NewThread): Promise<ThreadRow | null> {
  const created = await transaction(database, async (client) => {
    const { sessionId, ownerId } = thread;
    if (sessionId !== null && !(await holdOpen(client, sessionId, ownerId))) return null;
    await recordChange(client, { ...changeOf(thread), type: 'created' });
    return tables(client)
      .insertInto('thread')
      .values(thread)
      .returning(COLUMNS)
      .returning(createdAtText('thread'))
      .executeTakeFirstOrThrow();
  });
  if (created) ringChange(bus, created);
  return created;
}

function changeOf({ id, ownerId, sessionId }: Pick<ThreadRow, 'id' | 'ownerId' | 'sessionId'>) {
  return { kind: 'thread', subjectId: id, sessionId, ownerId } as const;
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
  { database, bus }: Store,
  { id, ownerId }: { id: string; ownerId: string },
  { title, domain, context, onBusy }: ThreadChange,
): Promise<ThreadRow | null> {
  const changed = await transaction(database, async (client) => {
    const updated = await tables(client)
      .updateTable('thread')
      .set({ updatedAt: CURRENT_TIME, title, domain, context, onBusy: onBusy ?? undefined })
      .where('id', '=', id)
      .where('ownerId', '=', ownerId)
      .returning(COLUMNS)
      .returning(createdAtText('thread'))
      .executeTakeFirst();
    if (updated) await recordChange(client, { ...changeOf(updated), type: 'updated' });
    return updated ?? null;
  });
  if (changed) ringChange(bus, changed);
  return changed;
}

function allThreads({ pool }: Database) {
  return tables(pool).selectFrom('thread').select(COLUMNS).select(createdAtText('thread'));
}

/** Those of an owner's threads that have one of some ids. */
export function findThreads(
  database: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<ThreadRow[]> {
  return allThreads(database).where('id', '=', anyOf(ids)).where('ownerId', '=', ownerId).execute();
}

/** Many in one query, of any owner; by id. */
export async function readThreads(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, ThreadRow>> {
  const rows = await allThreads(database).where('id', '=', anyOf(ids)).execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** One text of many threads in one query, of any owner; by id. */
export async function readThreadTexts(
  { pool }: Database,
  text: ThreadText,
  ids: readonly string[],
): Promise<Map<string, string | null>> {
  const rows = await tables(pool)
    .selectFrom('thread')
    .select(['id', `${text} as text`])
    .where('id', '=', anyOf(ids))
    .execute();
  return new Map(rows.map((row) => [row.id, row.text]));
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
