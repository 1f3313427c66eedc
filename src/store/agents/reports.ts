import type { RunError } from '../../errors.ts';
import type { Database } from '../database/database.ts';

/** How many of an agent's last finished tasks count. */
const LAST_TASKS = 50;

/** What an agent's tasks of one user come to. */
export interface AgentReport {
  agentId: string;
  /** Tasks that a worker carries out right now, and those that wait for a person. */
  running: number;
  waiting: number;
  /** Of the last ones: how many ended by themselves, and how many of them did what was asked. */
  finished: number;
  succeeded: number;
  /** Milliseconds from start to end, of those. */
  averageDurationMs: number | null;
  lastFinishedAt: Date | null;
  lastError: RunError | null;
}

/**
 * One query for many agents. Tasks that nobody has begun may be many, and keep no agent busy. Cancelled ones say
 * nothing about an agent and do not count.
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
            and run.status in ('completed', 'failed')
          order by task.completed_at desc limit ${LAST_TASKS}
        ) as last
      ) as past`,
    values: [userId, agentIds],
  });
  return new Map(rows.map((row) => [row.agentId, row]));
}
