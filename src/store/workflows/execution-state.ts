import type { ClientBase, Pool } from 'pg';
import type { RunError } from '../../errors.ts';
import type { StepState, Try } from '../../rules/workflows/plan.ts';
import type { ExecutionResult, StepResult, WorkflowDefinition } from '../../rules/workflows/workflow.ts';
import type { ExecutionStepStatus, Origin } from '../../vocabulary.ts';
import { statement } from '../database/statement.ts';
import { OPEN_EXECUTION } from '../entities/run-statuses.ts';
import { loggedSql, movedSql } from '../log/append-sql.ts';
import { bytesOf, eventsParameter } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
import { announceSql, ENDED_RUN } from '../runs/announce-end.ts';

/** An execution that is being advanced, locked by the transaction. */
export interface ExecutionState {
  id: string;
  ownerId: string;
  origin: Origin;
  priority: number;
  definition: WorkflowDefinition;
  input: unknown;
  parameters: unknown;
  /** null: it has not started. */
  workers: unknown;
  progress: number;
  startedAt: Date | null;
  deadlineAt: Date | null;
  steps: StepState[];
  tries: Try[];
  now: Date;
}

/** @returns null when it has ended or was deleted */
export async function lockExecution(client: ClientBase, runId: string): Promise<ExecutionState | null> {
  const { rowCount } = await client.query(
    `select from run where id = $1 and kind = 'execution' and status ${OPEN_EXECUTION} for update`,
    [runId],
  );
  if (rowCount === 0) return null;
  // Separate statements: they must see what was written while the first one waited for the row.
  const { rows } = await client.query<Omit<ExecutionState, 'steps' | 'tries'>>({
    name: 'read-execution-state',
    text: `
      select run.id, run.owner_id as "ownerId", run.origin, run.priority, execution.definition, execution.input,
        execution.parameters, execution.workers, execution.progress, execution.started_at as "startedAt",
        execution.deadline_at as "deadlineAt", clock_timestamp() as now
      from run join execution on execution.id = run.id where run.id = $1`,
    values: [runId],
  });
  const [steps, tries] = await Promise.all([readStates(client, runId), readTries(client, runId)]);
  return { ...rows[0]!, steps, tries };
}

async function readStates(client: ClientBase, runId: string): Promise<StepState[]> {
  const { rows } = await client.query<StepState>({
    name: 'read-step-states',
    text: `select key, status, size, forgiven from execution_step where execution_id = $1 order by position`,
    values: [runId],
  });
  return rows;
}

async function readTries(client: ClientBase, runId: string): Promise<Try[]> {
  const { rows } = await client.query<Try>({
    name: 'read-tries',
    text: `
      select run.id as "taskId", task.step_key as step, task.step_item as item, task.step_attempt as attempt,
        run.status, run.cancel_reason as "cancelReason", task.error, run.created_at as "createdAt",
        task.completed_at as "endedAt"
      from run join task on task.id = run.id where run.parent_id = $1`,
    values: [runId],
  });
  return rows;
}

/** The outputs of steps so far, and the lists of those with one. */
export interface StepContent {
  key: string;
  status: ExecutionStepStatus;
  result: StepResult | null;
  error: RunError | null;
  items: unknown[] | null;
}

export async function readStepContents(client: ClientBase, runId: string): Promise<StepContent[]> {
  const { rows } = await client.query<StepContent>({
    name: 'read-step-contents',
    text: `select key, status, result, error, items from execution_step where execution_id = $1 order by position`,
    values: [runId],
  });
  return rows;
}

/** The results of the completed tasks of some steps, in the order of their lists. */
export async function readTaskResults(
  client: ClientBase,
  runId: string,
  keys: readonly string[],
): Promise<{ key: string; result: StepResult }[]> {
  const { rows } = await client.query<{ key: string; result: StepResult }>({
    name: 'read-task-results',
    text: `
      select task.step_key as key, task.result from run join task on task.id = run.id
      where run.parent_id = $1 and task.step_key = any($2::text[]) and run.status = 'completed'
      order by task.step_key, task.step_item`,
    values: [runId, keys],
  });
  return rows;
}

