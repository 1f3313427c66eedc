import type { RunError } from '../../errors.ts';
import type { Database } from '../database/database.ts';
import { FINISHED } from '../entities/run-statuses.ts';

/** Number of an agent's last finished tasks that count. */
const LAST_TASKS = 50;

/** Statistics of an agent's tasks for one user. */
export interface AgentReport {
  agentId: string;
  /** Tasks that a worker is executing, and tasks that wait for input. */
  running: number;
  waiting: number;
  /** Of the last ones: how many completed or failed, and how many succeeded. */
  finished: number;
  succeeded: number;
  /** Average milliseconds from start to end of these. */
  averageDurationMs: number | null;
  lastFinishedAt: Date | null;
  lastError: RunError | null;
}

/**
 * One query for many agents. Tasks that have not started may be many, and do not keep an agent busy.
 * Cancelled ones do not reflect on an agent and are not counted.
 */
export async function readAgentReports(
  database: Database,
  userId: string,
  agentIds: readonly string[],
): Promise<Map<string, AgentReport>> {
  const { rows } = await database.pool.query<AgentReport>({
    name: 'read-agent-reports',
    text: `
      select wanted.id as "agentId", present.running, present.waiting, past.*
      from unnest($2::text[]) as wanted(id), lateral (
        select count(*) filter (where run.status = 'running')::int as running,
          count(*) filter (where run.status = 'waiting')::int as waiting
        from task join run on run.id = task.id
        where task.agent_id = wanted.id and task.completed_at is null and task.started_at is not null
          and run.owner_id = $1
      ) as present, lateral (
        select count(*)::int as finished, count(*) filter (where succeeded)::int as succeeded,
          (avg(extract(epoch from completed_at - started_at)) * 1000)::float8 as "averageDurationMs",
          max(completed_at) as "lastFinishedAt",
          (array_agg(error order by completed_at desc) filter (where error is not null))[1] as "lastError"
        from (
          select task.completed_at, task.started_at, task.error, task.succeeded
          from task join run on run.id = task.id
          where task.agent_id = wanted.id and task.completed_at is not null and run.owner_id = $1
            and run.status ${FINISHED}
          order by task.completed_at desc limit ${LAST_TASKS}
        ) as last
      ) as past`,
    values: [userId, agentIds],
  });
  return new Map(rows.map((row) => [row.agentId, row]));
}
