import type { ClientBase } from 'pg';
import type { Database } from '../database/database.ts';
import type { LoggedEvent, NewEvent } from './events.ts';
import {
  END_COLUMNS,
  endOf,
  type LogEndRow,
  markerAtEnd,
  markerBefore,
  withEarlierEvents,
} from './expired-events.ts';
import { eventsOf, LOG_COLUMNS, type LogRow, lastSeqOf, logSql, readMonths } from './log-rows.ts';

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

/** A page ends with the row that exceeds one of these; a reader holds a page in memory. */
export const PAGE_EVENTS = 200;
export const PAGE_CHARACTERS = 64 * 1024;

export interface EventPage {
  events: Iterable<LoggedEvent>;
  /** Whether more events may follow. */
  hasMore: boolean;
}

/** Events of a run after `seq`, in order, with markers in place of those that have expired. */
export async function readEvents(database: Database, runId: string, afterSeq: number): Promise<EventPage> {
  const [month] = await readMonths(database.pool, [runId]);
  if (month === undefined) return { events: [], hasMore: false };
  const { rows } = await database.pool.query<PageRow>({
    name: `read-events-${month}`,
    text: `
      select ${END_COLUMNS}, ${LOG_COLUMNS}, page.rows_found as found
      from run left join lateral (
        select page.*, (count(*) over ())::int as rows_found,
          coalesce(sum(size) over (order by seq rows between unbounded preceding and 1 preceding), 0) as size_before
        from (${logSql({ after: '$2', limit: String(PAGE_EVENTS), month })}) as page
      ) as page on page.size_before < ${PAGE_CHARACTERS}
      where run.id = $1 order by page.seq`,
    values: [runId, afterSeq],
  });
  const found = rows[0]?.found ?? 0;
  const hasMore = found === PAGE_EVENTS || rows.length < found;
  const first = rows[0];
  const isUncertain = first?.seq != null && first.seq > afterSeq + 1;
  const hasEarlier = isUncertain && (await withEarlierEvents(database, [runId], afterSeq)).has(runId);
  return { events: withMarkers(rows, { runId, afterSeq, hasEarlier, hasMore }), hasMore };
}

/** A row without an event when there is none after `seq`. */
type PageRow = (LogRow | { seq: null }) & LogEndRow & { found: number | null };

interface Page {
  runId: string;
  afterSeq: number;
  /** Whether the log has an event up to `afterSeq`, if the first row does not follow it. */
  hasEarlier: boolean;
  hasMore: boolean;
}

function* withMarkers(
  rows: readonly PageRow[],
  { runId, afterSeq, hasEarlier, hasMore }: Page,
): Generator<LoggedEvent, void, undefined> {
  let previous = afterSeq;
  for (const row of rows) {
    if (row.seq === null) break;
    const marker = markerBefore(row, previous, previous > afterSeq || hasEarlier);
    if (marker) yield marker;
    yield* eventsOf(row, afterSeq);
    previous = lastSeqOf(row);
  }
  const last = rows.at(-1);
  const marker = last && !hasMore ? markerAtEnd(runId, previous, endOf(last)) : null;
  if (marker) yield marker;
}

/** The `seq` before the first event of the run's current attempt. */
export async function attemptStart(database: Database, runId: string): Promise<number> {
  const { rows } = await database.pool.query<{ seq: number }>({
    name: 'attempt-start',
    text: `
      select coalesce(begun.seq, 0) as seq
      from run cross join lateral (
        select max(seq) as seq from run_event
        where month = run.month and run_id = run.id and type = 'AttemptStarted'
      ) as begun
      where run.id = $1`,
    values: [runId],
  });
  return rows[0]?.seq ?? 0;
}

/** Deletes the logs of runs, whose rows are still there. Months are values, so that no others are locked. */
export async function deleteLogs(client: ClientBase, runIds: readonly string[]): Promise<void> {
  const months = await readMonths(client, runIds);
  for (const table of ['run_text', 'run_event']) {
    await client.query({
      text: `delete from ${table} where month = any($1::date[]) and run_id = any($2::text[])`,
      values: [months, runIds],
    });
  }
}
