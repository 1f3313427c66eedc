import type { Database } from './database.ts';
import type { LoggedEvent, NewEvent } from './events.ts';

/**
 * The tail of a statement that appends: the statement's CTE `moved` must have updated the run row under its
 * epoch, raised `last_seq` by the number of events in `parameter` and return (id, last_seq, attempt). Taking the
 * numbers from that update makes commit order the order of `seq`, whoever appends.
 */
export function appendSql(parameter: string): string {
  return `
    insert into event (run_id, seq, attempt, type, data)
    select moved.id, moved.last_seq - jsonb_array_length(${parameter}::jsonb) + item.ordinality, moved.attempt,
      item.value ->> 'type', item.value -> 'data'
    from moved, jsonb_array_elements(${parameter}::jsonb) with ordinality as item
    returning run_id as "runId", seq, attempt, type, data, at`;
}

/** The parameter that `appendSql` reads, and the number by which `last_seq` has to rise. */
export function eventsParameter(events: readonly NewEvent[]): string {
  return JSON.stringify(events);
}

/** Events of a run after `seq`, in order, at most `limit`. */
export async function readEvents(
  database: Database,
  runId: string,
  afterSeq: number,
  limit: number,
): Promise<LoggedEvent[]> {
  const { rows } = await database.pool.query<LoggedEvent>({
    name: 'read-events',
    text: `select run_id as "runId", seq, attempt, type, data, at from event
           where run_id = $1 and seq > $2 order by seq limit $3`,
    values: [runId, afterSeq, limit],
  });
  return rows;
}

/** The `seq` before the first event of the run's present attempt. */
export async function attemptStart(database: Database, runId: string): Promise<number> {
  const { rows } = await database.pool.query<{ seq: number }>({
    name: 'attempt-start',
    text: `select coalesce(max(seq), 0) as seq from event where run_id = $1 and type = 'AttemptStarted'`,
    values: [runId],
  });
  return rows[0]?.seq ?? 0;
}
