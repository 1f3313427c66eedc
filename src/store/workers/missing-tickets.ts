import type { Database } from '../database/database.ts';
import { HELD, IS_READY } from '../entities/run-statuses.ts';
import { WAITING_ACCOUNTS } from './waiting-accounts.ts';

/** Maximum tickets added for one account at once; the next check adds more. */
const MOST = 1_000;

/**
 * Adds missing tickets for ready runs: our statements keep the two in step, but graphile-worker and operators
 * can remove tickets.
 * @returns the ids of the runs
 */
export async function addMissingTickets(database: Database): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string }>({
    name: 'add-missing-tickets',
    text: `
      with lost as (
        select run.id, run.owner_id from (${WAITING_ACCOUNTS}) as waiting cross join lateral (
          select id, owner_id from run where run.owner_id = waiting.owner_id and ${IS_READY}
          order by priority desc, ready_at, id limit least(waiting.free, ${MOST})
        ) as run
        where not exists (
          select from graphile_worker._private_jobs where is_available and run_at <= clock_timestamp()
        )
      )
      select id, add_ticket('take-turn', json_build_object('ownerId', owner_id, 'runId', id), null) from lost`,
  });
  return rows.map(({ id }) => id);
}

/** The runs that a worker holds according to the database, and those with an unknown worker. */
export async function readHeldRuns(
  database: Database,
  workerId: string,
): Promise<{ runId: string; epoch: number }[]> {
  const { rows } = await database.pool.query<{ runId: string; epoch: number }>({
    name: 'read-held-runs',
    text: `
      select id as "runId", epoch from run
      where status ${HELD} and worker_id is not null
        and (worker_id = $1 or not exists (select from worker where worker.id = run.worker_id))`,
    values: [workerId],
  });
  return rows;
}
