import type { EventType, RunStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { logSql } from './event-log.ts';
import type { LoggedEvent } from './events.ts';
import { markerAtEnd, markerBefore, wantsMarkers, withEarlierEvents } from './expired-events.ts';

/** A page of a log. */
export interface EventRange {
  /** The `seq` before its first event. */
  after: number;
  limit: number;
  /** null: all. */
  types: readonly EventType[] | null;
}

/** SQL of the last number that is in the log of a row of `run`. */
const KEPT_SEQ = `greatest(${['run_event', 'run_text']
  .map((table) => `(select max(seq) from ${table} where month = run.month and run_id = run.id)`)
  .join(', ')})`;

/** For gaps between events of some types, all events have to be read. */
const eventPages = statement(
  'read-event-pages',
  { runIds: 'text[]', after: 'integer', limit: 'integer', types: 'text[]', marks: 'boolean' },
  ($) => `
    select run.id as "runId", page.seq, page.attempt, page.type, page.data, page.at, page.previous, page."isWanted",
      run.status, run.last_seq as "lastSeq", run.attempt as "lastAttempt", coalesce(run.ended_at, run.updated_at) as "endedAt",
      case when ${$.marks} then (${KEPT_SEQ}) end as "keptSeq"
    from run left join lateral (
      select *, ${$.types} is null or type = any(${$.types}) as "isWanted" from (
        select *, lag(seq, 1, ${$.after}) over (order by seq) as previous from (
          ${logSql(
            `seq > ${$.after} and (${$.marks} or ${$.types} is null or type = any(${$.types}))`,
            `case when ${$.types} is null or not ${$.marks} then ${$.limit} end`,
          )}
        ) as logged
      ) as logged
      where ${$.types} is null or type = any(${$.types}) or (${$.marks} and seq > previous + 1)
      order by seq limit ${$.limit}
    ) as page on true
    where run.id = any(${$.runIds}) order by run.id, page.seq`,
);

/** A row without an event when a run has none in the range. */
type PageRow = (LoggedEvent | { seq: null; runId: string }) & {
  /** The `seq` of the event before it, or `after`. */
  previous: number;
  /** false: it is here only for the gap before it. */
  isWanted: boolean;
  lastSeq: number;
  lastAttempt: number;
  endedAt: Date;
  status: RunStatus;
  /** The last `seq` of the log that is there; null: none, or no markers are wanted. */
  keptSeq: number | null;
};

/** The same page of the logs of many runs, in one query, with markers in place of events that have expired. */
export async function readEventPages(
  database: Database,
  runIds: readonly string[],
  range: EventRange,
): Promise<LoggedEvent[]> {
  const marks = wantsMarkers(range.types);
  const { rows } = await database.pool.query<PageRow>(eventPages({ runIds, ...range, marks }));
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
    marks ? marked(ofRun, begun, range) : ofRun.flatMap(eventOf),
  );
}

function eventOf(row: PageRow): LoggedEvent[] {
  const {
    previous: _,
    isWanted,
    lastSeq: __,
    lastAttempt: ___,
    endedAt: ____,
    status: ______,
    keptSeq: _____,
    ...event
  } = row;
  return event.seq !== null && isWanted ? [event] : [];
}

function marked(
  rows: readonly PageRow[],
  begun: Set<string>,
  { after, limit, types }: EventRange,
): LoggedEvent[] {
  const found = rows.flatMap((row) => {
    if (row.seq === null) return [];
    const marker = markerBefore(row, row.previous, row.previous > after || begun.has(row.runId));
    return marker ? [marker, ...eventOf(row)] : eventOf(row);
  });
  const { runId, keptSeq, lastSeq, lastAttempt: attempt, endedAt: at, status } = rows[0]!;
  const isWhole = rows[0]!.seq === null || rows.length < limit;
  const marker = isWhole
    ? markerAtEnd(runId, Math.max(keptSeq ?? 0, after), { lastSeq, attempt, at, status })
    : null;
  return (marker ? [...found, marker] : found)
    .filter(({ type }) => types === null || types.includes(type))
    .slice(0, limit);
}