/** The changes of a step. */
export interface StepChange {
  key: string;
  status: ExecutionStepStatus;
  size: number | null;
  items: unknown[] | null;
  result: StepResult | null;
  error: RunError | null;
}

export interface ExecutionChange {
  steps: readonly StepChange[];
  /** null: unchanged. */
  workers: unknown;
  deadlineAt: Date | null;
  progress: number;
  wakeAt: Date | null;
  /** null: it continues. */
  outcome: { result: ExecutionResult; error?: never } | { error: RunError; result?: never } | null;
  events: readonly NewEvent[];
}

const write = statement(
  'write-execution',
  {
    id: 'text',
    status: 'text',
    workers: 'jsonb',
    deadlineAt: 'timestamptz',
    progress: 'float8',
    wakeAt: 'timestamptz',
    result: 'jsonb',
    error: 'jsonb',
    events: 'jsonb',
    bytes: 'bigint',
  },
  ($) => {
    const moved = movedSql(
      {
        set: `status = ${$.status}, worker_id = null, attempt = greatest(attempt, 1),
          updated_at = case when ${$.status} = 'waiting' then updated_at else clock_timestamp() end`,
        where: `run.id = ${$.id}`,
        events: $.events,
        bytes: $.bytes,
      },
      ENDED_RUN,
    );
    return `
      with ${moved.sql}, written as (
        update execution set workers = coalesce(${$.workers}, workers), deadline_at = ${$.deadlineAt},
          progress = greatest(progress, ${$.progress}), wake_at = ${$.wakeAt}, result = ${$.result}, error = ${$.error},
          started_at = coalesce(started_at, clock_timestamp()),
          completed_at = case when ${$.status} <> 'waiting' then moved.updated_at end
        from moved where execution.id = moved.id
      ), ${announceSql(moved)}, ${loggedSql(moved).sql}
      select * from logged order by seq`;
  },
);

/** Writes the progress of an execution, in the transaction that locked it; then it waits, or has ended. */
export async function writeExecution(
  client: ClientBase,
  runId: string,
  change: ExecutionChange,
): Promise<LoggedEvent[]> {
  await writeSteps(client, runId, change.steps);
  const { outcome, workers, deadlineAt, progress } = change;
  const events = eventsParameter(change.events);
  const { rows } = await client.query<LoggedEvent>(
    write({
      id: runId,
      status: outcome ? (outcome.error ? 'failed' : 'completed') : 'waiting',
      workers: workers === null ? null : JSON.stringify(workers),
      deadlineAt,
      progress,
      wakeAt: outcome ? null : change.wakeAt,
      result: outcome?.result ? JSON.stringify(outcome.result) : null,
      error: outcome?.error ? JSON.stringify(outcome.error) : null,
      events,
      bytes: bytesOf(JSON.stringify(change.steps), JSON.stringify(outcome), events),
    }),
  );
  return rows;
}

async function writeSteps(client: ClientBase, runId: string, steps: readonly StepChange[]): Promise<void> {
  if (steps.length === 0) return;
  await client.query({
    name: 'write-execution-steps',
    text: `
      update execution_step as step set status = change.status, size = change.size,
        items = case when jsonb_typeof(change.items) = 'array' then change.items else step.items end,
        result = case when jsonb_typeof(change.result) = 'object' then change.result end,
        error = case when jsonb_typeof(change.error) = 'object' then change.error end,
        started_at = case when change.status = 'skipped' then null else coalesce(step.started_at, clock_timestamp()) end,
        completed_at = case when change.status <> 'running' then clock_timestamp() end
      from jsonb_to_recordset($2::jsonb)
        as change (key text, status text, size int, items jsonb, result jsonb, error jsonb)
      where step.execution_id = $1 and step.key = change.key`,
    values: [runId, JSON.stringify(steps)],
  });
}

/** Makes executions ready that are due although none of their tasks has ended. */
export async function wakeDueExecutions(connection: Pool): Promise<void> {
  await connection.query({
    name: 'wake-due-executions',
    text: `
      with due as (
        select run.id from execution cross join lateral (
          select id from run where id = execution.id and status = 'waiting' for update skip locked
        ) as run
        where execution.wake_at <= clock_timestamp()
      )
      update run set status = 'queued' from due where run.id = due.id`,
  });
}
