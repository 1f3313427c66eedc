import type { ClientBase } from 'pg';
import type { RunError } from '../../errors.ts';
import { statusesBefore } from '../../rules/runs/status.ts';
import { RUN_KINDS } from '../../vocabulary.ts';
import { transaction } from '../database/transaction.ts';
import { OPEN_EXECUTION } from '../entities/run-statuses.ts';
import { appendSql, movedSql } from '../log/append-sql.ts';
import { eventsParameter } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { publishAll } from '../log/publish-all.ts';
import { announceSql, ENDED_RUN } from '../runs/announce-end.ts';
import { cancelAllWithin, cancelWithin } from '../runs/cancel-run.ts';
import { requeuedSql } from '../runs/create-run.ts';
import type { Store } from '../store.ts';

interface Target {
  runId: string;
  ownerId: string;
}

/**
 * Cancels an execution with all its running tasks, in one transaction.
 * @returns false when there was nothing to cancel: not the owner's, deleted, or ended already
 */
export function cancelExecution(store: Store, target: Target, reason: string | null): Promise<boolean> {
  return inTransaction(store, (client) => cancelExecutionWithin(client, target, reason));
}

/** The same within a transaction. @returns events to publish after its commit; empty when nothing was done */
export function cancelExecutionWithin(
  client: ClientBase,
  target: Target,
  reason: string | null,
): Promise<LoggedEvent[]> {
  return endExecution(client, target, reason, cancelWithin(client, { ...target, kind: 'execution', reason }));
}

/** Fails an execution from outside its steps, with all its running tasks. @returns as `cancelExecution` */
export function failExecution(store: Store, target: Target, error: RunError): Promise<boolean> {
  return inTransaction(store, (client) =>
    endExecution(client, target, error.message, fail(client, target, error)),
  );
}

/** @returns whether there were events */
async function inTransaction(
  store: Store,
  work: (client: ClientBase) => Promise<LoggedEvent[]>,
): Promise<boolean> {
  const events = await transaction(store.database, work);
  publishAll(store.bus, events);
  return events.length > 0;
}

async function endExecution(
  client: ClientBase,
  target: Target,
  reason: string | null,
  ending: Promise<LoggedEvent[]>,
): Promise<LoggedEvent[]> {
  const own = await ending;
  if (own.length === 0) return [];
  await closeSteps(client, target.runId);
  return [...own, ...(await cancelTasks(client, target, reason))];
}

/** No more are created, because that requires the lock of the execution. */
async function cancelTasks(
  client: ClientBase,
  { runId, ownerId }: Target,
  reason: string | null,
): Promise<LoggedEvent[]> {
  const { rows } = await client.query<{ id: string }>(
    'select id from run where parent_id = $1 and status = any($2::text[])',
    [runId, statusesBefore('cancelled')],
  );
  return cancelAllWithin(client, { runIds: rows.map(({ id }) => id), kinds: RUN_KINDS, ownerId, reason });
}

async function closeSteps(client: ClientBase, runId: string): Promise<void> {
  await client.query('update execution set wake_at = null where id = $1', [runId]);
  await client.query(
    `update execution_step set status = 'cancelled', completed_at = clock_timestamp()
     where execution_id = $1 and status = 'running'`,
    [runId],
  );
}

const FAILED = movedSql(
  {
    set: `status = 'failed', worker_id = null, updated_at = clock_timestamp()`,
    where: `id = $1 and owner_id = $2 and kind = 'execution' and status ${OPEN_EXECUTION}`,
    events: '$3::jsonb',
  },
  ENDED_RUN,
);

async function fail(client: ClientBase, { runId, ownerId }: Target, error: RunError): Promise<LoggedEvent[]> {
  const { rows } = await client.query<LoggedEvent>(
    `with ${FAILED.sql}, ended as (
       update execution set error = $4::jsonb, completed_at = moved.updated_at from moved where execution.id = moved.id
     ), ${announceSql(FAILED)}
     ${appendSql(FAILED)}`,
    [runId, ownerId, eventsParameter([{ type: 'RunFailed', data: { error } }]), JSON.stringify(error)],
  );
  return rows;
}

const RETRIED = movedSql({
  set: `status = 'queued', attempt = attempt + 1, updated_at = clock_timestamp(), expires_at = null,
    ${requeuedSql('0')}`,
  where: `id = $1 and owner_id = $2 and kind = 'execution' and status = 'failed'`,
  events: '$3::jsonb',
});

/**
 * Resumes a failed execution: finished steps, and finished items of lists, are kept; failed and stopped ones
 * get all their attempts again.
 * @returns false when it is not the owner's, or has not failed
 */
export function retryExecution(store: Store, target: Target): Promise<boolean> {
  return inTransaction(store, (client) => retryExecutionWithin(client, target));
}

/** The same within a transaction. @returns events to publish after its commit; empty when nothing was done */
export async function retryExecutionWithin(
  client: ClientBase,
  { runId, ownerId }: Target,
): Promise<LoggedEvent[]> {
  const { rows } = await client.query<LoggedEvent>(
    `with ${RETRIED.sql}, reopened as (
       update execution set error = null, completed_at = null, deadline_at = null from moved
       where execution.id = moved.id
     ), again as (
       update execution_step as step set status = case when step.size is null then 'pending' else 'running' end,
         error = null, completed_at = null, forgiven = coalesce((
           select max(task.step_attempt) from run join task on task.id = run.id
           where run.parent_id = step.execution_id and task.step_key = step.key), 0)
       from moved where step.execution_id = moved.id and step.status in ('failed', 'cancelled')
     )
     ${appendSql(RETRIED)}`,
    [runId, ownerId, eventsParameter([{ type: 'RunQueued', data: { reason: 'retried' } }])],
  );
  return rows;
}
