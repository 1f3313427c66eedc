import { execution } from '../../resolvers/workflows/execution.ts';
import { executions } from '../../resolvers/workflows/list-executions.ts';
import type { ExecutionRow, ExecutionStepRow } from '../../store/workflows/executions.ts';
import { builder } from '../builder/builder.ts';
import { ExecutionStepStatusEnum, ExecutionTriggerEnum } from '../builder/enums.ts';
import { globalId, localId, optionalId } from '../builder/global-id.ts';
import { runPageCost } from '../builder/page-cost.ts';
import { RunInterface } from '../runs/run.ts';
import { RunErrorType } from '../runs/run-error.ts';
import { runFilterFields, runListArguments } from '../runs/run-filter.ts';
import { TaskType } from '../tasks/task.ts';
import { WorkflowType } from './workflow.ts';

const ExecutionStepType = builder.objectRef<ExecutionStepRow>('ExecutionStep').implement({
  description: 'State of one step of an execution.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Key of the step in its workflow.' }),
    name: t.exposeString('name', { description: 'Display name.' }),
    status: t.expose('status', { type: ExecutionStepStatusEnum, description: 'Its status.' }),
    attempt: t.exposeInt('attempt', {
      description:
        'Number of the current attempt of its task, from 1; for a list, the highest of its items. 0: it has no task.',
    }),
    output: t.field({
      type: 'JSON',
      nullable: true,
      description: 'If completed: the text of its task; for a list, the list of their texts.',
      resolve: ({ result }) => result?.output ?? null,
    }),
    data: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'If completed, with a response schema: the parsed answer; for a list, the list of answers.',
      resolve: ({ result }) => result?.data ?? null,
    }),
    error: t.expose('error', { type: RunErrorType, nullable: true, description: 'The error, if it failed.' }),
    task: t.field({
      type: TaskType,
      nullable: true,
      description:
        'The task of its latest attempt. Null: it has none, or one for each item of a list; `tasks(filter: { executionId: … })` lists all of them.',
      resolve: async ({ runId, key }, _arguments, { loaders }) =>
        (await loaders.executionTasks.load(runId)).find(({ stepKey }) => stepKey === key) ?? null,
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When it started.' }),
    endedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it completed, failed or was cancelled.',
    }),
  }),
});

export const ExecutionType = builder.objectRef<ExecutionRow>('Execution');
builder.node(ExecutionType, {
  interfaces: [RunInterface],
  description: 'One run of a workflow, in the version that the workflow had when the execution was created.',
  id: {
    description: "Global id; pass it to any argument that takes an execution's id.",
    resolve: ({ id }) => id,
  },
  fields: (t) => ({
    workflow: t.field({
      type: WorkflowType,
      nullable: true,
      description: 'The workflow in its current version; null: it has been deleted.',
      resolve: ({ workflowId }, _arguments, { loaders }) => loaders.workflows.load(workflowId),
    }),
    workflowId: t.id({
      description: 'Id of the workflow, also after its deletion.',
      resolve: ({ workflowId }) => globalId('Workflow', workflowId),
    }),
    workflowName: t.exposeString('workflowName', {
      description: 'Name of the workflow when the execution was created.',
    }),
    workflowVersion: t.exposeInt('workflowVersion', {
      description: 'The version of the workflow that it executes.',
    }),
    trigger: t.expose('trigger', { type: ExecutionTriggerEnum, description: 'What created it.' }),
    scheduledFor: t.expose('scheduledFor', {
      type: 'DateTime',
      nullable: true,
      description: 'The scheduled time it was created for.',
    }),
    input: t.expose('input', { type: 'JSON', description: 'Its input; `input` in Liquid.' }),
    parameters: t.expose('parameters', {
      type: 'JSON',
      description: 'Its parameters; `parameters` in Liquid.',
    }),
    timeoutSeconds: t.int({
      nullable: true,
      description: 'Maximum seconds from its start.',
      resolve: ({ definition }) => definition.timeoutSeconds,
    }),
    steps: t.field({
      type: [ExecutionStepType],
      description: 'All its steps, in the order of the workflow.',
      // Most workflows have few steps.
      complexity: { field: 1, multiplier: 5 },
      resolve: ({ id }, _arguments, { loaders }) => loaders.executionSteps.load(id),
    }),
    result: t.expose('result', {
      type: 'JSON',
      nullable: true,
      description:
        'If completed: `output` of the last step (of several, by step key), and `steps`, the outputs of all steps by key.',
    }),
  }),
});

const ExecutionFilter = builder.inputType('ExecutionFilter', {
  description: 'Absent and null fields match every execution.',
  fields: (t) => ({
    ...runFilterFields(t, 'executions', { text: 'the names of their workflows' }),
    workflowId: t.id({ description: 'Only executions of this workflow.' }),
  }),
});

function localFilter(filter: typeof ExecutionFilter.$inferInput | null | undefined) {
  return { ...filter, workflowId: optionalId('Workflow', filter?.workflowId, 'filter.workflowId') };
}

export const ExecutionEdge = builder.edgeObject({
  type: ExecutionType,
  name: 'ExecutionEdge',
  description: 'An execution with its position in a list.',
});
const ExecutionConnection = builder.connectionObject(
  { type: ExecutionType, name: 'ExecutionConnection', description: 'A page of executions.' },
  ExecutionEdge,
);

builder.queryFields((t) => ({
  execution: t.field({
    type: ExecutionType,
    nullable: true,
    description: "One of the viewer's executions.",
    args: { id: t.arg.id({ required: true, description: 'The execution.' }) },
    resolve: (_root, { id }, context) => execution(context, localId('Execution', id)),
  }),
  executions: t.connection(
    {
      type: ExecutionType,
      nullable: true,
      description: "The viewer's executions. `first`: 0 to 100, or `last`: 1 to 100; default 20.",
      complexity: runPageCost,
      args: {
        ...runListArguments,
        filter: t.arg({
          type: ExecutionFilter,
          description: 'Only items that match all of its fields; null matches everything.',
        }),
      },
      resolve: (_root, { filter, ...page }, context) =>
        executions(context, { ...page, filter: localFilter(filter) }),
    },
    ExecutionConnection,
  ),
}));

builder.objectField(TaskType, 'execution', (t) =>
  t.field({
    type: ExecutionType,
    nullable: true,
    description:
      'The execution for one of whose steps it was created; null: it belongs to none. Lists of runs do not contain such tasks.',
    resolve: ({ executionId }, _arguments, { loaders }) =>
      executionId === null ? null : loaders.executions.load(executionId),
  }),
);
