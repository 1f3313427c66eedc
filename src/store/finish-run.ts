import type { RunError } from '../errors.ts';
import type { TaskResult } from '../rules/task.ts';
import { appendSql, eventsParameter } from './event-log.ts';
import type { LoggedEvent, NewEvent } from './events.ts';
import { fenced, type Lease } from './lease.ts';
import type { Store } from './store.ts';

/** @throws LeaseLost when somebody else has ended or taken the run. */
export async function completeTask(store: Store, lease: Lease, result: TaskResult): Promise<void> {
  await finish(store, lease, 'completed', { result, error: null }, [
    { type: 'ProgressMade', data: { progress: 1 } },
    { type: 'RunCompleted', data: { result: { ...result } } },
  ]);
}

/** @throws LeaseLost when somebody else has ended or taken the run. */
export async function failTask(store: Store, lease: Lease, error: RunError): Promise<void> {
  await finish(store, lease, 'failed', { result: null, error }, [{ type: 'RunFailed', data: { error } }]);
}

async function finish(
  store: Store,
  lease: Lease,
  status: 'completed' | 'failed',
  outcome: { result: TaskResult | null; error: RunError | null },
  events: NewEvent[],
): Promise<void> {
  const { rows } = await store.database.pool.query<LoggedEvent>({
    name: 'finish-run',
    text: `
      with moved as (
        update run set status = $3, worker_id = null, last_seq = last_seq + jsonb_array_length($6::jsonb),
          updated_at = clock_timestamp()
        where id = $1 and epoch = $2 and status = 'running'
        returning id, last_seq, attempt
      ), ended as (
        update task set result = $4::jsonb, error = $5::jsonb, completed_at = clock_timestamp(),
          progress = case when $3 = 'completed' then 1 else progress end
        from moved where task.id = moved.id
      )
      ${appendSql('$6')}`,
    values: [
      lease.runId,
      lease.epoch,
      status,
      outcome.result && JSON.stringify(outcome.result),
      outcome.error && JSON.stringify(outcome.error),
      eventsParameter(events),
    ],
  });
  if (rows.length === 0) throw fenced(lease);
  store.bus.publish(lease.runId, inOrder(rows));
}

/** `returning` promises no order. */
function inOrder(events: LoggedEvent[]): LoggedEvent[] {
  return events.sort((a, b) => a.seq - b.seq);
}
