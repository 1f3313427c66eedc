import { edgeOf } from '../../resolvers/request/run-page.ts';
import { cancelRun, deleteRun, retryRun } from '../../resolvers/runs/run-lifecycle.ts';
import { executeWorkflow } from '../../resolvers/workflows/execution.ts';
import type { ExecutionRow } from '../../store/workflows/executions.ts';
import { builder } from '../builder/builder.ts';
import { deletedPayload } from '../builder/deleted-payload.ts';
import { localId } from '../builder/global-id.ts';
import { idInput } from '../builder/id-input.ts';
import { startTimeFields } from '../runs/start-times.ts';
import { ExecutionEdge, ExecutionType } from './execution.ts';

const ExecuteWorkflowInput = builder.inputType('ExecuteWorkflowInput', {
  description: 'Only `workflowId` is required; later changes of the workflow do not affect the execution.',
  fields: (t) => ({
    workflowId: t.id({ required: true, description: 'The workflow; its current version is executed.' }),
    input: t.field({
      type: 'JSON',
      description: '`input` in its steps: a JSON object of at most 1000000 characters. Default {}.',
    }),
    parameters: t.field({
      type: 'JSON',
      description: '`parameters` in its steps: a JSON object of at most 1000000 characters. Default {}.',
    }),
    timeoutSeconds: t.int({
      description: 'Maximum seconds from its start. Absent: as defined by the workflow.',
    }),
    priority: t.int({ description: 'Priority of its tasks, 1 to 10; higher numbers run first. Default 5.' }),
    tags: t.stringList({
      description: 'At most 20 tags of 1 to 64 characters. Lists of runs can be filtered by them.',
    }),
    metadata: t.field({
      type: 'JSON',
      description: 'A JSON object of at most 16000 characters, stored with the run and returned unchanged.',
    }),
    ...startTimeFields(t, 'execution'),
    costLimit: t.float({
      description:
        'US dollars that its model calls may cost together. The output limit of a call is lowered to fit; if that is not enough, its step fails with BUDGET_EXCEEDED.',
    }),
    idempotencyKey: t.string({
      description:
        'Repeating the same request with the same key returns the same execution, also for concurrent requests; a different request with the key fails with CONFLICT.',
    }),
  }),
});

const CancelExecutionInput = builder.inputType('CancelExecutionInput', {
  description:
    'Cancelling it again changes nothing; an execution that ended otherwise fails with INVALID_STATE.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The execution.' }),
    reason: t.string({
      description: 'The reason, kept in its log and those of its tasks; at most 1000 characters.',
    }),
  }),
});

const RetryExecutionInput = idInput(
  'RetryExecutionInput',
  'The execution.',
  'Only a FAILED execution can be retried; others fail with INVALID_STATE.',
);
const DeleteExecutionInput = idInput(
  'DeleteExecutionInput',
  'The execution.',
  'Open subscriptions to the execution end.',
);

function payload(name: string, description: string) {
  return builder.objectRef<{ execution: ExecutionRow }>(name).implement({
    description,
    fields: (t) => ({
      execution: t.expose('execution', {
        type: ExecutionType,
        description: 'The new execution.',
      }),
    }),
  });
}

const ExecuteWorkflowPayload = payload('ExecuteWorkflowPayload', 'A new execution.');
const CancelExecutionPayload = payload('CancelExecutionPayload', 'A cancelled execution.');
const RetryExecutionPayload = payload('RetryExecutionPayload', 'A resumed execution.');

const DeleteExecutionPayload = deletedPayload('DeleteExecutionPayload', 'A deleted execution.');

builder.objectField(ExecuteWorkflowPayload, 'executionEdge', (t) =>
  t.field({
    type: ExecutionEdge,
    description: 'The execution with its position in `executions`, for a client that adds it there.',
    resolve: ({ execution }, _arguments, context) => edgeOf(context, execution),
  }),
);

builder.mutationFields((t) => ({
  executeWorkflow: t.field({
    type: ExecuteWorkflowPayload,
    nullable: true,
    description: 'Executes a workflow. Follow the execution with the subscription `executionEvents`.',
    args: { input: t.arg({ type: ExecuteWorkflowInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const workflowId = localId('Workflow', input.workflowId, 'input.workflowId');
      return { execution: await executeWorkflow(context, { ...input, workflowId }) };
    },
  }),
  cancelExecution: t.field({
    type: CancelExecutionPayload,
    nullable: true,
    description:
      'Cancels an execution and all its tasks. When the mutation returns, none of them is running any more.',
    args: { input: t.arg({ type: CancelExecutionInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      execution: await cancelRun(context, 'execution', localExecution(input), input.reason ?? null),
    }),
  }),
  retryExecution: t.field({
    type: RetryExecutionPayload,
    nullable: true,
    description:
      'Resumes a failed execution. Completed steps and items are kept; failed and stopped ones get all their attempts again.',
    args: { input: t.arg({ type: RetryExecutionInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      execution: await retryRun(context, 'execution', localExecution(input)),
    }),
  }),
  deleteExecution: t.field({
    type: DeleteExecutionPayload,
    nullable: true,
    description:
      'Deletes an execution with its tasks and their logs. An unfinished execution is cancelled first.',
    args: { input: t.arg({ type: DeleteExecutionInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      await deleteRun(context, 'execution', localExecution(input));
      return { deletedId: input.id };
    },
  }),
}));

function localExecution({ id }: { id: string }): string {
  return localId('Execution', id, 'input.id');
}
