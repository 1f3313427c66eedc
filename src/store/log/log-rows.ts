import type { Queryable } from '../database/tables.ts';
import type { LoggedEvent } from './events.ts';

/** A row of `logSql`. */
export interface LogRow {
  runId: string;
  seq: number;
  attempt: number;
  type: LoggedEvent['type'];
  at: Date;
  /** null: it has text. */
  data: object | null;
  callId: string | null;
  text: string | null;
  /** Of a page of text. null: the row is one event. */
  ends: number[] | null;
  ats: Date[] | null;
}

/** SQL: the columns of `LogRow`, where `page` names rows of `logSql` of a row of `run`. */
export const LOG_COLUMNS = `run.id as "runId", page.seq, page.attempt, page.type, page.at, page.data,
  page.call_id as "callId", page.text, page.ends, page.ats`;

interface LogPart {
  /** SQL of a seq. */
  after: string;
  /** SQL of how many rows. */
  limit: string;
  /**
   * As `readMonths` returns it. It is part of the text, so that the statement is planned for one partition, once for each
   * month: as a parameter, it made Postgres plan again for every page, which took longer than to read it.
   */
  month: string;
  /** SQL of a condition for both tables; default: none. */
  which?: string;
}

/**
 * SQL of the first rows after `after` of the log of a row of `run`, in order: of both tables that share its numbers. A
 * page of text is among them if it has later events, although it may begin earlier.
 */
export function logSql({ after, limit, month, which = 'true' }: LogPart): string {
  const ofRun = (name: string) => `${name}.month = '${month}' and ${name}.run_id = run.id`;
  const latest = `(
        select seq from run_text as before where ${ofRun('before')} and seq <= ${after} order by seq desc limit 1
      )`;
  return `(
      select run_id, seq, attempt, type, at, data, null as call_id, null as text, null::int as last_seq,
        null::int[] as ends, null::timestamptz[] as ats, length(data::text) as size
      from run_event where ${ofRun('run_event')} and seq > ${after} and ${which} order by seq limit ${limit}
    ) union all (
      select run_id, seq, attempt, type, at, null, call_id, text, last_seq, ends, ats, octet_length(text)
      from run_text
      where ${ofRun('run_text')} and seq >= coalesce(${latest}, 0) and coalesce(last_seq, seq) > ${after} and ${which}
      order by seq limit ${limit}
    ) order by seq limit ${limit}`;
}

/**
 * SQL of rows of `logSql` of which a page of text has only its events after `after`, and only as many as the row has
 * `room` for: it may be of 64 KB, and its reader may want one event. A row without room keeps no text at all.
 * @param others SQL of further columns of the rows
 */
export function cutSql(rows: string, { after, others }: { after: string; others: string }): string {
  const start = 'coalesce(ends[skipped], 0)';
  return `
          select run_id, seq + skipped as seq, attempt, type, at, data, call_id, ${others},
            case when last is null then text when last > skipped then convert_from(
              substring(convert_to(text, 'UTF8') from ${start} + 1 for ends[last] - ${start}), 'UTF8') end as text,
            case when last is not null
              then array(select e - ${start} from unnest(ends[skipped + 1:last]) with ordinality as each(e, n) order by n)
            end as ends,
            ats[skipped + 1:last] as ats
          from (
            select *, case when ends is not null then least(skipped + room, cardinality(ends)) end as last
            from (select *, greatest(${after} - seq + 1, 0) as skipped from (${rows}) as row_of_log) as from_after
          ) as up_to_last`;
}

/** The months of some runs. */
export async function readMonths(client: Queryable, runIds: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ month: string }>({
    name: 'read-months',
    text: 'select distinct month::text from run where id = any($1::text[])',
    values: [runIds],
  });
  return rows.map(({ month }) => month);
}

/** The last event of a row. */
export function lastSeqOf({ seq, ends }: Pick<LogRow, 'seq' | 'ends'>): number {
  return ends === null ? seq : seq + ends.length - 1;
}

/** The events of a row after `afterSeq`, one after the other: a page has thousands of them. */
export function* eventsOf(row: LogRow, afterSeq: number): Generator<LoggedEvent, void, undefined> {
  const { runId, seq, attempt, type, at, data, callId, text, ends, ats } = row;
  if (text === null || ends === null) {
    yield { runId, seq, attempt, type, at, data: data ?? { callId, text } } as LoggedEvent;
    return;
  }
  const bytes = Buffer.from(text);
  let start = 0;
  for (const [index, end] of ends.entries()) {
    if (seq + index > afterSeq) {
      const part = { callId, text: bytes.toString('utf8', start, end) };
      yield { runId, seq: seq + index, attempt, type, at: ats![index]!, data: part } as LoggedEvent;
    }
    start = end;
  }
}
