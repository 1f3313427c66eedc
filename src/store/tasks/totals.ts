import { RUN_STATUSES, type RunStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { FINISHED } from '../entities/run-statuses.ts';

/** Number of latest tasks used for the average duration. */
const LAST_TASKS = 1_000;

/** Totals of tasks, without steps of executions, from counters and pending changes. */
export interface TaskTotals {
  tasks: Record<RunStatus, number>;
  /** Average milliseconds from start to end, over the last 1000 that were started and completed or failed; null: there are none. */
  averageDurationMs: number | null;
  /** Number of agents working on one of them. */
  busyAgents: number;
  /** Number of agents that accept tasks. */
  activeAgents: number;
}

const COUNTS = RUN_STATUSES.map(
  (status) => `'${status}', coalesce(sum(count) filter (where status = '${status}'), 0)`,
).join(', ');

/** @param ownerId of the tasks, and of the agents in addition to built-in ones; null: all accounts */
export async function readTaskTotals(database: Database, ownerId: string | null): Promise<TaskTotals> {
  const isOwners = ownerId === null ? '' : 'and owner_id = $1';
  const isTheirs = ownerId === null ? '' : 'and run.owner_id = $1';
  // Otherwise Postgres may read the tasks of all accounts, by `run_timed`, until it has enough of this one.
  const isTimed = ownerId === null ? 'duration_ms is not null' : 'coalesce(duration_ms, -1) >= 0';
  const { rows } = await database.pool.query<TaskTotals>({
    name: ownerId === null ? 'read-task-totals' : 'read-task-totals-of-owner',
    text: `
      select (
        select json_build_object(${COUNTS}) from (
          select detail as status, count from counter
          where owner_id = ${ownerId === null ? `''` : '$1'} and scope = '' and grain = 'all' and at = to_timestamp(0)
            and subject = 'run' and name = 'task'
          union all select detail, count from counter_change
          where subject = 'run' and name = 'task' ${isOwners}
        ) as counted
      ) as tasks, (
        select avg(duration_ms)::float8 from (
          select duration_ms from run
          where kind = 'task' and parent_id is null and status ${FINISHED} and ${isTimed} ${isTheirs}
          order by created_at desc limit ${LAST_TASKS}
        ) as last
      ) as "averageDurationMs", (
        select count(distinct task.agent_id)::int from run join task on task.id = run.id
        where run.worker_id is not null and run.status = 'running' ${isTheirs}
      ) as "busyAgents", (
        select count(*)::int from agent
        where is_active ${ownerId === null ? '' : 'and (owner_id = $1 or owner_id is null)'}
      ) as "activeAgents"`,
    values: ownerId === null ? [] : [ownerId],
  });
  return rows[0]!;
}
