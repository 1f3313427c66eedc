import type { GraphQLResolveInfo } from 'graphql';
import type { RunError } from '../errors.ts';
import { task } from '../resolvers/task.ts';
import { tasks } from '../resolvers/tasks.ts';
import type { PromptParameters } from '../rules/task.ts';
import type { SpendRow } from '../store/model-call-reports.ts';
import type { TaskRow } from '../store/tasks.ts';
import { BudgetType } from './budget.ts';
import { builder } from './builder.ts';
import { ProviderEnum, RunErrorCodeEnum, RunStatusEnum, TaskKindEnum } from './enums.ts';
import { globalId, localId } from './global-id.ts';
import { mentionedFields } from './mentioned-fields.ts';
import { ModelCallType } from './model-call.ts';
import { pageCost } from './page-cost.ts';

export const RunErrorType = builder.objectRef<RunError>('RunError').implement({
  description: 'Why a run failed.',
  fields: (t) => ({
    code: t.expose('code', { type: RunErrorCodeEnum, description: 'For programs.' }),
    message: t.exposeString('message', { description: 'For people.' }),
  }),
});

export const UsageType = builder
  .objectRef<Pick<SpendRow, 'inputTokens' | 'outputTokens'>>('Usage')
  .implement({
    description: 'Tokens of all model calls of a run, as far as the providers told.',
    // Sums outgrow GraphQL's Int of 32 bits.
    fields: (t) => ({
      inputTokens: t.exposeFloat('inputTokens', { description: 'Tokens sent.' }),
      outputTokens: t.exposeFloat('outputTokens', { description: 'Tokens generated.' }),
    }),
  });

export const PromptParametersType = builder.objectRef<PromptParameters>('PromptParameters').implement({
  description: "Sampling settings; null ones are the provider's defaults.",
  fields: (t) => ({
    temperature: t.exposeFloat('temperature', { nullable: true, description: '0 to 2.' }),
    topP: t.exposeFloat('topP', { nullable: true, description: '0 to 1.' }),
    maxTokens: t.exposeInt('maxTokens', { nullable: true, description: 'The most tokens to generate.' }),
    stop: t.exposeStringList('stop', { nullable: true, description: 'Texts before which the model stops.' }),
    seed: t.exposeInt('seed', { nullable: true, description: 'For answers that can be repeated.' }),
  }),
});

export const NO_SPEND = { cost: 0, costComplete: true, inputTokens: 0, outputTokens: 0 };

export const TaskType = builder.objectRef<TaskRow>('Task');
builder.node(TaskType, {
  description: 'One piece of AI work.',
  id: { description: 'For every argument that asks for a task.', resolve: ({ id }) => id },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'prompt' in value,
  loadWithoutCache: (id, context) => task(context, id),
  fields: (t) => ({
    kind: t.expose('kind', { type: TaskKindEnum, description: 'How it is carried out.' }),
    status: t.expose('status', { type: RunStatusEnum, description: 'Where it stands.' }),
    prompt: t.exposeString('prompt', { description: 'What the model is asked.' }),
    system: t.exposeString('system', { nullable: true, description: 'The system prompt.' }),
    parameters: t.expose('parameters', { type: PromptParametersType, description: 'Sampling settings.' }),
    model: t.exposeString('model', { description: "The model's id, as the provider is sent it." }),
    provider: t.field({
      type: ProviderEnum,
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
    threadId: t.id({
      nullable: true,
      description: 'The conversation that it is a turn of.',
      resolve: ({ threadId }) => threadId && globalId('Thread', threadId),
    }),
    budget: t.field({
      type: BudgetType,
      nullable: true,
      description: 'Its own cost limit, when it was made with `maxCost`.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.budgets.load(id),
    }),
    dependsOn: t.field({
      type: [TaskType],
      description: 'Tasks that have to complete first, oldest first.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.dependencies.load(id),
    }),
    priority: t.exposeInt('priority', { description: '1 to 10; a higher number runs first.' }),
    progress: t.exposeFloat('progress', { description: '0 to 1; never falls.' }),
    attempt: t.exposeInt('attempt', {
      description: '0 until it is first started; rises with every restart of its text.',
    }),
    result: t.expose('result', {
      type: 'JSON',
      nullable: true,
      description: 'When completed: `output`, the whole text, with `model`, `provider` and `finishReason`.',
    }),
    error: t.expose('error', { type: RunErrorType, nullable: true, description: 'When failed: why.' }),
    cancelReason: t.exposeString('cancelReason', {
      nullable: true,
      description: 'When cancelled: the given reason.',
    }),
    cost: t.float({
      description: 'US dollars: the sum of all calls whose cost is known.',
      resolve: async ({ id }, _arguments, { loaders }) => ((await loaders.spend.load(id)) ?? NO_SPEND).cost,
    }),
    costComplete: t.boolean({
      description: 'Whether the cost of every call is known and in `cost`.',
      resolve: async ({ id }, _arguments, { loaders }) =>
        ((await loaders.spend.load(id)) ?? NO_SPEND).costComplete,
    }),
    usage: t.field({
      type: UsageType,
      description: 'Tokens of all its calls.',
      resolve: async ({ id }, _arguments, { loaders }) => (await loaders.spend.load(id)) ?? NO_SPEND,
    }),
    modelCalls: t.field({
      type: [ModelCallType],
      description: 'Its requests to providers, oldest first.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.modelCalls.load(id),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When its status, or what it asks for, last changed.',
    }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was first started.',
    }),
    completedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended, in whatever way.',
    }),
  }),
});

const TaskFilter = builder.inputType('TaskFilter', {
  fields: (t) => ({
    status: t.field({ type: RunStatusEnum, description: 'Only tasks that stand there.' }),
    threadId: t.id({ description: 'Only turns of this conversation.' }),
    executionId: t.id({
      description: 'The tasks of this execution; without it, only tasks that are no part of one.',
    }),
  }),
});

function localFilter(filter: typeof TaskFilter.$inferInput | null | undefined) {
  const threadId = filter?.threadId ? localId('Thread', filter.threadId, 'filter.threadId') : null;
  const executionId = filter?.executionId
    ? localId('Execution', filter.executionId, 'filter.executionId')
    : null;
  return { status: filter?.status, threadId, executionId };
}

const CURSORS = ['cursor', 'startCursor', 'endCursor'];

/** Columns have the names of their fields. */
function listedColumns(info: GraphQLResolveInfo): ReadonlySet<string> {
  const fields = mentionedFields(info);
  return CURSORS.some((name) => fields.has(name)) ? new Set([...fields, 'createdAtText']) : fields;
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
    args: { filter: t.arg({ type: TaskFilter }) },
    resolve: (_root, { filter, ...page }, context, info) =>
      tasks(context, page, localFilter(filter), listedColumns(info)),
  }),
}));
