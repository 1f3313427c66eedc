import type { GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import { tasks } from '../../resolvers/tasks/list-tasks.ts';
import { task } from '../../resolvers/tasks/task.ts';
import type { TaskRow } from '../../store/tasks/tasks.ts';
import { AgentType } from '../agents/agent.ts';
import { ArtifactType } from '../artifacts/artifact.ts';
import { builder } from '../builder/builder.ts';
import { ProviderEnum } from '../builder/enums.ts';
import { globalId, localId } from '../builder/global-id.ts';
import { mentionedFields } from '../builder/mentioned-fields.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { pageCost } from '../builder/page-cost.ts';
import { ModelCallType } from '../runs/model-call.ts';
import { PlanType } from '../runs/plan.ts';
import { PromptParametersType } from '../runs/prompt-parameters.ts';
import { ResourceUsageType } from '../runs/resource-usage.ts';
import { RunInterface } from '../runs/run.ts';
import { TaskKindEnum } from '../runs/task-enums.ts';
import { ToolCallType } from '../runs/tool-call.ts';
import { localTaskFilter, TaskFilter } from './task-filter.ts';
import { TaskPredictionType } from './task-prediction.ts';

export const TaskType = builder.objectRef<TaskRow>('Task');
builder.node(TaskType, {
  interfaces: [RunInterface],
  description: 'One piece of AI work.',
  id: { description: 'For every argument that asks for a task.', resolve: ({ id }) => id },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'fallbackModels' in value,
  loadWithoutCache: (id, context) => task(context, id),
  fields: (t) => ({
    kind: t.expose('kind', { type: TaskKindEnum, description: 'How it is carried out.' }),
    type: t.exposeString('type', {
      nullable: true,
      description: 'What kind of work it is, in the word of whoever made it.',
    }),
    title: t.exposeString('title', { nullable: true, description: 'What it is about, for people.' }),
    description: t.exposeString('description', { nullable: true, description: 'The same at length.' }),
    target: t.exposeString('target', {
      nullable: true,
      description: 'What the work is done on: a host, a repository, a file.',
    }),
    context: t.expose('context', {
      type: 'JSON',
      nullable: true,
      description: 'What is to be known about it, an object.',
    }),
    taskParameters: t.expose('taskParameters', {
      type: 'JSON',
      nullable: true,
      description: 'Free parameters of the work, an object, as they were given.',
    }),
    prompt: t.exposeString('prompt', {
      description:
        'What the model is asked: as it was given, or composed of title, description, target, taskParameters and context; empty for a template.',
    }),
    system: t.exposeString('system', { nullable: true, description: 'The system prompt.' }),
    parameters: t.expose('parameters', { type: PromptParametersType, description: 'Sampling settings.' }),
    model: t.exposeString('model', {
      nullable: true,
      description: "The model's id, as the provider is sent it; null: a template that asks none.",
    }),
    provider: t.field({
      type: ProviderEnum,
      nullable: true,
      description: 'Who serves it.',
      resolve: (row) => row.provider as never,
    }),
    fallbackModels: t.stringList({
      description: 'Models, as `provider/model`, that are asked in this order when the one before fails.',
      resolve: ({ fallbackModels }) => fallbackModels.map(({ provider, model }) => `${provider}/${model}`),
    }),
    responseSchema: t.expose('responseSchema', {
      type: 'JSON',
      nullable: true,
      description: 'The JSON Schema that the answer has to meet.',
    }),
    templateName: t.exposeString('templateName', {
      nullable: true,
      description: 'The template that it was made from.',
    }),
    templateVersion: t.exposeInt('templateVersion', {
      nullable: true,
      description: 'The version of the template, which it keeps.',
    }),
    templateParameters: t.expose('templateParameters', {
      type: 'JSON',
      nullable: true,
      description: 'What the parameters of the template are; secrets are left out.',
    }),
    resourceUsage: t.field({
      type: ResourceUsageType,
      nullable: true,
      description: 'What its OLLAMA_GENERATE steps used; null: it has none that is done.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.resourceUsage.load(id),
    }),
    threadId: t.id({
      nullable: true,
      description: 'The conversation that it is a turn of.',
      resolve: ({ threadId }) => threadId && globalId('Thread', threadId),
    }),
    dependsOn: t.field({
      type: [TaskType],
      description: 'Tasks that have to complete first, oldest first.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.dependencies.load(id),
    }),
    agent: t.field({
      type: AgentType,
      nullable: true,
      description: 'Who does it, when its kind is AGENT; null, when that agent is no more.',
      resolve: ({ agentId }, _arguments, { loaders }) =>
        agentId === null ? null : loaders.agents.load(agentId),
    }),
    assignedAgents: t.field({
      type: [AgentType],
      description: 'All who do it: its `agent`, or nobody.',
      complexity: { field: 1, multiplier: 1 },
      resolve: async ({ agentId }, _arguments, { loaders }) => {
        const agent = agentId === null ? null : await loaders.agents.load(agentId);
        return agent ? [agent] : [];
      },
    }),
    plan: t.expose('plan', { type: PlanType, description: 'What its agent means to do.' }),
    workingDirectory: t.exposeString('workingDirectory', {
      nullable: true,
      description: 'Where its agent works, on the machine of its worker; null until it is started.',
    }),
    iterations: t.int({
      description: "Turns that its agent's model has begun; at least 1 once it has run.",
      resolve: ({ iterations, attempt }) => Math.max(iterations, attempt > 0 ? 1 : 0),
    }),
    toolCalls: t.field({
      type: [ToolCallType],
      description: 'The last 100 tools that its agent called, in order; its events have all of them.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.toolCalls.load(id),
    }),
    prediction: t.expose('prediction', {
      type: TaskPredictionType,
      nullable: true,
      description: 'What was expected of it when it was made, if that was asked for with `predict`.',
    }),
    result: t.expose('result', {
      type: 'JSON',
      nullable: true,
      description:
        'When completed: `output`, the whole text, with `model`, `provider` and `finishReason`; for a template with `steps`, of an agent with `success` and `summary`.',
    }),
    modelCalls: t.field({
      type: [ModelCallType],
      description: 'Its requests to providers, oldest first.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.modelCalls.load(id),
    }),
    artifacts: t.field({
      type: [ArtifactType],
      description: 'The files that it left, oldest first.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.artifacts.load(id),
    }),
  }),
});

const CURSORS = ['cursor', 'startCursor', 'endCursor'];

/** Columns that a list has to read: those of the fields' own names, unless a field declares others in its extensions. */
function listedColumns(info: GraphQLResolveInfo): ReadonlySet<string> {
  const fields = mentionedFields(info);
  const declared = (info.schema.getType('Task') as GraphQLObjectType).getFields();
  const columns = [...fields].flatMap((name) => declared[name]?.extensions.columns ?? [name]);
  return new Set(CURSORS.some((name) => fields.has(name)) ? [...columns, 'createdAtText'] : columns);
}

builder.queryFields((t) => ({
  task: t.field({
    type: TaskType,
    nullable: true,
    description: "One of the viewer's tasks.",
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => task(context, localId('Task', id)),
  }),
  tasks: t.connection({
    type: TaskType,
    nullable: true,
    description: "The viewer's tasks, newest first. `first` or `last`: 1 to 100, default 20.",
    complexity: pageCost,
    args: { ...pageArguments, filter: t.arg({ type: TaskFilter }) },
    resolve: (_root, { filter, ...page }, context, info) =>
      tasks(context, page, localTaskFilter(filter), listedColumns(info)),
  }),
}));
