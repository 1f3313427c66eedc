import type { Database } from '../database/database.ts';
import type { LoggedEvent, NewEvent } from './events.ts';

/**
 * SQL that updates the run's row in a statement that appends. The position in feeds never decreases from one
 * event of a run to the next: a transaction may be older than one that wrote to the run before it.
 * @param bytes SQL of the bytes that the statement adds to the run's rows; absent if they are few and limited
 */
export function raiseSql(count: string, bytes?: string): string {
  const grown = bytes === undefined ? '' : `, bytes = run.bytes + ${bytes}::bigint`;
  return `last_seq = run.last_seq + ${count}, place = greatest(run.place, pg_current_xact_id())${grown}`;
}

/** UTF-8 bytes of all strings among the values, for `raiseSql` and new runs; other values count as 0. */
export function bytesOf(...texts: readonly unknown[]): number {
  return texts.reduce<number>(
    (sum, text) => sum + (typeof text === 'string' ? Buffer.byteLength(text) : 0),
    0,
  );
}

/** Columns returned from that row. */
export const RAISED = 'run.id, run.owner_id, run.session_id, run.place, run.last_seq, run.attempt';

/**
 * The tail of a statement that appends: its CTE `moved` must have updated the run row under its epoch with
 * `raiseSql`, by the number of events in `parameter`, and return `RAISED`. Because the numbers come from that
 * update, commit order is the order of `seq`, whichever process appends. The events are part of feeds.
 */
export function appendSql(parameter: string): string {
  return `
    insert into event (run_id, seq, attempt, type, data, owner_id, session_id, place, xid)
    select moved.id, moved.last_seq - jsonb_array_length(${parameter}::jsonb) + item.ordinality, moved.attempt,
      item.value ->> 'type', item.value -> 'data', moved.owner_id, moved.session_id, moved.place, pg_current_xact_id()
    from moved, jsonb_array_elements(${parameter}::jsonb) with ordinality as item
    returning run_id as "runId", seq, attempt, type, data, at, owner_id as "ownerId", session_id as "sessionId",
      case when type in ('RunCompleted', 'RunFailed', 'RunCancelled')
        then (select kind from run where run.id = event.run_id) end as "runKind"`;
}

/** The events appended by CTE `logged`, for a statement that also returns something else. */
export const loggedSql = `(select json_agg(logged order by seq) from logged)`;

/** Converts the result of `loggedSql`: JSON has no dates. */
export function toLoggedEvents(events: readonly (LoggedEvent & { at: string | Date })[]): LoggedEvent[] {
  return events.map((event) => ({ ...event, at: new Date(event.at) }));
}

/** The parameter for `appendSql`, and the number by which `last_seq` has to increase. */
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
