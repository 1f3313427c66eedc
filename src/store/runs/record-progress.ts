import { statement } from '../database/statement.ts';
import { loggedSql, movedSql } from '../log/append-sql.ts';
import { eventsParameter } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { fenced, heldSql, LEASE, type Lease } from '../log/lease.ts';
import type { Store } from '../store.ts';

const record = statement('record-progress', { ...LEASE, progress: 'float8', events: 'jsonb' }, ($) => {
  const moved = movedSql({ from: 'further', where: 'run.id = further.id', events: $.events });
  return `
    with held as (
      select id from run where ${heldSql($)} for update
    ), further as (
      update task set progress = ${$.progress} from held where task.id = held.id and progress < ${$.progress}
      returning task.id
    ), ${moved.sql}, ${loggedSql(moved).sql}
    select logged.* from held left join logged on true`;
});

/**
 * Records the progress of a run; values that do not increase it are ignored.
 * @param progress 0 to 1. @throws LeaseLost when this worker no longer holds the run
 */
export async function recordProgress(store: Store, lease: Lease, progress: number): Promise<void> {
  const { rows } = await store.database.pool.query<LoggedEvent | { runId: null }>(
    record({
      runId: lease.runId,
      epoch: lease.epoch,
      progress,
      events: eventsParameter([{ type: 'ProgressMade', data: { progress } }]),
    }),
  );
  if (rows.length === 0) throw fenced(lease);
  store.bus.publish(
    lease.runId,
    rows.filter((row) => row.runId !== null),
  );
}
