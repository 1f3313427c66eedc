import type { RunError } from '../../errors.ts';
import type { ExecutionResult, StepResult, WorkflowDefinition } from '../../rules/workflows/workflow.ts';
import type { ExecutionStepStatus, ExecutionTrigger } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import type { RowList } from '../database/sql-page.ts';
import { SPENT_TOKENS, type SpendRow } from '../money/model-call-reports.ts';
import { listKind, type RunListing } from '../runs/lists/list-runs.ts';
import type { RunPosition } from '../runs/lists/run-order.ts';
import { findOwnRuns, readRuns } from '../runs/read-runs.ts';
import { EXECUTION_STATUS, type RunRow, runColumns, select } from '../runs/run-row.ts';
import { TASK_COLUMNS, type TaskRow } from '../tasks/tasks.ts';

/** An execution that has started and not ended is `running`, whatever its run waits for at this moment. */
export interface ExecutionRow extends RunRow {
  workflowId: string;
  workflowName: string;
  workflowVersion: number;
  definition: WorkflowDefinition;
  input: unknown;
  parameters: Record<string, unknown>;
  trigger: ExecutionTrigger;
  scheduledFor: Date | null;
  result: ExecutionResult | null;
}

/** SQL: an execution's columns, where `run` and `execution` name its rows. */
export const EXECUTION_COLUMNS = select({
  ...runColumns('execution'),
  status: EXECUTION_STATUS,
  workflowId: 'execution.workflow_id',
  workflowName: 'execution.workflow_name',
  workflowVersion: 'execution.workflow_version',
  definition: 'execution.definition',
  input: 'execution.input',
  parameters: 'execution.parameters',
  trigger: 'execution.trigger',
  scheduledFor: 'execution.scheduled_for',
  result: 'execution.result',
} satisfies Record<keyof ExecutionRow, string>);

const OF_KIND = { kind: 'execution', columns: EXECUTION_COLUMNS } as const;

/** Those of an owner's executions that have one of some ids. */
export function findExecutions(
  database: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<ExecutionRow[]> {
  return findOwnRuns(database, OF_KIND, ownerId, ids);
}

/** Many in one query, of any owner; by id. */
export function readExecutions(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, ExecutionRow>> {
  return readRuns(database, OF_KIND, ids);
}

/** The executions of an owner, by keyset. */
export function listExecutions(
  database: Database,
  listing: RunListing,
): RowList<ExecutionRow & RunPosition, RunPosition> {
  return listKind(database, 'execution', listing, { sqlOf: () => EXECUTION_COLUMNS, withPosition: true });
}

export interface ExecutionStepRow {
  runId: string;
  key: string;
  name: string;
  status: ExecutionStepStatus;
  /** Attempts of its task so far; for a list, the highest of its items. */
  attempt: number;
  result: StepResult | null;
  error: RunError | null;
  startedAt: Date | null;
  completedAt: Date | null;
}

/** The steps of many executions in one query, in the order of their definitions. */
export async function readExecutionSteps(
  database: Database,
  executionIds: readonly string[],
): Promise<ExecutionStepRow[]> {
  const { rows } = await database.pool.query<ExecutionStepRow>({
    name: 'read-execution-steps',
    text: `
      select step.execution_id as "runId", step.key, step.name, step.status,
        coalesce((
          select max(task.step_attempt) from run join task on task.id = run.id
          where run.parent_id = step.execution_id and task.step_key = step.key), 0) as attempt,
        step.result, step.error, step.started_at as "startedAt", step.completed_at as "completedAt"
      from execution_step as step where step.execution_id = any($1::text[]) order by step.execution_id, step.position`,
    values: [executionIds],
  });
  return rows;
}

/** A task of an execution, with its step. */
export interface ExecutionTaskRow extends TaskRow {
  runId: string;
  stepKey: string;
}

/**
 * The latest tasks of the steps of many executions in one query; steps with lists have too many, and are
 * omitted.
 */
export async function readExecutionTasks(
  database: Database,
  executionIds: readonly string[],
): Promise<ExecutionTaskRow[]> {
  const { rows } = await database.pool.query<ExecutionTaskRow>({
    name: 'read-execution-tasks',
    text: `
      select distinct on (run.parent_id, task.step_key)
        run.parent_id as "runId", task.step_key as "stepKey", ${TASK_COLUMNS}
      from run join task on task.id = run.id
        join execution_step as step on step.execution_id = run.parent_id and step.key = task.step_key
      where run.parent_id = any($1::text[]) and step.items is null
      order by run.parent_id, task.step_key, task.step_attempt desc`,
    values: [executionIds],
  });
  return rows;
}

/** Totals of the model calls of the tasks of many executions; an execution without calls is missing. */
export async function readExecutionSpend(
  database: Database,
  executionIds: readonly string[],
): Promise<Map<string, SpendRow>> {
  const { rows } = await database.pool.query<SpendRow>({
    name: 'read-execution-spend',
    text: `
      select run.parent_id as "runId", coalesce(sum(cost), 0)::float8 as cost,
        bool_and(cost is not null) as "costComplete", ${SPENT_TOKENS}
      from run join model_call on model_call.run_id = run.id
      where run.parent_id = any($1::text[]) group by run.parent_id`,
    values: [executionIds],
  });
  return new Map(rows.map((row) => [row.runId, row]));
}

/** The owner of a run; null: it has been deleted. */
export async function readOwner(database: Database, runId: string): Promise<string | null> {
  const { rows } = await database.pool.query<{ ownerId: string }>({
    name: 'read-owner',
    text: 'select owner_id as "ownerId" from run where id = $1',
    values: [runId],
  });
  return rows[0]?.ownerId ?? null;
}
