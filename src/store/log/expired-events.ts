import {
  type EventType,
  EXPIRY_EVENTS,
  RUN_ENDINGS,
  type RunEnding,
  type RunStatus,
} from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { LoggedEvent } from './events.ts';

/**
 * A log has its numbers from 1 without gaps, and its last event is of the transaction that wrote `run.last_seq`. What is
 * missing was deleted because its time was over: the text of a run, or all that its log had when it ended. The markers are
 * made here, when a log is read, so that neither deleting nor dropping events has to write anything for each run.
 */
export interface LogEnd {
  /** `last_seq` of the run. */
  lastSeq: number;
  attempt: number;
  /** When the run ended. */
  at: Date;
  /** How it ended. */
  status: RunStatus;
}

/** SQL: the columns of `LogEndRow`, of a row of `run`. */
export const END_COLUMNS = `run.last_seq as "runSeq", run.attempt as "runAttempt", run.status as "runStatus",
  coalesce(run.ended_at, run.updated_at) as "runEndedAt"`;

export interface LogEndRow {
  runSeq: number;
  runAttempt: number;
  runStatus: RunStatus;
  runEndedAt: Date;
}

export function endOf({ runSeq, runAttempt, runStatus, runEndedAt }: LogEndRow): LogEnd {
  return { lastSeq: runSeq, attempt: runAttempt, status: runStatus, at: runEndedAt };
}

interface Gap {
  runId: string;
  firstSeq: number;
  lastSeq: number;
}

type FirstOfRow = Pick<LoggedEvent, 'runId' | 'seq' | 'attempt' | 'at'>;

/** The marker of a gap. `at` and `attempt` are those of the event after it, or of the end of the run. */
function markerOf(
  gap: Gap,
  { attempt, at }: Pick<LoggedEvent, 'attempt' | 'at'>,
  expired: 'text' | { status: RunEnding | null },
): LoggedEvent {
  const { runId, firstSeq, lastSeq: seq } = gap;
  const position = { runId, seq, attempt, at };
  if (expired === 'text') return { ...position, type: 'TextExpired', data: { firstSeq } };
  return { ...position, type: 'EventsExpired', data: { firstSeq, status: expired.status } };
}

/**
 * The marker before a row of a log that does not follow `previous`; a page of text may begin before it.
 * @param hasEarlier whether `previous` is in the log
 */
export function markerBefore(row: FirstOfRow, previous: number, hasEarlier: boolean): LoggedEvent | null {
  if (row.seq <= previous + 1) return null;
  const gap = { runId: row.runId, firstSeq: previous + 1, lastSeq: row.seq - 1 };
  return markerOf(gap, row, hasEarlier ? 'text' : { status: null });
}

/** The marker after the last event that is there: text is not the last event of a log, so all of it has expired. */
export function markerAtEnd(runId: string, previous: number, end: LogEnd): LoggedEvent | null {
  if (previous >= end.lastSeq) return null;
  const status = RUN_ENDINGS.find((ending) => ending === end.status) ?? null;
  return markerOf({ runId, firstSeq: previous + 1, lastSeq: end.lastSeq }, end, { status });
}

/** Whether readers of some types of events receive markers. What a gap was is known when it was counted: all, or none. */
export function wantsMarkers(types: readonly EventType[] | null): boolean {
  return types === null || EXPIRY_EVENTS.some((type) => types.includes(type));
}

const EARLIER_IN = (table: string, seq: string) =>
  `exists (select from ${table} where month = run.month and run_id = run.id and seq <= ${seq})`;

const earlier = statement(
  'runs-with-earlier-events',
  { runIds: 'text[]', seq: 'integer' },
  ($) => `
    select id from run
    where id = any(${$.runIds}) and (${EARLIER_IN('run_event', $.seq)} or ${EARLIER_IN('run_text', $.seq)})`,
);

/** Those of some runs whose logs have an event up to `seq`. */
export async function withEarlierEvents(
  database: Database,
  runIds: readonly string[],
  seq: number,
): Promise<Set<string>> {
  if (seq === 0 || runIds.length === 0) return new Set();
  const { rows } = await database.pool.query<{ id: string }>(earlier({ runIds, seq }));
  return new Set(rows.map(({ id }) => id));
}
