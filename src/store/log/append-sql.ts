import { insertSql, type Part, part } from '../database/statement.ts';

/** Columns of a run's row that `appendSql` reads. */
const RAISED = ['id', 'month', 'owner_id', 'session_id', 'place', 'last_seq', 'attempt'] as const;
type Raised = (typeof RAISED)[number];

/** The part `moved`: the updated rows of runs, with `last_seq` increased by the number of `events`. */
export interface Moved<Column extends string = never> extends Part<'moved', Raised | Column> {
  /** SQL of the events to append to each of them, a JSON array. */
  readonly events: string;
}

interface RunChange {
  /** Assignments, besides those that every appended event requires. */
  set?: string;
  from?: string;
  where: string;
  events: string;
  /** SQL of the number of events, if they depend on parts after this one. */
  count?: string;
  /** SQL of the bytes that the statement adds to the run's rows; absent if they are few and limited. */
  bytes?: string;
}

/**
 * The update of runs to which events are appended. `greatest`, because the position in feeds must never decrease within
 * a run, and a transaction may have a lower id than one that wrote to the run earlier.
 * @param more columns that other parts read, besides those for the events; `*`: all columns
 */
export function movedSql<const Column extends string = never>(
  { set, from, where, events, count = countOf(events), bytes }: RunChange,
  more: readonly Column[] = [],
): Moved<Column extends '*' ? string : Column> {
  const assignments = [
    ...(set ? [set] : []),
    `last_seq = run.last_seq + ${count}`,
    'place = greatest(run.place, pg_current_xact_id())',
    ...(bytes ? [`bytes = run.bytes + ${bytes}`] : []),
  ];
  const update = `update run set ${assignments.join(', ')} ${from ? `from ${from} ` : ''}where ${where}`;
  const columns = more.some((column) => column === '*') ? more : [...RAISED, ...more];
  return { ...part('moved', 'run', update, columns), events };
}

/**
 * The insert of a run with its first events.
 * @param columns SQL of its other columns. @param source where they come from: `from` and `where`
 */
export function createdRunSql(
  columns: Readonly<Record<string, string>>,
  source: string,
  events: string,
): Moved<string> {
  const insert = insertSql('run', { ...columns, last_seq: countOf(events) });
  return { ...part('moved', 'run', `${insert} ${source}`, ['*']), events };
}

const countOf = (events: string) => `jsonb_array_length(${events})`;

/**
 * The last part of a statement that appends events. Because the numbers come from the update of the run's row, commit order is the
 * order of `seq`, whichever process appends. The events are part of feeds; text is appended by `commitBatches`.
 */
export function appendSql({ events }: Moved): string {
  return `
    insert into run_event (month, run_id, seq, attempt, type, data, owner_id, session_id, place, xid)
    select moved.month, moved.id, moved.last_seq - ${countOf(events)} + item.ordinality, moved.attempt,
      item.value ->> 'type', item.value -> 'data', moved.owner_id, moved.session_id, moved.place, pg_current_xact_id()
    from moved, jsonb_array_elements(${events}) with ordinality as item
    returning run_id as "runId", seq, attempt, type, data, at, owner_id as "ownerId", session_id as "sessionId",
      case when type in ('RunCompleted', 'RunFailed', 'RunCancelled')
        then (select kind from run where run.id = run_event.run_id) end as "runKind"`;
}

/** The part `logged`: the appended events, for a statement that also returns something else or their order. */
export function loggedSql(moved: Moved): { sql: string; events: string } {
  return {
    sql: `logged as (${appendSql(moved)})`,
    /** SQL of all events as JSON, for `toLoggedEvents`. */
    events: '(select json_agg(logged order by seq) from logged)',
  };
}
