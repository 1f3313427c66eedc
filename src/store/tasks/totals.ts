import { RUN_STATUSES, type RunStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';

/** As many of the last tasks tell how long one takes. */
const LAST_TASKS = 1_000;

/** What tasks come to; the steps of executions are none. */
export interface TaskTotals {
  tasks: Record<RunStatus, number>;
  /** Milliseconds from start to end, of those of the last 1000 that ended by themselves; null: none did. */
  averageDurationMs: number | null;
  /** Agents that are at work on one of them. */
  busyAgents: number;
  /** Agents that are given tasks. */
  activeAgents: number;
}

const COUNTS = RUN_STATUSES.map(
  (status) => `'${status}', coalesce(sum(count) filter (where status = '${status}'), 0)`,
).join(', ');

/** @param ownerId whose tasks, and whose agents with those that are built in; null: all accounts'. */
export async function readTaskTotals(database: Database, ownerId: string | null): Promise<TaskTotals> {
  const isTheirs = ownerId === null ? '' : 'and run.owner_id = $1';
  const { rows } = await database.pool.query<TaskTotals>({
    name: ownerId === null ? 'read-task-totals' : 'read-task-totals-of-owner',
    text: `
      select (
        select json_build_object(${COUNTS}) from (
          select status, count(*) from run where kind = 'task' and parent_id is null ${isTheirs} group by status
        ) as counted
      ) as tasks, (
        select (avg(extract(epoch from task.completed_at - task.started_at)) * 1000)::float8 from (
          select id from run
          where kind = 'task' and parent_id is null and status in ('completed', 'failed') ${isTheirs}
          order by created_at desc limit ${LAST_TASKS}
        ) as last join task on task.id = last.id
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
