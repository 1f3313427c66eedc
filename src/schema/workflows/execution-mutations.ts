import { cancelRun, deleteRun, retryRun } from '../../resolvers/runs/run-lifecycle.ts';
import { executeWorkflow } from '../../resolvers/workflows/execution.ts';
import type { ExecutionRow } from '../../store/workflows/executions.ts';
import { builder } from '../builder/builder.ts';
import { localId } from '../builder/global-id.ts';
import { ExecutionType } from './execution.ts';

const ExecuteWorkflowInput = builder.inputType('ExecuteWorkflowInput', {
  fields: (t) => ({
    workflowId: t.id({ required: true, description: 'The workflow; its present version is carried out.' }),
    input: t.field({
      type: 'JSON',
      description: 'What its steps read as `input`: an object of at most 1000000 characters. Absent: {}.',
    }),
    parameters: t.field({
      type: 'JSON',
      description:
        'What its steps read as `parameters`: an object of at most 1000000 characters. Absent: {}.',
    }),
    timeoutSeconds: t.int({
      description: 'Seconds that it may take from its start on. Absent: as the workflow says.',
    }),
    priority: t.int({ description: 'Of its tasks, 1 to 10; a higher number runs first. Absent: 5.' }),
    maxCost: t.float({
      description:
        'US dollars that its model calls may cost together. An answer that does not fit is shortened, or its step fails with BUDGET_EXCEEDED.',
    }),
    idempotencyKey: t.string({
      description:
        'Equal requests with one key make one execution, also at the same time; another request with it is a CONFLICT.',
    }),
  }),
});

const CancelExecutionInput = builder.inputType('CancelExecutionInput', {
  fields: (t) => ({
    id: t.id({ required: true, description: 'The execution.' }),
    reason: t.string({ description: 'Why, for its log and those of its tasks; at most 1000 characters.' }),
  }),
});

const ExecutionIdInput = (name: string) =>
  builder.inputType(name, {
    fields: (t) => ({ id: t.id({ required: true, description: 'The execution.' }) }),
  });
const RetryExecutionInput = ExecutionIdInput('RetryExecutionInput');
const DeleteExecutionInput = ExecutionIdInput('DeleteExecutionInput');

function payload(name: string, description: string) {
  return builder.objectRef<{ execution: ExecutionRow }>(name).implement({
    description,
    fields: (t) => ({
      execution: t.expose('execution', { type: ExecutionType, description: 'The execution, as it is now.' }),
    }),
  });
}

const ExecuteWorkflowPayload = payload('ExecuteWorkflowPayload', 'A fresh execution.');
const CancelExecutionPayload = payload('CancelExecutionPayload', 'A cancelled execution.');
const RetryExecutionPayload = payload('RetryExecutionPayload', 'An execution that goes on.');

const DeleteExecutionPayload = builder.objectRef<{ deletedId: string }>('DeleteExecutionPayload').implement({
  description: 'An execution that is no more.',
  fields: (t) => ({
    deletedId: t.id({ description: 'The id that it had.', resolve: ({ deletedId }) => deletedId }),
  }),
});

builder.mutationFields((t) => ({
  executeWorkflow: t.field({
    type: ExecuteWorkflowPayload,
    nullable: true,
    description: 'Starts an execution of a workflow. Follow it with the subscription `executionEvents`.',
    args: { input: t.arg({ type: ExecuteWorkflowInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const workflowId = localId('Workflow', input.workflowId, 'input.workflowId');
      return { execution: await executeWorkflow(context, { ...input, workflowId }) };
    },
  }),
  cancelExecution: t.field({
    type: CancelExecutionPayload,
    nullable: true,
    description: 'Ends an execution with all of its tasks. After the answer nothing of it runs any more.',
    args: { input: t.arg({ type: CancelExecutionInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      execution: await cancelRun(context, 'execution', localExecution(input), input.reason ?? null),
    }),
  }),
  retryExecution: t.field({
    type: RetryExecutionPayload,
    nullable: true,
    description:
      'Has a failed execution go on from where it was: steps and items that are done are kept, what failed or was given up has all of its tries again.',
    args: { input: t.arg({ type: RetryExecutionInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      execution: await retryRun(context, 'execution', localExecution(input)),
    }),
  }),
  deleteExecution: t.field({
    type: DeleteExecutionPayload,
    nullable: true,
    description:
      'Takes an execution, its tasks and their logs away. One that is not finished is cancelled first.',
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
