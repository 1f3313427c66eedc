import { execution, executions } from '../../resolvers/workflows/execution.ts';
import type { ExecutionRow, ExecutionStepRow } from '../../store/workflows/executions.ts';
import { builder } from '../builder/builder.ts';
import {
  ExecutionStepStatusEnum,
  ExecutionTriggerEnum,
  OriginEnum,
  RunStatusEnum,
} from '../builder/enums.ts';
import { globalId, localId } from '../builder/global-id.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { pageCost } from '../builder/page-cost.ts';
import { RunInterface } from '../runs/run.ts';
import { RunErrorType } from '../runs/run-error.ts';
import { TaskType } from '../tasks/task.ts';
import { WorkflowType } from './workflow.ts';

const ExecutionStepType = builder.objectRef<ExecutionStepRow>('ExecutionStep').implement({
  description: 'How far an execution is with a step.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The id of the step in its workflow.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    status: t.expose('status', { type: ExecutionStepStatusEnum, description: 'Where it stands.' }),
    attempt: t.exposeInt('attempt', {
      description:
        'Which try of its task this is, from 1; over a list, of the item that took most. 0: it has none.',
    }),
    output: t.field({
      type: 'JSON',
      nullable: true,
      description: 'When completed: the text of its task; over a list, the list of theirs.',
      resolve: ({ result }) => result?.output ?? null,
    }),
    data: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'When completed, with a response schema: the answer as JSON; over a list, the list of theirs.',
      resolve: ({ result }) => result?.data ?? null,
    }),
    error: t.expose('error', { type: RunErrorType, nullable: true, description: 'When failed: why.' }),
    task: t.field({
      type: TaskType,
      nullable: true,
      description:
        'The task of its latest try. Null: it has none, or one for each item of a list; `tasks(filter: { executionId: … })` has them all.',
      resolve: async ({ runId, key }, _arguments, { loaders }) =>
        (await loaders.executionTasks.load(runId)).find(({ stepKey }) => stepKey === key) ?? null,
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When it began.' }),
    completedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended, in whatever way.',
    }),
  }),
});

export const ExecutionType = builder.objectRef<ExecutionRow>('Execution');
builder.node(ExecutionType, {
  interfaces: [RunInterface],
  description: 'One run of a workflow, in the version that the workflow had when it was made.',
  id: { description: 'For every argument that asks for an execution.', resolve: ({ id }) => id },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'workflowVersion' in value,
  loadWithoutCache: (id, context) => execution(context, id),
  fields: (t) => ({
    workflow: t.field({
      type: WorkflowType,
      nullable: true,
      description: 'The workflow, as it is now; null: it was deleted.',
      resolve: ({ workflowId }, _arguments, { loaders }) => loaders.workflows.load(workflowId),
    }),
    workflowId: t.id({
      description: 'The id of the workflow, also when that was deleted.',
      resolve: ({ workflowId }) => globalId('Workflow', workflowId),
    }),
    workflowName: t.exposeString('workflowName', { description: 'As the workflow was called then.' }),
    workflowVersion: t.exposeInt('workflowVersion', { description: 'The version that it carries out.' }),
    trigger: t.expose('trigger', { type: ExecutionTriggerEnum, description: 'What made it.' }),
    scheduledFor: t.expose('scheduledFor', {
      type: 'DateTime',
      nullable: true,
      description: 'The tick of the schedule that it was made for.',
    }),
    input: t.expose('input', { type: 'JSON', description: 'What it was given; `input` in Liquid.' }),
    parameters: t.expose('parameters', { type: 'JSON', description: '`parameters` in Liquid.' }),
    timeoutSeconds: t.int({
      nullable: true,
      description: 'What it may take from its start on.',
      resolve: ({ definition }) => definition.timeoutSeconds,
    }),
    steps: t.field({
      type: [ExecutionStepType],
      description: 'All of its steps, in the order of the workflow.',
      // Most workflows have a few.
      complexity: { field: 1, multiplier: 5 },
      resolve: ({ id }, _arguments, { loaders }) => loaders.executionSteps.load(id),
    }),
    result: t.expose('result', {
      type: 'JSON',
      nullable: true,
      description:
        'When completed: `output` of the step that no other waits for (of several, by their ids), and `steps`, the outputs of all by their ids.',
    }),
  }),
});

const ExecutionFilter = builder.inputType('ExecutionFilter', {
  fields: (t) => ({
    workflowId: t.id({ description: 'Only executions of this workflow.' }),
    status: t.field({ type: RunStatusEnum, description: 'Only executions that stand there.' }),
    statuses: t.field({ type: [RunStatusEnum], description: 'Only executions that stand at one of these.' }),
    origins: t.field({
      type: [OriginEnum],
      description: 'Only executions that were made through one of these.',
    }),
  }),
});

function localFilter(filter: typeof ExecutionFilter.$inferInput | null | undefined) {
  const workflowId = filter?.workflowId ? localId('Workflow', filter.workflowId, 'filter.workflowId') : null;
  return { ...filter, workflowId };
}

builder.queryFields((t) => ({
  execution: t.field({
    type: ExecutionType,
    nullable: true,
    description: "One of the viewer's executions.",
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => execution(context, localId('Execution', id)),
  }),
  executions: t.connection({
    type: ExecutionType,
    nullable: true,
    description: "The viewer's executions, newest first. `first` or `last`: 1 to 100, default 20.",
    complexity: pageCost,
    args: { ...pageArguments, filter: t.arg({ type: ExecutionFilter }) },
    resolve: (_root, { filter, ...page }, context) => executions(context, page, localFilter(filter)),
  }),
}));
