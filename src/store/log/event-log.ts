import type { ClientBase } from 'pg';
import type { RunStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import type { LoggedEvent, NewEvent } from './events.ts';
import { markerAtEnd, markerBefore, withEarlierEvents } from './expired-events.ts';

/** UTF-8 bytes of all strings among the values, for `movedSql` and new runs; other values count as 0. */
export function bytesOf(...texts: readonly unknown[]): number {
  return texts.reduce<number>(
    (sum, text) => sum + (typeof text === 'string' ? Buffer.byteLength(text) : 0),
    0,
  );
}

/** Converts the events of the part `logged`: JSON has no dates. */
export function toLoggedEvents(events: readonly (LoggedEvent & { at: string | Date })[]): LoggedEvent[] {
  return events.map((event) => ({ ...event, at: new Date(event.at) }));
}

/** The parameter for the events that a statement appends. */
export function eventsParameter(events: readonly NewEvent[]): string {
  return JSON.stringify(events);
}

/** A page ends with the event that exceeds one of these; a reader holds a page in memory. */
export const PAGE_EVENTS = 200;
export const PAGE_CHARACTERS = 64 * 1024;

export interface EventPage {
  events: LoggedEvent[];
  /** Whether more events may follow. */
  hasMore: boolean;
}

/**
 * SQL of the first events of the log of a row of `run`, in order: of both tables that share its numbers.
 * @param which SQL of a condition @param limit SQL of how many
 */
export function logSql(which: string, limit: string): string {
  const from = (table: string, data: string) => `(
      select run_id, seq, attempt, type, ${data} as data, at from ${table}
      where month = run.month and run_id = run.id and ${which} order by seq limit ${limit}
    )`;
  const text = `jsonb_build_object('callId', call_id, 'text', text)`;
  return `${from('run_event', 'data')} union all ${from('run_text', text)} order by seq limit ${limit}`;
}

/** Events of a run after `seq`, in order, with markers in place of those that have expired. */
export async function readEvents(database: Database, runId: string, afterSeq: number): Promise<EventPage> {
  const { rows } = await database.pool.query<PageRow>({
    name: 'read-events',
    text: `
      select run.status, run.last_seq as "lastSeq", run.attempt as "lastAttempt", coalesce(run.ended_at, run.updated_at) as "endedAt",
        run.id as "runId", page.seq, page.attempt, page.type, page.data, page.at, page.found
      from run left join lateral (
        select page.*, (count(*) over ())::int as found,
          coalesce(sum(length(data::text)) over (order by seq rows between unbounded preceding and 1 preceding), 0)
            as characters_before
        from (${logSql('seq > $2', String(PAGE_EVENTS))}) as page
      ) as page on page.characters_before < ${PAGE_CHARACTERS}
      where run.id = $1 order by page.seq`,
    values: [runId, afterSeq],
  });
  const found = rows[0]?.found ?? 0;
  const hasMore = found === PAGE_EVENTS || rows.length < found;
  return { events: await marked(database, rows, { runId, afterSeq, hasMore }), hasMore };
}

/** A row without an event when there is none after `seq`. */
type PageRow = (LoggedEvent | { seq: null }) & {
  found: number | null;
  lastSeq: number;
  lastAttempt: number;
  endedAt: Date;
  status: RunStatus;
};

async function marked(
  database: Database,
  rows: readonly PageRow[],
  { runId, afterSeq, hasMore }: { runId: string; afterSeq: number; hasMore: boolean },
): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  let previous = afterSeq;
  for (const { found: _, lastSeq: __, lastAttempt: ___, endedAt: ____, status: _____, ...event } of rows) {
    if (event.seq === null) break;
    const isFirst = previous === afterSeq && event.seq > previous + 1;
    const hasEarlier = !isFirst || (await withEarlierEvents(database, [runId], afterSeq)).has(runId);
    const marker = markerBefore(event, previous, hasEarlier);
    if (marker) events.push(marker);
    events.push(event);
    previous = event.seq;
  }
  const last = rows.at(-1);
  const end =
    last && !hasMore
      ? { lastSeq: last.lastSeq, attempt: last.lastAttempt, at: last.endedAt, status: last.status }
      : null;
  const marker = end && markerAtEnd(runId, previous, end);
  return marker ? [...events, marker] : events;
}

/** The `seq` before the first event of the run's current attempt. */
export async function attemptStart(database: Database, runId: string): Promise<number> {
  const { rows } = await database.pool.query<{ seq: number }>({
    name: 'attempt-start',
    text: `
      select coalesce(max(event.seq), 0) as seq
      from run join run_event as event on event.month = run.month and event.run_id = run.id
      where run.id = $1 and event.type = 'AttemptStarted'`,
    values: [runId],
  });
  return rows[0]?.seq ?? 0;
}

/** Deletes the logs of runs, whose rows are still there. */
export async function deleteLogs(client: ClientBase, runIds: readonly string[]): Promise<void> {
  for (const table of ['run_text', 'run_event']) {
    await client.query({
      text: `
        delete from ${table} using run
        where run.id = any($1::text[]) and ${table}.month = run.month and ${table}.run_id = run.id`,
      values: [runIds],
    });
  }
}
