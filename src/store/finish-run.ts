import type { ClientBase, Pool } from 'pg';
import type { RunError } from '../errors.ts';
import type { TaskResult } from '../rules/task.ts';
import { failDependents, lockParents, releaseDependents } from './dependencies.ts';
import { appendSql, eventsParameter } from './event-log.ts';
import type { LoggedEvent, NewEvent } from './events.ts';
import { fenced, type Lease } from './lease.ts';
import { publishAll } from './publish-all.ts';
import type { Store } from './store.ts';
import { transaction } from './transaction.ts';

/** @throws LeaseLost when somebody else has ended or taken the run. */
export async function completeTask(store: Store, lease: Lease, result: TaskResult): Promise<void> {
  await finish(store, lease, {
    status: 'completed',
    result,
    error: null,
    events: [
      { type: 'ProgressMade', data: { progress: 1 } },
      { type: 'RunCompleted', data: { result: { ...result } } },
    ],
  });
}

/** @throws LeaseLost when somebody else has ended or taken the run. */
export async function failTask(store: Store, lease: Lease, error: RunError): Promise<void> {
  await finish(store, lease, {
    status: 'failed',
    result: null,
    error,
    events: [{ type: 'RunFailed', data: { error } }],
  });
}

interface Outcome {
  status: 'completed' | 'failed';
  result: TaskResult | null;
  error: RunError | null;
  events: NewEvent[];
}

/** One statement; a transaction of two when others wait for the run. */
async function finish(store: Store, lease: Lease, outcome: Outcome): Promise<void> {
  const alone = await end(store.database.pool, lease, outcome, false);
  const events = alone.length > 0 ? alone : await finishBeforeOthers(store, lease, outcome);
  if (events.length === 0) throw fenced(lease);
  publishAll(store.bus, events);
}

function finishBeforeOthers(store: Store, lease: Lease, outcome: Outcome): Promise<LoggedEvent[]> {
  return transaction(store.database, async (client) => {
    await lockParents(client, [lease.runId]);
    const own = await end(client, lease, outcome, true);
    if (own.length === 0) return [];
    const others =
      outcome.status === 'completed'
        ? await releaseDependents(client, lease.runId)
        : await failDependents(client, [lease.runId]);
    return [...own, ...others];
  });
}

/** @returns nothing when the lease is lost, or when the run has dependents and must not have any. */
async function end(
  connection: Pool | ClientBase,
  lease: Lease,
  { status, result, error, events }: Outcome,
  withDependents: boolean,
): Promise<LoggedEvent[]> {
  const { rows } = await connection.query<LoggedEvent>({
    name: 'finish-run',
    text: `
      with moved as (
        update run set status = $3, worker_id = null, last_seq = last_seq + jsonb_array_length($6::jsonb),
          updated_at = clock_timestamp()
        where id = $1 and epoch = $2 and status = 'running' and has_dependents = $7
        returning id, last_seq, attempt
      ), ended as (
        update task set result = $4::jsonb, error = $5::jsonb, completed_at = clock_timestamp(),
          progress = case when $3 = 'completed' then 1 else progress end
        from moved where task.id = moved.id
      ), logged as (${appendSql('$6')})
      select * from logged order by seq`,
    values: [
      lease.runId,
      lease.epoch,
      status,
      result && JSON.stringify(result),
      error && JSON.stringify(error),
      eventsParameter(events),
      withDependents,
    ],
  });
  return rows;
}
