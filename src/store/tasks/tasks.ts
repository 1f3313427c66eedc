import type { AgentLimits } from '../../rules/agents/agent.ts';
import type { Plan } from '../../rules/agents/plan.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import type { ReportedPrediction } from '../../rules/prediction/prediction.ts';
import type { PromptParameters, TaskResult } from '../../rules/tasks/task.ts';
import type { ProviderId, TaskKind, ToolName } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { findOwnRuns, readRuns } from '../runs/read-runs.ts';
import { type RunRow, runColumns, select } from '../runs/run-row.ts';

/** A task with the columns of its run. */
export interface TaskRow extends RunRow {
  /** The execution of which it is a part; null: none. */
  executionId: string | null;
  kind: TaskKind;
  type: string | null;
  title: string | null;
  description: string | null;
  target: string | null;
  context: Record<string, unknown> | null;
  taskParameters: Record<string, unknown> | null;
  prompt: string;
  system: string | null;
  parameters: PromptParameters;
  provider: ProviderId | null;
  model: string | null;
  fallbackModels: ModelReference[];
  responseSchema: Record<string, unknown> | null;
  templateName: string | null;
  templateVersion: number | null;
  templateParameters: Record<string, unknown> | null;
  threadId: string | null;
  agentId: string | null;
  tools: ToolName[];
  limits: AgentLimits | null;
  workingDirectory: string | null;
  plan: Plan;
  iterations: number;
  result: TaskResult | null;
  prediction: ReportedPrediction | null;
}

const { label, updatedAt, error, startedAt, endedAt, startAt, expiresAt, tags, metadata, ...RUN_COLUMNS } =
  runColumns('task');

export const COLUMNS = {
  ...RUN_COLUMNS,
  executionId: 'run.parent_id',
  kind: 'task.kind',
  type: 'task.type',
  title: 'task.title',
  target: 'task.target',
  agentId: 'task.agent_id',
  iterations: 'task.iterations',
  provider: 'task.provider',
  model: 'task.model',
  threadId: 'task.thread_id',
  templateName: 'task.template_name',
  templateVersion: 'task.template_version',
} as const;

/** Columns that are long or expensive to read: lists have them only on demand. */
export const COSTLY_COLUMNS = {
  label,
  updatedAt,
  error,
  startedAt,
  endedAt,
  startAt,
  expiresAt,
  tags,
  metadata,
  description: 'task.description',
  context: 'task.context',
  taskParameters: 'task.task_parameters',
  prompt: 'task.prompt',
  system: 'task.system',
  parameters: 'task.parameters',
  fallbackModels: 'task.fallback_models',
  responseSchema: 'task.response_schema',
  templateParameters: 'task.template_parameters',
  tools: 'task.tools',
  limits: 'task.limits',
  workingDirectory: 'task.working_directory',
  plan: 'task.plan',
  result: 'task.result',
  prediction: 'task.prediction',
} as const;

/** SQL: a task's columns, where `run` and `task` name its rows. */
export const TASK_COLUMNS = select({ ...COLUMNS, ...COSTLY_COLUMNS } satisfies Record<keyof TaskRow, string>);

const OF_KIND = { kind: 'task', columns: TASK_COLUMNS } as const;

/** Those of an owner's tasks that have one of some ids. */
export function findTasks(database: Database, ownerId: string, ids: readonly string[]): Promise<TaskRow[]> {
  return findOwnRuns(database, OF_KIND, ownerId, ids);
}

/** Many in one query, of any owner; by id. */
export function readTasks(database: Database, ids: readonly string[]): Promise<Map<string, TaskRow>> {
  return readRuns(database, OF_KIND, ids);
}

/** The tasks that each of many tasks depends on, oldest first, in one query. */
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
