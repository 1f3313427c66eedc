import type { ClientBase } from 'pg';
import type { Database } from '../database/database.ts';
import type { LoggedEvent, NewEvent } from './events.ts';

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
 * @param which SQL of a condition @param limit SQL of how many @param month as `readMonths` returns it. It is part of the
 * text, so that the statement is planned for one partition, once for each month: as a parameter, it made Postgres plan
 * again for every page, which took longer than to read it.
 */
export function logSql(which: string, limit: string, month: string): string {
  const from = (table: string, data: string) => `(
      select run_id, seq, attempt, type, ${data} as data, at from ${table}
      where month = '${month}' and run_id = run.id and ${which} order by seq limit ${limit}
    )`;
  // As `json`, which is the text that is sent: to make `jsonb` of it takes as long as all else.
  const text = `json_build_object('callId', call_id, 'text', text)`;
  return `${from('run_event', 'to_json(data)')} union all ${from('run_text', text)} order by seq limit ${limit}`;
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

/** Events of a run after `seq`, in order. */
export async function readEvents(database: Database, runId: string, afterSeq: number): Promise<EventPage> {
  const [month] = await readMonths(database, [runId]);
  if (month === undefined) return { events: [], hasMore: false };
  const { rows } = await database.pool.query<LoggedEvent & { found: number }>({
    name: `read-events-${month}`,
    text: `
      select run_id as "runId", seq, attempt, type, data, at, found from (
        select page.*, (count(*) over ())::int as found,
          coalesce(sum(length(data::text)) over (order by seq rows between unbounded preceding and 1 preceding), 0)
            as characters_before
        from run cross join lateral (${logSql('seq > $2', String(PAGE_EVENTS), month)}) as page
        where run.id = $1
      ) as measured
      where characters_before < ${PAGE_CHARACTERS} order by seq`,
    values: [runId, afterSeq],
  });
  const found = rows[0]?.found ?? 0;
  return {
    events: rows.map(({ found: _, ...event }) => event as LoggedEvent),
    hasMore: found === PAGE_EVENTS || rows.length < found,
  };
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
  const { rows } = await client.query<{ month: string }>(
    'select distinct month::text from run where id = any($1::text[])',
    [runIds],
  );
  const months = rows.map(({ month }) => month);
  for (const table of ['run_text', 'run_event']) {
    await client.query({
      text: `delete from ${table} where month = any($1::date[]) and run_id = any($2::text[])`,
      values: [months, runIds],
    });
  }
}
