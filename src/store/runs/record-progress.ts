import { appendSql, eventsParameter, RAISED, raiseSql } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { fenced, type Lease } from '../log/lease.ts';
import type { Store } from '../store.ts';

/**
 * Records the progress of a run; values that do not increase it are ignored.
 * @param progress 0 to 1. @throws LeaseLost when this worker no longer holds the run
 */
export async function recordProgress(store: Store, lease: Lease, progress: number): Promise<void> {
  const { rows } = await store.database.pool.query<LoggedEvent | { runId: null }>({
    name: 'record-progress',
    text: `
      with held as (
        select id from run where id = $1 and epoch = $2 and status = 'running' for update
      ), further as (
        update task set progress = $3 from held where task.id = held.id and progress < $3 returning task.id
      ), moved as (
        update run set ${raiseSql('1')} from further where run.id = further.id returning ${RAISED}
      ), logged as (${appendSql('$4')})
      select logged.* from held left join logged on true`,
    values: [
      lease.runId,
      lease.epoch,
      progress,
      eventsParameter([{ type: 'ProgressMade', data: { progress } }]),
    ],
  });
  if (rows.length === 0) throw fenced(lease);
  store.bus.publish(
    lease.runId,
    rows.filter((row) => row.runId !== null),
  );
}
