import type { Database } from '../database/database.ts';
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

/** SQL: the columns of `LogRow`, where `page` names rows of `logSql`. */
export const LOG_COLUMNS = `page.run_id as "runId", page.seq, page.attempt, page.type, page.at, page.data,
  page.call_id as "callId", page.text, page.ends, page.ats`;

interface LogPart {
  /** SQL of a seq. */
  after: string;
  /** SQL of how many rows. */
  limit: string;
  /**
   * SQL of a value, not of a column: partitions of other months are then skipped before the statement begins. With 26
   * months, a page took 2.4 ms of Postgres's CPU time rather than 0.7.
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
  const ofRun = (name: string) => `${name}.month = ${month} and ${name}.run_id = run.id`;
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

/** The months of some runs. */
export async function readMonths(database: Database, runIds: readonly string[]): Promise<string[]> {
  const { rows } = await database.pool.query<{ month: string }>({
    name: 'read-months',
    text: 'select distinct month::text from run where id = any($1::text[])',
    values: [runIds],
  });
  return rows.map(({ month }) => month);
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
