import type { ResultOf } from 'gql.tada';
import { z } from 'zod';
import type { ExecutionStepStatus } from '../../../vocabulary.ts';
import { graphql } from '../../handling/documents.ts';
import { isoSeconds, plainId } from '../../shapes/output.ts';
import { errorOf, resultOf } from '../../shapes/results.ts';
import { EXECUTION_STATUS, EXECUTION_STATUSES } from '../status-words.ts';

export const EXECUTION = graphql(`fragment Execution on Execution {
  id workflowId workflowName workflowVersion status progress input parameters result error { message } cancelReason
  cost createdAt updatedAt startedAt completedAt: endedAt
  steps { key name status attempt output error { message } task { id } startedAt completedAt: endedAt }
}`);

type Execution = ResultOf<typeof EXECUTION>;

const STEP_STATUSES = ['pending', 'in_progress', 'completed', 'failed', 'skipped', 'cancelled'] as const;

const STEP_STATUS = {
  PENDING: 'pending',
  RUNNING: 'in_progress',
  COMPLETED: 'completed',
  FAILED: 'failed',
  SKIPPED: 'skipped',
  CANCELLED: 'cancelled',
} satisfies Record<Uppercase<ExecutionStepStatus>, (typeof STEP_STATUSES)[number]>;

const stepShape = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(STEP_STATUSES),
  attempt: z.int(),
  task_id: z.string().nullable(),
  output: z.unknown(),
  error: z.string().nullable(),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
});

export const executionShape = z.object({
  id: z.string(),
  workflow_id: z.string(),
  workflow_name: z.string(),
  version: z.int(),
  status: z.enum(EXECUTION_STATUSES),
  progress: z.number(),
  input_data: z.unknown(),
  parameters: z.unknown(),
  steps: z.array(stepShape),
  result: z.record(z.string(), z.unknown()).nullable(),
  error: z.string().nullable(),
  cost: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
});

export function showExecution(execution: Execution): z.input<typeof executionShape> {
  return {
    id: plainId(execution.id),
    workflow_id: plainId(execution.workflowId),
    workflow_name: execution.workflowName,
    version: execution.workflowVersion,
    status: EXECUTION_STATUS[execution.status],
    progress: execution.progress,
    input_data: execution.input,
    parameters: execution.parameters,
    steps: execution.steps.map(showStep),
    result: resultOf(execution),
    error: errorOf(execution),
    cost: execution.cost,
    created_at: isoSeconds(execution.createdAt),
    updated_at: isoSeconds(execution.updatedAt),
    started_at: moment(execution.startedAt),
    completed_at: moment(execution.completedAt),
  };
}

function showStep(step: Execution['steps'][number]): z.input<typeof stepShape> {
  return {
    id: step.key,
    name: step.name,
    status: STEP_STATUS[step.status],
    attempt: step.attempt,
    task_id: step.task && plainId(step.task.id),
    output: step.output,
    error: step.error?.message ?? null,
    started_at: moment(step.startedAt),
    completed_at: moment(step.completedAt),
  };
}

function moment(at: Date | null): string | null {
  return at && isoSeconds(at);
}
