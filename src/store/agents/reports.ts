import type { RunError } from '../../errors.ts';
import type { Database } from '../database/database.ts';
import { BUSY, FINISHED } from '../entities/run-statuses.ts';

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
        select count(*) filter (where status = 'running')::int as running,
          count(*) filter (where status = 'waiting')::int as waiting
        from run where owner_id = $1 and agent_id = wanted.id and status ${BUSY}
      ) as present, lateral (
        select count(*)::int as finished, count(*) filter (where succeeded)::int as succeeded,
          avg(duration_ms)::float8 as "averageDurationMs", max(ended_at) as "lastFinishedAt",
          (array_agg(error order by ended_at desc) filter (where error is not null))[1] as "lastError"
        from (
          select id, ended_at, duration_ms from run
          where owner_id = $1 and agent_id = wanted.id and status ${FINISHED}
          order by ended_at desc limit ${LAST_TASKS}
        ) as last cross join lateral (select error, succeeded from task where task.id = last.id offset 0) as task
      ) as past`,
    values: [userId, agentIds],
  });
  return new Map(rows.map((row) => [row.agentId, row]));
}
