import type { QueueReason, RunStatus } from '../vocabulary.ts';
import { appendSql, eventsParameter, loggedSql, raiseSql, toLoggedEvents } from './event-log.ts';
import type { LoggedEvent } from './events.ts';
import type { Store } from './store.ts';
import { TASK_COLUMNS, type TaskRow } from './tasks.ts';

/**
 * Makes a run that was held, or that failed, a worker's to take: at once, or when what it depends on has completed.
 * @returns the task as this left it; null when it is not the owner's, a part of something else, or not in the status `from`; and for a failed run while something
 * that it depends on has not completed.
 */
export async function queueRun(
  store: Store,
  target: { runId: string; ownerId: string; from: Extract<RunStatus, 'pending' | 'failed'> },
): Promise<TaskRow | null> {
  const reason: QueueReason = target.from === 'pending' ? 'executed' : 'retried';
  const { rows } = await store.database.pool.query<TaskRow & { events: LoggedEvent[] }>({
    name: 'queue-run',
    text: `
      with moved as (
        update run set status = 'queued', ${raiseSql('1')}, updated_at = clock_timestamp(),
          blockers = case when $3 = 'failed' then 0 else blockers end, losses = 0
        where id = $1 and owner_id = $2 and kind = 'task' and status = $3 and parent_id is null and ($3 = 'pending' or not exists (
          select from dependency join run as needed on needed.id = dependency.on_run_id
          where dependency.run_id = $1 and needed.status <> 'completed'))
        returning *
      ), reopened as (
        update task set error = null, completed_at = null, deadline_at = null, iterations_before = iterations
        from moved where task.id = moved.id
        returning task.*
      ), logged as (${appendSql('$4')})
      select ${TASK_COLUMNS}, ${loggedSql} as events from moved as run, reopened as task`,
    values: [
      target.runId,
      target.ownerId,
      target.from,
      eventsParameter([{ type: 'RunQueued', data: { reason } }]),
    ],
  });
  const [queued] = rows;
  if (!queued) return null;
  const { events, ...row } = queued;
  store.bus.publish(target.runId, toLoggedEvents(events));
  return row;
}
