import type { ClientBase } from 'pg';
import type { RunError } from '../../errors.ts';
import type { OrchestrationResult } from '../../rules/orchestrations/orchestration.ts';
import type { BulkResult } from '../../rules/runs/bulk.ts';
import { statusesBefore } from '../../rules/runs/status.ts';
import type { TaskResult } from '../../rules/tasks/task.ts';
import { RUN_ENDINGS, RUN_KINDS, type RunKind, type RunStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { loggedSql, movedSql } from '../log/append-sql.ts';
import { bytesOf, eventsParameter } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
import { settleOpenReservations } from '../money/budgets.ts';
import { announceSql, ENDED_RUN, type EndedRuns } from './announce-end.ts';
import { failDependents, lockParents, releaseDependents } from './dependencies.ts';
import { endTurns, lockThreads } from './end-turns.ts';

/** The result of a completed run; `output` is its text. Executions compute theirs in SQL, from their steps. */
export type RunResult = TaskResult | OrchestrationResult | BulkResult;

/** The end of runs that no worker brings about. */
export interface Ending {
  status: Extract<RunStatus, 'completed' | 'failed' | 'cancelled'>;
  result: RunResult | null;
  error: RunError | null;
  cancelReason: string | null;
  events: readonly NewEvent[];
}

export interface EndTargets {
  runIds: readonly string[];
  ownerId: string;
  /** Runs of other kinds are not found. */
  kinds: readonly RunKind[];
}

/**
 * Parts that end the kind-specific rows of ended runs. Each kind of run has a table of the same name, with result,
 * error, progress and the times of its start and its end. A failed task keeps its secrets, because it may be retried.
 */
export function endKindsSql(_moved: EndedRuns, $: { status: string; result: string; error: string }): string {
  const ended = `result = ${$.result}, error = ${$.error}, completed_at = moved.updated_at,
    progress = case when ${$.status} = 'completed' then 1 else progress end`;
  const forgotten = `secrets = case when ${$.status} = 'failed' then secrets end`;
  return RUN_KINDS.map(
    (kind) => `${kind}_set as (
      update ${kind} set ${kind === 'task' ? `${ended}, ${forgotten}` : ended} from moved where ${kind}.id = moved.id
    )`,
  ).join(', ');
}

const endRuns = statement(
  'end-runs',
  {
    runIds: 'text[]',
    ownerId: 'text',
    from: 'text[]',
    kinds: 'text[]',
    status: 'text',
    cancelReason: 'text',
    result: 'jsonb',
    error: 'jsonb',
    events: 'jsonb',
    bytes: 'bigint',
  },
  ($) => {
    const moved = movedSql(
      {
        set: `status = ${$.status}, cancel_reason = ${$.cancelReason}, epoch = epoch + 1, worker_id = null,
          updated_at = clock_timestamp()`,
        from: 'held',
        where: 'run.id = held.id',
        events: $.events,
        bytes: $.bytes,
      },
      ENDED_RUN,
    );
    return `
      with held as (
        select id from run
        where id = any(${$.runIds}) and owner_id = ${$.ownerId} and status = any(${$.from}) and kind = any(${$.kinds})
        order by id for update
      ), ${moved.sql}, ${endKindsSql(moved, $)}, ${announceSql(moved)}, ${loggedSql(moved).sql}
      select * from logged order by "runId", seq`;
  },
);

/**
 * Within a transaction, ends runs of an owner from outside: their epochs rise above any worker's, so that no
 * later text or call can be written; their open model calls are closed, and tickets of waiting ones are
 * removed. Runs that have ended are skipped.
 * @returns events to publish after its commit; empty when nothing was done
 */
export async function endAllWithin(
  client: ClientBase,
  { runIds, ownerId, kinds }: EndTargets,
  { status, result, error, cancelReason, events }: Ending,
): Promise<LoggedEvent[]> {
  await lockThreads(client, runIds);
  await lockParents(client, runIds);
  const appended = eventsParameter(events);
  const kept = result && JSON.stringify(result);
  const { rows } = await client.query<LoggedEvent>(
    endRuns({
      runIds,
      ownerId,
      from: statusesBefore(status),
      kinds,
      status,
      cancelReason,
      result: kept,
      error: error && JSON.stringify(error),
      events: appended,
      bytes: bytesOf(kept, appended),
    }),
  );
  const ids = [...new Set(rows.map((row) => row.runId))];
  if (ids.length === 0) return rows;
  await closeCalls(client, ids);
  return [...rows, ...(await notifyDependents(client, ids, status))];
}

/** A separate statement: it must see a call that was written while the previous one waited for the row. */
async function closeCalls(client: ClientBase, ids: readonly string[]): Promise<void> {
  await client.query(
    `update model_call set status = 'cancelled' where run_id = any($1::text[]) and status = 'started'`,
    [ids],
  );
  await settleOpenReservations(client, ids);
}

/** Runs that wait for these continue or fail. The next turns of their threads begin. */
export async function notifyDependents(
  client: ClientBase,
  ids: readonly string[],
  status: Ending['status'],
): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  if (status !== 'completed') events.push(...(await failDependents(client, ids)));
  else for (const id of ids) events.push(...(await releaseDependents(client, id)));
  const ended = status === 'completed' ? ids : [...ids, ...events.map(({ runId }) => runId)];
  return [...events, ...(await endTurns(client, ended))];
}

/** Whether the run has ended or was deleted. */
export async function hasEnded(database: Database, runId: string): Promise<boolean> {
  const { rows } = await database.pool.query<{ status: RunStatus }>('select status from run where id = $1', [
    runId,
  ]);
  return !rows[0] || RUN_ENDINGS.some((ending) => ending === rows[0]!.status);
}
