import { TURN_KINDS, type TurnKind } from '../../rules/runs/kinds.ts';
import type { Database } from '../database/database.ts';

/** A model's summary of the oldest turns of a thread. */
export interface ThreadSummary {
  text: string;
  /** Number of turns that it replaces. */
  turns: number;
  /** The last of them. */
  runId: string;
}

/** The instructions sent to the models with every turn of a thread, and its summary, if there is one. */
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

/** A question and its answer. */
export interface Turn {
  runId: string;
  /** Times in Postgres format, with microseconds. */
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
  /** Number of turns that were found, including those that were too long to be read. */
  found: number;
}

/** Bytes. More than fits into any context window: two million tokens of four characters. */
const MOST_READ = 8_000_000;

/**
 * The completed turns of a thread before a run, oldest first: of the last `limit` turns, those after which at
 * most MOST_READ bytes follow.
 */
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
        ${TURN_KINDS.map((kind) => `select joined_at from ${kind} where id = $2`).join(' union all ')}
      ), summarized as (
        select (summary ->> 'joinedAt')::timestamptz as joined_at, summary ->> 'runId' as id,
          (summary ->> 'madeAt')::timestamptz as made_at
        from thread where id = $1 and summary is not null
      )
      select id as "runId", joined_at::text as "joinedAt", statement_timestamp()::text as "readAt",
        exists (select from summarized where (last.joined_at, last.id) <= (summarized.joined_at, summarized.id)
          and last.completed_at <= summarized.made_at) as "isSummarized",
        (select id from summarized) as "summaryRunId",
        prompt, output, (extract(epoch from clock_timestamp() - completed_at) * 1000)::float8 as "msAgo", found
      from (
        select *, count(*) over ()::int as found, sum(octet_length(prompt) + octet_length(output)) over (
          order by joined_at desc, id desc rows between unbounded preceding and 1 preceding) as newer
        from (
          select * from (${TURN_KINDS.map(lastTurnsSql).join(' union all ')}) as each
          order by joined_at desc, id desc limit $3
        ) as latest
      ) as last
      where coalesce(newer, 0) <= $4
      order by joined_at desc, id desc`,
    values: [threadId, beforeRunId, limit, MOST_READ],
  });
  return rows.reverse();
}

/** Uses the index of the thread, so that the cost does not grow with the length of a conversation. */
function lastTurnsSql(kind: TurnKind): string {
  return `(
    select ${kind}.id, ${kind}.joined_at, ${kind}.prompt, ${kind}.result ->> 'output' as output,
      ${kind}.completed_at
    from ${kind} join run on run.id = ${kind}.id
    where ${kind}.thread_id = $1 and (${kind}.joined_at, ${kind}.id) < ((select joined_at from present), $2)
      and run.status = 'completed' and ${kind}.result ->> 'output' <> ''
    order by ${kind}.joined_at desc, ${kind}.id desc limit $3
  )`;
}
