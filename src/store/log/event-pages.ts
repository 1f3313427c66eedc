import type { EventType } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { LoggedEvent } from './events.ts';
import {
  END_COLUMNS,
  endOf,
  type LogEndRow,
  markerAtEnd,
  markerBefore,
  wantsMarkers,
  withEarlierEvents,
} from './expired-events.ts';
import { cutSql, eventsOf, LOG_COLUMNS, type LogRow, lastSeqOf, logSql, readMonths } from './log-rows.ts';

/** A page of a log. */
export interface EventRange {
  /** The `seq` before its first event. */
  after: number;
  limit: number;
  /** null: all. */
  types: readonly EventType[] | null;
}

/** SQL of the last number that is in the log of a row of `run`. With `offset 0`, it is read once for a run, not for each row. */
const keptSeq = (month: string) => `greatest(
  (select max(seq) from run_event where month = '${month}' and run_id = run.id),
  (select coalesce(last_seq, seq) from run_text where month = '${month}' and run_id = run.id order by seq desc limit 1))`;

/** For gaps between events of some types, all events have to be read. */
const eventPagesOf = (month: string) =>
  statement(
    `read-event-pages-${month}`,
    { runIds: 'text[]', after: 'integer', limit: 'integer', types: 'text[]', marks: 'boolean' },
    ($) => {
      const isWanted = `(${$.types} is null or type = any(${$.types}))`;
      const rows = logSql({
        after: $.after,
        limit: `case when ${$.types} is null or not ${$.marks} then ${$.limit} end`,
        month,
        which: `(${$.marks} or ${isWanted})`,
      });
      const wanted = `
            select *, coalesce(sum(case when "isWanted" then coalesce(last_seq, seq) - greatest(seq - 1, ${$.after}) else 1 end)
              over (order by seq rows between unbounded preceding and 1 preceding), 0)::int as events_before
            from (
              select *, ${isWanted} as "isWanted", lag(coalesce(last_seq, seq), 1, ${$.after}) over (order by seq) as previous
              from (${rows}) as found
            ) as found
            where "isWanted" or (${$.marks} and seq > previous + 1)`;
      const counted = `
          select *, case when "isWanted" then ${$.limit} - events_before else 0 end as room
          from (${wanted}) as wanted where events_before < ${$.limit}`;
      return `
        select ${END_COLUMNS}, ${LOG_COLUMNS}, page.previous, page."isWanted",
          kept.seq as "keptSeq"
        from run left join lateral (select ${keptSeq(month)} as seq where ${$.marks} offset 0) as kept on true
        left join lateral (${cutSql(counted, { after: $.after, others: 'previous, "isWanted"' })}) as page on true
        where run.id = any(${$.runIds}) and run.month = '${month}' order by run.id, page.seq`;
    },
  );

/** By month: to make the text takes longer than to send it. */
const made = new Map<string, ReturnType<typeof eventPagesOf>>();

function eventPages(month: string): ReturnType<typeof eventPagesOf> {
  const pages = made.get(month) ?? eventPagesOf(month);
  made.set(month, pages);
  return pages;
}

/** A row without an event when a run has none in the range. */
type PageRow = (LogRow | { seq: null; runId: string }) &
  LogEndRow & {
    /** The `seq` of the event before it, or `after`. */
    previous: number;
    /** false: it is here only for the gap before it. */
    isWanted: boolean;
    /** The last `seq` of the log that is there; null: none, or no markers are wanted. */
    keptSeq: number | null;
  };

/**
 * The same page of the logs of many runs, in one query for each of their months, with markers in place of events that
 * have expired.
 */
export async function readEventPages(
  database: Database,
  runIds: readonly string[],
  range: EventRange,
): Promise<LoggedEvent[]> {
  const marks = wantsMarkers(range.types);
  const months = await readMonths(database.pool, runIds);
  const pages = months.map((month) =>
    database.pool.query<PageRow>(eventPages(month)({ runIds, ...range, marks })),
  );
  const rows = (await Promise.all(pages)).flatMap((page) => page.rows);
  const uncertain = rows.filter(
    ({ seq, previous }) => seq !== null && previous === range.after && seq > previous + 1,
  );
  const begun = marks
    ? await withEarlierEvents(
        database,
        uncertain.map(({ runId }) => runId),
        range.after,
      )
    : new Set<string>();
  return [...Map.groupBy(rows, ({ runId }) => runId).values()].flatMap((ofRun) =>
    Iterator.from(marks ? withMarkers(ofRun, begun, range) : withoutMarkers(ofRun, range))
      .take(range.limit)
      .toArray(),
  );
}

function eventsIn(row: PageRow, { after }: EventRange): Iterable<LoggedEvent> {
  return row.seq !== null && row.isWanted ? eventsOf(row, after) : [];
}

function* withoutMarkers(
  rows: readonly PageRow[],
  range: EventRange,
): Generator<LoggedEvent, void, undefined> {
  for (const row of rows) yield* eventsIn(row, range);
}

function* withMarkers(
  rows: readonly PageRow[],
  begun: Set<string>,
  range: EventRange,
): Generator<LoggedEvent, void, undefined> {
  const { after, limit } = range;
  let read = 0;
  for (const row of rows) {
    if (row.seq === null) continue;
    const marker = markerBefore(row, row.previous, row.previous > after || begun.has(row.runId));
    if (marker) yield marker;
    yield* eventsIn(row, range);
    read += row.isWanted ? lastSeqOf(row) - Math.max(row.seq - 1, after) : 1;
  }
  if (read >= limit) return;
  const [first] = rows;
  const marker = markerAtEnd(first!.runId, Math.max(first!.keptSeq ?? 0, after), endOf(first!));
  if (marker) yield marker;
}
