import type { RunError } from '../errors.ts';
import type { AgentLimits } from '../rules/agent.ts';
import type { ModelReference } from '../rules/model-id.ts';
import type { Plan } from '../rules/plan.ts';
import type { PromptParameters, TaskResult } from '../rules/task.ts';
import type { RunStatus, TaskKind, ToolName } from '../vocabulary.ts';
import type { Database } from './database.ts';

/** A task with what its run says about it. */
export interface TaskRow {
  id: string;
  ownerId: string;
  status: RunStatus;
  priority: number;
  attempt: number;
  lastSeq: number;
  cancelReason: string | null;
  createdAt: Date;
  updatedAt: Date;
  /** `createdAt` with all six digits, which a Date cannot hold; the first part of a list cursor. */
  createdAtText: string;
  kind: TaskKind;
  type: string | null;
  prompt: string;
  system: string | null;
  parameters: PromptParameters;
  provider: string;
  model: string;
  fallbackModels: ModelReference[];
  responseSchema: Record<string, unknown> | null;
  threadId: string | null;
  agentId: string | null;
  tools: ToolName[];
  limits: AgentLimits | null;
  workingDirectory: string | null;
  plan: Plan;
  iterations: number;
  progress: number;
  result: TaskResult | null;
  error: RunError | null;
  startedAt: Date | null;
  completedAt: Date | null;
}

/** SQL: a task's columns, where `run` and `task` name its rows. */
export const TASK_COLUMNS = `
  run.id, run.owner_id as "ownerId", run.status, run.priority, run.attempt, run.last_seq as "lastSeq",
  run.cancel_reason as "cancelReason", run.created_at as "createdAt", run.updated_at as "updatedAt",
  to_char(run.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.USZ') as "createdAtText",
  task.kind, task.type, task.prompt, task.system, task.parameters, task.provider, task.model, task.progress,
  task.fallback_models as "fallbackModels", task.response_schema as "responseSchema", task.thread_id as "threadId",
  task.agent_id as "agentId", task.tools, task.limits, task.working_directory as "workingDirectory", task.plan, task.iterations,
  task.result, task.error, task.started_at as "startedAt", task.completed_at as "completedAt"`;

/** @returns null when there is no such task of this owner; not there and not theirs look the same. */
export async function findTask(database: Database, ownerId: string, id: string): Promise<TaskRow | null> {
  const { rows } = await database.pool.query<TaskRow>({
    name: 'find-task',
    text: `select ${TASK_COLUMNS} from run join task on task.id = run.id where run.id = $1 and run.owner_id = $2`,
    values: [id, ownerId],
  });
  return rows[0] ?? null;
}

/** Of many tasks in one query: the tasks that each waits for, or waited for, oldest first. */
export async function readDependencies(
  database: Database,
  ids: readonly string[],
): Promise<(TaskRow & { dependentId: string })[]> {
  const { rows } = await database.pool.query<TaskRow & { dependentId: string }>({
    name: 'read-dependencies',
    text: `
      select dependency.run_id as "dependentId", ${TASK_COLUMNS}
      from dependency join run on run.id = dependency.on_run_id join task on task.id = run.id
      where dependency.run_id = any($1::text[]) order by run.created_at, run.id`,
    values: [ids],
  });
  return rows;
}

/** A place in a list: everything is ordered by time of creation, then by id, newest first. */
export interface TaskPosition {
  createdAtText: string;
  id: string;
}

export interface TaskListing {
  ownerId: string;
  status: RunStatus | null;
  threadId: string | null;
  after: TaskPosition | null;
  before: TaskPosition | null;
  limit: number;
  /** true: the last `limit` of the range instead of the first. */
  fromEnd: boolean;
}

/** Tasks newest first, between two places, by keyset: nothing is skipped or repeated while others are made. */
export async function listTasks(database: Database, listing: TaskListing): Promise<TaskRow[]> {
  const direction = listing.fromEnd ? 'asc' : 'desc';
  const { rows } = await database.pool.query<TaskRow>({
    name: `list-tasks-${direction}`,
    text: `
      select ${TASK_COLUMNS} from run join task on task.id = run.id
      where run.owner_id = $1 and run.kind = 'task' and ($2::text is null or run.status = $2)
        and ($3::timestamptz is null or (run.created_at, run.id) < ($3::timestamptz, $4::text))
        and ($5::timestamptz is null or (run.created_at, run.id) > ($5::timestamptz, $6::text))
        and ($8::text is null or task.thread_id = $8)
      order by run.created_at ${direction}, run.id ${direction} limit $7`,
    values: [
      listing.ownerId,
      listing.status,
      listing.after?.createdAtText ?? null,
      listing.after?.id ?? null,
      listing.before?.createdAtText ?? null,
      listing.before?.id ?? null,
      listing.limit,
      listing.threadId,
    ],
  });
  return listing.fromEnd ? rows.reverse() : rows;
}
