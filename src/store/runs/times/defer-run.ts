import type { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { UNTAKEN } from '../../entities/run-statuses.ts';
import { appendSql, movedSql } from '../../log/append-sql.ts';
import { eventsParameter } from '../../log/event-log.ts';
import type { LoggedEvent } from '../../log/events.ts';
import { fenced, heldSql, LEASE, type Lease, type RunDeferred } from '../../log/lease.ts';
import type { Store } from '../../store.ts';

/**
 * SQL: when the run's provider became unavailable; null if the run was never deferred, or has written a
 * checkpoint since. A completed model call does not count: without a checkpoint it is paid for again in each
 * round.
 */
const UNAVAILABLE_SINCE = `
  case when not exists (
    select from step where run_id = run.id and status = 'completed' and completed_at > run.unavailable_since
  ) then run.unavailable_since end`;

/** @returns milliseconds since the run was first requeued in the current outage, and until its time limit */
export async function readOutage(
  { database }: Store,
  lease: Lease,
): Promise<{ elapsedMs: number; msLeft: number | null }> {
  const { rows } = await database.pool.query<{ elapsedMs: number; msLeft: number | null }>({
    name: 'read-outage',
    text: `
      select coalesce(extract(epoch from clock_timestamp() - (${UNAVAILABLE_SINCE})) * 1000, 0)::float8 as "elapsedMs",
        (extract(epoch from task.deadline_at - clock_timestamp()) * 1000)::float8 as "msLeft"
      from run left join task on task.id = run.id where run.id = $1 and run.epoch = $2`,
    values: [lease.runId, lease.epoch],
  });
  if (!rows[0]) throw fenced(lease);
  return rows[0];
}

const defer = statement(
  'defer-run',
  { ...LEASE, waitMs: 'float8', isNewOutage: 'boolean', events: 'jsonb' },
  ($) => {
    const moved = movedSql({
      set: `status = 'queued', worker_id = null, epoch = epoch + 1, blockers = blockers + 1,
        unavailable_since = coalesce(case when not ${$.isNewOutage} then ${UNAVAILABLE_SINCE} end, clock_timestamp()),
        deferred_until = clock_timestamp() + make_interval(secs => ${$.waitMs} / 1000), updated_at = clock_timestamp()`,
      where: `${heldSql($)} and worker_id is not null`,
      events: $.events,
    });
    return `with ${moved.sql} ${appendSql(moved)}`;
  },
);

/**
 * Returns a run to the queue for `waitMs` because its provider is unavailable. It keeps its progress and
 * resumes from its checkpoints. Has no effect when the lease is lost.
 */
export async function deferRun(
  { database, bus }: Store,
  lease: Lease,
  { waitMs, isNewOutage }: RunDeferred,
): Promise<void> {
  const { rows } = await database.pool.query<LoggedEvent>(
    defer({
      runId: lease.runId,
      epoch: lease.epoch,
      waitMs,
      isNewOutage,
      events: eventsParameter([DEFERRED]),
    }),
  );
  bus.publish(lease.runId, rows);
}

const DEFERRED = { type: 'RunQueued', data: { reason: 'provider_unavailable' } } as const;

/** Runs that one statement makes ready: each ready run adds a ticket, and their rows are locked until all have one. */
const MOST = 300;

/**
 * Makes deferred runs ready once their delay is over or their `start_at` has come, the one that is due longest first.
 * A run that has ended in the meantime keeps its blockers. Uses `now()`, because an index cannot be searched for
 * `clock_timestamp()`.
 * @returns whether there may be more of them
 */
export async function endDeferrals({ pool }: Pick<Database, 'pool'>): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'end-deferrals',
    text: `
      with due as (
        select id from run where deferred_until <= now() order by deferred_until limit ${MOST} for update skip locked
      )
      update run set deferred_until = null,
        blockers = case when status ${UNTAKEN} then blockers - 1 else blockers end
      from due where run.id = due.id`,
  });
  return rowCount === MOST;
}
