import type { ClientBase } from 'pg';
import type { RunError } from '../../errors.ts';
import { statusesBefore } from '../../rules/runs/status.ts';
import { RUN_ENDINGS, type RunKind, type RunStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { appendSql, bytesOf, eventsParameter, raiseSql } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
import { settleOpenReservations } from '../money/budgets.ts';
import { announceSql, ENDED_RUN } from './announce-end.ts';
import { failDependents, lockParents, releaseDependents } from './dependencies.ts';
import { endTurns, lockThreads } from './end-turns.ts';
import type { RunResult } from './run-result.ts';
import { setOfKindsSql } from './run-row.ts';

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

/** SQL of the columns of a kind's row after the end of its run. @param $ SQL of status, result and error */
export function endedSql($: { status: string; result: string; error: string }): string {
  return `result = ${$.result}::jsonb, error = ${$.error}::jsonb, completed_at = moved.updated_at,
    progress = case when ${$.status} = 'completed' then 1 else progress end`;
}

/** SQL: a failed task keeps its secrets, because it may be retried. */
export function forgottenSql(status: string): { task: string } {
  return { task: `secrets = case when ${status} = 'failed' then secrets end` };
}

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
  const { rows } = await client.query<LoggedEvent>({
    name: 'end-runs',
    text: `
      with held as (
        select id from run where id = any($1::text[]) and owner_id = $2 and status = any($3::text[])
          and kind = any($4::text[])
        order by id for update
      ), moved as (
        update run set status = $5, cancel_reason = $6, epoch = epoch + 1, worker_id = null,
          ${raiseSql('jsonb_array_length($9::jsonb)', '$10')}, updated_at = clock_timestamp()
        from held where run.id = held.id
        returning ${ENDED_RUN}
      ), ${setOfKindsSql(endedSql({ status: '$5', result: '$7', error: '$8' }), forgottenSql('$5'))},
      ${announceSql('$9')}, logged as (${appendSql('$9')})
      select * from logged order by "runId", seq`,
    values: [
      runIds,
      ownerId,
      statusesBefore(status),
      kinds,
      status,
      cancelReason,
      result && JSON.stringify(result),
      error && JSON.stringify(error),
      eventsParameter(events),
      bytesOf(result && JSON.stringify(result), eventsParameter(events)),
    ],
  });
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
