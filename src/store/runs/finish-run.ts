import type { ClientBase, Pool } from 'pg';
import type { RunError } from '../../errors.ts';
import { statement } from '../database/statement.ts';
import { transaction } from '../database/transaction.ts';
import { loggedSql, movedSql } from '../log/append-sql.ts';
import { bytesOf, eventsParameter } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
import { fenced, heldSql, LEASE, type Lease } from '../log/lease.ts';
import { publishAll } from '../log/publish-all.ts';
import type { Store } from '../store.ts';
import { announceSql, ENDED_RUN } from './announce-end.ts';
import { lockParents } from './dependencies.ts';
import { endKindsSql, notifyDependents, type RunResult } from './end-run.ts';
import { lockThreads } from './end-turns.ts';

/** `inputs`: number of user messages that the result takes into account, for runs that accept them. */
export type RunOutcome = RunResult & { inputs?: number };

/**
 * @returns false when there are more user messages than the run has processed, so that it continues
 * @throws LeaseLost when the run has been ended or taken by another process
 */
export async function completeRun(
  store: Store,
  lease: Lease,
  { inputs, ...result }: RunOutcome,
): Promise<boolean> {
  const isFinished = await finish(store, lease, {
    status: 'completed',
    result,
    inputs: inputs ?? null,
    error: null,
    events: [
      { type: 'ProgressMade', data: { progress: 1 } },
      { type: 'RunCompleted', data: { result: { ...result } } },
    ],
  });
  if (!isFinished && !(await isHeld(store, lease))) throw fenced(lease);
  return isFinished;
}

/** @throws LeaseLost when the run has been ended or taken by another process */
export async function failRun(store: Store, lease: Lease, error: RunError): Promise<void> {
  const isFinished = await finish(store, lease, {
    status: 'failed',
    result: null,
    inputs: null,
    error,
    events: [{ type: 'RunFailed', data: { error } }],
  });
  if (!isFinished) throw fenced(lease);
}

interface Outcome {
  status: 'completed' | 'failed';
  result: RunResult | null;
  /** null: any number. */
  inputs: number | null;
  error: RunError | null;
  events: NewEvent[];
}

/** One statement; a transaction of two if other runs wait for the run. */
async function finish(store: Store, lease: Lease, outcome: Outcome): Promise<boolean> {
  const alone = await end(store.database.pool, lease, outcome, false);
  const events = alone.length > 0 ? alone : await finishBeforeOthers(store, lease, outcome);
  publishAll(store.bus, events);
  return events.length > 0;
}

async function isHeld({ database }: Store, { runId, epoch }: Lease): Promise<boolean> {
  const { rowCount } = await database.pool.query({
    name: 'is-held',
    text: `select from run where id = $1 and epoch = $2 and status = 'running'`,
    values: [runId, epoch],
  });
  return rowCount === 1;
}

function finishBeforeOthers(store: Store, lease: Lease, outcome: Outcome): Promise<LoggedEvent[]> {
  return transaction(store.database, async (client) => {
    await lockThreads(client, [lease.runId]);
    await lockParents(client, [lease.runId]);
    const own = await end(client, lease, outcome, true);
    if (own.length === 0) return [];
    return [...own, ...(await notifyDependents(client, [lease.runId], outcome.status))];
  });
}

const finishRun = statement(
  'finish-run',
  {
    ...LEASE,
    status: 'text',
    result: 'jsonb',
    error: 'jsonb',
    events: 'jsonb',
    withDependents: 'boolean',
    inputs: 'integer',
    bytes: 'bigint',
  },
  ($) => {
    const moved = movedSql(
      {
        set: `status = ${$.status}, worker_id = null, updated_at = clock_timestamp()`,
        where: `${heldSql($)} and has_dependents = ${$.withDependents} and inputs = coalesce(${$.inputs}, inputs)`,
        events: $.events,
        bytes: $.bytes,
      },
      ENDED_RUN,
    );
    return `
      with ${moved.sql}, ${endKindsSql(moved, $)}, ${announceSql(moved)}, ${loggedSql(moved).sql}
      select * from logged order by seq`;
  },
);

/**
 * @returns nothing when the lease is lost, when the run has dependents and must not have any, or unprocessed
 * input. A user message increments the number in the row that this waits for, so none is missed.
 */
async function end(
  connection: Pool | ClientBase,
  lease: Lease,
  { status, result, inputs, error, events }: Outcome,
  withDependents: boolean,
): Promise<LoggedEvent[]> {
  const [kept, appended] = [result && JSON.stringify(result), eventsParameter(events)];
  const { rows } = await connection.query<LoggedEvent>(
    finishRun({
      runId: lease.runId,
      epoch: lease.epoch,
      status,
      result: kept,
      error: error && JSON.stringify(error),
      events: appended,
      withDependents,
      inputs,
      bytes: bytesOf(kept, appended),
    }),
  );
  return rows;
}
