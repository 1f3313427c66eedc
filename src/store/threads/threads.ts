import type { OnBusy } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import {
  createdAtTextSql,
  type ListRange,
  ofEachSql,
  rangeSql,
  rangeValues,
} from '../database/list-range.ts';
import { transaction } from '../database/transaction.ts';
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

/** @returns null when its session takes nothing new (any more). */
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

/** An absent member stays as it is. */
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

/** @returns null when there is no such thread of this owner; not there and not theirs look the same. */
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
  /** null: of all sessions, and of none. */
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

/** A page of the threads of each of many sessions in one query, newest first, by keyset. */
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

/** What a model wrote about the oldest turns of a thread. */
export interface ThreadSummary {
  text: string;
  /** Number of turns that it stands for. */
  turns: number;
  /** The last of them. */
  runId: string;
}

/** What the models are sent with every turn of a thread, and its summary, where one was made. */
export async function readThread(
  database: Database,
  id: string,
): Promise<{ context: string | null; summary: ThreadSummary | null }> {
  const { rows } = await database.pool.query<{ context: string | null; summary: ThreadSummary | null }>({
    name: 'read-thread',
    text: 'select context, summary from thread where id = $1',
    values: [id],
  });
  return rows[0] ?? { context: null, summary: null };
}

/** A summary as it is stored. */
export interface NewThreadSummary extends Omit<ThreadSummary, 'runId'> {
  /** The turns that it is made of, besides the summary before it; it covers all up to the last of them. */
  of: readonly Turn[];
  /** `runId` of the summary before it; null: there was none. */
  previousRunId: string | null;
}

/**
 * Stores a summary of a thread. Turns that complete after its turns were read are not covered. Nothing is stored when one
 * of its turns was deleted meanwhile, which the text may quote, or when another summary was stored.
 */
export async function keepSummary(
  database: Database,
  threadId: string,
  { text, turns, of, previousRunId }: NewThreadSummary,
): Promise<void> {
  const last = of.at(-1)!;
  await transaction(database, async (client) => {
    // In a statement of its own, so that the next one sees what was deleted before this transaction had the lock.
    await client.query('select from thread where id = $1 for no key update', [threadId]);
    await client.query({
      name: 'keep-thread-summary',
      text: `
        update thread set summary = jsonb_build_object('text', $2::text, 'turns', $3::int, 'joinedAt', $4::text,
          'runId', $5::text, 'madeAt', $6::text)
        where id = $1 and summary ->> 'runId' is not distinct from $7
          and (select count(*) from run where id = any($8::text[])) = cardinality($8::text[])`,
      values: [
        threadId,
        text,
        turns,
        last.joinedAt,
        last.runId,
        last.readAt,
        previousRunId,
        of.map(({ runId }) => runId),
      ],
    });
  });
}

/** A question and its answer. */
export interface Turn {
  runId: string;
  /** Times as Postgres writes them, to the microsecond. */
  joinedAt: string;
  readAt: string;
  /** Whether the thread's summary covers it. */
  isSummarized: boolean;
  /** `runId` of that summary; null: there is none. */
  summaryRunId: string | null;
  prompt: string;
  output: string;
  /** Milliseconds since it was completed. */
  msAgo: number;
}

/** The completed turns of a thread that come before a run, oldest first, at most the last `limit`. */
export async function readTurns(
  database: Database,
  threadId: string,
  beforeRunId: string,
  limit: number,
): Promise<Turn[]> {
  const { rows } = await database.pool.query<Turn>({
    name: 'read-turns',
    text: `
      with present as (
        select joined_at from task where id = $2 union all select joined_at from orchestration where id = $2
      ), summarized as (
        select (summary ->> 'joinedAt')::timestamptz as joined_at, summary ->> 'runId' as id,
          (summary ->> 'madeAt')::timestamptz as made_at
        from thread where id = $1 and summary is not null
      )
      select id as "runId", joined_at::text as "joinedAt", statement_timestamp()::text as "readAt",
        exists (select from summarized where (last.joined_at, last.id) <= (summarized.joined_at, summarized.id)
          and last.completed_at <= summarized.made_at) as "isSummarized",
        (select id from summarized) as "summaryRunId",
        prompt, output, (extract(epoch from clock_timestamp() - completed_at) * 1000)::float8 as "msAgo" from (${lastTurnsSql('task')} union all ${lastTurnsSql('orchestration')}) as last
      order by joined_at desc, id desc limit $3`,
    values: [threadId, beforeRunId, limit],
  });
  return rows.reverse();
}

/** By the index of the thread, so that a long conversation costs no more than its end. */
function lastTurnsSql(kind: 'task' | 'orchestration'): string {
  return `(
    select ${kind}.id, ${kind}.joined_at, ${kind}.prompt, ${kind}.result ->> 'output' as output,
      ${kind}.completed_at
    from ${kind} join run on run.id = ${kind}.id
    where ${kind}.thread_id = $1 and (${kind}.joined_at, ${kind}.id) < ((select joined_at from present), $2)
      and run.status = 'completed' and ${kind}.result ->> 'output' <> ''
    order by ${kind}.joined_at desc, ${kind}.id desc limit $3
  )`;
}
