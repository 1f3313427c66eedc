import { workflow, workflows } from '../../resolvers/workflows/workflow.ts';
import type { WorkflowStep } from '../../rules/workflows/workflow.ts';
import type { WorkflowRow } from '../../store/workflows/workflows.ts';
import { AgentType } from '../agents/agent.ts';
import { builder } from '../builder/builder.ts';
import { OriginEnum } from '../builder/enums.ts';
import { globalId, localId } from '../builder/global-id.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { pageCost } from '../builder/page-cost.ts';
import { PromptParametersType } from '../runs/prompt-parameters.ts';

export const WorkflowStepType = builder.objectRef<WorkflowStep>('WorkflowStep').implement({
  description: 'One step of a workflow. It is executed as a task.',
  fields: (t) => ({
    key: t.string({
      description: 'Unique within the workflow; other steps read its result as `steps.<key>.output`.',
      resolve: ({ id }) => id,
    }),
    name: t.exposeString('name', { description: 'Display name.' }),
    task: t.exposeString('task', { description: 'The prompt, a Liquid template.' }),
    model: t.exposeString('model', { nullable: true, description: 'The model; null: chosen.' }),
    agentId: t.id({
      nullable: true,
      description: 'The agent that performs it; null: a model without tools, or a template.',
      resolve: ({ agentId }) => agentId && globalId('Agent', agentId),
    }),
    agent: t.field({
      type: AgentType,
      nullable: true,
      description: 'That agent in its current state; null if it has been deleted.',
      resolve: ({ agentId }, _arguments, { loaders }) => (agentId ? loaders.agents.load(agentId) : null),
    }),
    template: t.exposeString('template', {
      nullable: true,
      description: 'The name of the template executed as this step.',
    }),
    templateParameters: t.expose('templateParameters', {
      type: 'JSON',
      description: 'Parameters of the template; their strings are Liquid templates.',
    }),
    parameters: t.expose('parameters', { type: PromptParametersType, description: 'Sampling settings.' }),
    responseSchema: t.expose('responseSchema', {
      type: 'JSON',
      nullable: true,
      description: 'A JSON Schema for the answer.',
    }),
    dependsOn: t.stringList({
      description: 'Keys of the steps that have to end first.',
      resolve: ({ dependsOn }) => dependsOn,
    }),
    condition: t.exposeString('condition', {
      nullable: true,
      description: 'A condition; if it is false, the step is skipped.',
    }),
    forEach: t.exposeString('forEach', {
      nullable: true,
      description: 'An expression for a list; the step has one task per item.',
    }),
    maxConcurrency: t.exposeInt('maxConcurrency', {
      description: 'Maximum number of tasks of the list that run at once.',
    }),
    retries: t.exposeInt('retries', { description: 'Number of retries of a failed task.' }),
    retryDelaySeconds: t.exposeInt('retryDelaySeconds', {
      description: 'Seconds before the first retry; the delay doubles with each retry.',
    }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', {
      nullable: true,
      description: 'Maximum seconds for each task from its creation.',
    }),
  }),
});

const ScheduleType = builder.objectRef<WorkflowRow>('Schedule').implement({
  description: 'When a workflow is executed automatically, and with which input.',
  fields: (t) => ({
    cron: t.string({
      description: 'A cron expression: minute, hour, day of the month, month, day of the week.',
      resolve: ({ schedule }) => schedule!.cron,
    }),
    timeZone: t.string({
      description: 'The time zone, an IANA name.',
      resolve: ({ schedule }) => schedule!.timeZone,
    }),
    input: t.field({
      type: 'JSON',
      description: 'The input of each execution.',
      resolve: ({ schedule }) => schedule!.input,
    }),
    parameters: t.field({
      type: 'JSON',
      description: 'The parameters of each execution, as in `executeWorkflow`.',
      resolve: ({ schedule }) => schedule!.parameters,
    }),
    nextRunAt: t.expose('nextRunAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The next scheduled time; null: the workflow is inactive.',
    }),
  }),
});

export const WorkflowType = builder.objectRef<WorkflowRow>('Workflow');
builder.node(WorkflowType, {
  description: 'A graph of steps that can be executed. Every change creates a new version.',
  id: {
    description: "Global id; pass it to any argument that takes a workflow's id.",
    resolve: ({ id }) => id,
  },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Display name.' }),
    description: t.exposeString('description', { nullable: true, description: 'A description.' }),
    version: t.exposeInt('version', { description: 'Increased by every change, from 1.' }),
    isActive: t.exposeBoolean('isActive', { description: 'Whether it can be executed.' }),
    steps: t.expose('steps', {
      type: [WorkflowStepType],
      description: 'In the order in which they were given.',
    }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', {
      nullable: true,
      description: 'Maximum seconds for an execution from its start.',
    }),
    schedule: t.field({
      type: ScheduleType,
      nullable: true,
      description: 'When it is executed automatically.',
      resolve: (row) => (row.schedule ? row : null),
    }),
    origin: t.expose('origin', { type: OriginEnum, description: 'The API through which it was created.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const WorkflowFilter = builder.inputType('WorkflowFilter', {
  description: 'Absent and null fields match every workflow, whether it can be executed or not.',
  fields: (t) => ({
    isActive: t.boolean({ description: 'Only workflows that can be executed, or only those that cannot.' }),
    origins: t.field({
      type: [OriginEnum],
      description: 'Only workflows that were created through one of these APIs.',
    }),
  }),
});

const WorkflowConnection = builder.connectionObject(
  { type: WorkflowType, name: 'WorkflowConnection', description: 'A page of workflows.' },
  { name: 'WorkflowEdge', description: 'A workflow with its position in a list.' },
);

builder.queryFields((t) => ({
  workflow: t.field({
    type: WorkflowType,
    nullable: true,
    description: "One of the viewer's workflows.",
    args: { id: t.arg.id({ required: true, description: 'The workflow.' }) },
    resolve: (_root, { id }, context) => workflow(context, localId('Workflow', id)),
  }),
  workflows: t.connection(
    {
      type: WorkflowType,
      nullable: true,
      description:
        "The viewer's workflows, newest first. `first`: 0 to 100, or `last`: 1 to 100; default 20.",
      complexity: pageCost,
      args: {
        ...pageArguments,
        filter: t.arg({
          type: WorkflowFilter,
          description: 'Only items that match all of its fields; null matches everything.',
        }),
      },
      resolve: (_root, { filter, ...page }, context) => workflows(context, page, filter),
    },
    WorkflowConnection,
  ),
}));
