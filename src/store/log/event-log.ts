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

/** Events of a run after `seq`, in order. */
export async function readEvents(database: Database, runId: string, afterSeq: number): Promise<EventPage> {
  const { rows } = await database.pool.query<LoggedEvent & { found: number }>({
    name: 'read-events',
    text: `
      select run_id as "runId", seq, attempt, type, data, at, found from (
        select *, (count(*) over ())::int as found,
          coalesce(sum(length(data::text)) over (order by seq rows between unbounded preceding and 1 preceding), 0)
            as characters_before
        from (
          select run_id, seq, attempt, type, data, at from event
          where run_id = $1 and seq > $2 order by seq limit ${PAGE_EVENTS}
        ) as page
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
    text: `select coalesce(max(seq), 0) as seq from event where run_id = $1 and type = 'AttemptStarted'`,
    values: [runId],
  });
  return rows[0]?.seq ?? 0;
}
