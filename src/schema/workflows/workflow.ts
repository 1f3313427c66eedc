import { workflow, workflows } from '../../resolvers/workflows/workflow.ts';
import type { WorkflowStep } from '../../rules/workflows/workflow.ts';
import type { WorkflowRow } from '../../store/workflows/workflows.ts';
import { builder } from '../builder/builder.ts';
import { OriginEnum } from '../builder/enums.ts';
import { globalId, localId } from '../builder/global-id.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { pageCost } from '../builder/page-cost.ts';
import { PromptParametersType } from '../runs/prompt-parameters.ts';

export const WorkflowStepType = builder.objectRef<WorkflowStep>('WorkflowStep').implement({
  description: 'One node of a workflow. Its work is a task.',
  fields: (t) => ({
    id: t.string({
      description: 'Unique in its workflow; others read what came of it as `steps.<id>.output`.',
      resolve: ({ id }) => id,
    }),
    name: t.exposeString('name', { description: 'For people.' }),
    task: t.exposeString('task', { description: 'What is asked for, as Liquid.' }),
    model: t.exposeString('model', { nullable: true, description: 'Who is asked; null: chosen.' }),
    agentId: t.id({
      nullable: true,
      description: 'The agent that does it; null: a model without tools, or a template.',
      resolve: ({ agentId }) => agentId && globalId('Agent', agentId),
    }),
    template: t.exposeString('template', {
      nullable: true,
      description: 'The name of the template that it is.',
    }),
    templateParameters: t.expose('templateParameters', {
      type: 'JSON',
      description: 'What the template is given; its texts are Liquid.',
    }),
    parameters: t.expose('parameters', { type: PromptParametersType, description: 'Sampling settings.' }),
    responseSchema: t.expose('responseSchema', {
      type: 'JSON',
      nullable: true,
      description: 'A JSON Schema that the answer has to meet.',
    }),
    dependsOn: t.stringList({
      description: 'Ids of the steps that have to be over first.',
      resolve: ({ dependsOn }) => dependsOn,
    }),
    condition: t.exposeString('condition', {
      nullable: true,
      description: 'Where it does not hold, the step is skipped.',
    }),
    forEach: t.exposeString('forEach', {
      nullable: true,
      description: 'A list: the step has one task for each of its items.',
    }),
    maxConcurrency: t.exposeInt('maxConcurrency', { description: 'Tasks of the list that run at once.' }),
    retries: t.exposeInt('retries', { description: 'How often a failed task is tried again.' }),
    retryDelaySeconds: t.exposeInt('retryDelaySeconds', {
      description: 'Seconds before the first of these; each further wait is twice as long.',
    }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', {
      nullable: true,
      description: 'What each task may take from its making on.',
    }),
  }),
});

const ScheduleType = builder.objectRef<WorkflowRow>('Schedule').implement({
  description: 'When a workflow is executed by itself, and with what.',
  fields: (t) => ({
    cron: t.string({
      description: 'Minute, hour, day of the month, month, day of the week.',
      resolve: ({ schedule }) => schedule!.cron,
    }),
    timeZone: t.string({
      description: 'Whose clocks show it, by the name of the IANA data base.',
      resolve: ({ schedule }) => schedule!.timeZone,
    }),
    input: t.field({
      type: 'JSON',
      description: 'What each execution is given.',
      resolve: ({ schedule }) => schedule!.input,
    }),
    parameters: t.field({
      type: 'JSON',
      description: 'As in `executeWorkflow`.',
      resolve: ({ schedule }) => schedule!.parameters,
    }),
    nextRunAt: t.expose('nextRunAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The next tick; null: the workflow is not active.',
    }),
  }),
});

export const WorkflowType = builder.objectRef<WorkflowRow>('Workflow');
builder.node(WorkflowType, {
  description: 'A graph of steps that can be executed. Every change makes a new version of it.',
  id: { description: 'For every argument that asks for a workflow.', resolve: ({ id }) => id },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'schedule' in value,
  loadWithoutCache: (id, context) => workflow(context, id),
  fields: (t) => ({
    name: t.exposeString('name', { description: 'For people.' }),
    description: t.exposeString('description', { nullable: true, description: 'For people.' }),
    version: t.exposeInt('version', { description: 'From 1; raised by every change.' }),
    isActive: t.exposeBoolean('isActive', { description: 'Whether it can be executed.' }),
    steps: t.expose('steps', {
      type: [WorkflowStepType],
      description: 'In the order in which they were given.',
    }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', {
      nullable: true,
      description: 'What an execution may take from its start on.',
    }),
    schedule: t.field({
      type: ScheduleType,
      nullable: true,
      description: 'When it is executed by itself.',
      resolve: (row) => (row.schedule ? row : null),
    }),
    origin: t.expose('origin', { type: OriginEnum, description: 'Through which surface it was made.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const WorkflowFilter = builder.inputType('WorkflowFilter', {
  fields: (t) => ({
    isActive: t.boolean({ description: 'Only those that can, or cannot, be executed.' }),
    origins: t.field({ type: [OriginEnum], description: 'Only those that were made through one of these.' }),
  }),
});

builder.queryFields((t) => ({
  workflow: t.field({
    type: WorkflowType,
    nullable: true,
    description: "One of the viewer's workflows.",
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => workflow(context, localId('Workflow', id)),
  }),
  workflows: t.connection({
    type: WorkflowType,
    nullable: true,
    description: "The viewer's workflows, newest first. `first` or `last`: 1 to 100, default 20.",
    complexity: pageCost,
    args: { ...pageArguments, filter: t.arg({ type: WorkflowFilter }) },
    resolve: (_root, { filter, ...page }, context) => workflows(context, page, filter),
  }),
}));
