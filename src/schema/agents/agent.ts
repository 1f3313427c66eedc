import { agent, agents } from '../../resolvers/agents/agent.ts';
import type { AgentLimits } from '../../rules/agents/agent.ts';
import { agentCondition } from '../../rules/agents/condition.ts';
import type { AgentRow } from '../../store/agents/agents.ts';
import type { AgentReport } from '../../store/agents/reports.ts';
import { builder } from '../builder/builder.ts';
import {
  AgentConditionEnum,
  AgentStatusEnum,
  OriginEnum,
  ProviderEnum,
  ToolNameEnum,
} from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { pageCost } from '../builder/page-cost.ts';
import { PromptParametersType } from '../runs/prompt-parameters.ts';
import { RunErrorType } from '../runs/run-error.ts';

const AgentLimitsType = builder.objectRef<AgentLimits>('AgentLimits').implement({
  description: 'What each task of an agent may take; null: no limit of its own.',
  fields: (t) => ({
    maxIterations: t.exposeInt('maxIterations', {
      nullable: true,
      description: 'Turns of its model; null: 50.',
    }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', {
      nullable: true,
      description: 'Seconds from its start, without the time in which it waits for a person.',
    }),
    maxCost: t.exposeFloat('maxCost', { nullable: true, description: 'US dollars.' }),
  }),
});

const AgentHealthType = builder.objectRef<AgentReport>('AgentHealth').implement({
  description:
    "What the viewer's tasks say about an agent: those that are at work now, and the last 50 that ended by themselves.",
  fields: (t) => ({
    condition: t.field({
      type: AgentConditionEnum,
      description: 'In one word.',
      resolve: ({ succeeded, finished }) => agentCondition(succeeded, finished),
    }),
    runningTasks: t.exposeInt('running', { description: 'Tasks that a worker carries out right now.' }),
    waitingTasks: t.exposeInt('waiting', { description: 'Tasks that wait for a person.' }),
    finishedTasks: t.exposeInt('finished', { description: 'How many ended by themselves, 50 at most.' }),
    successRate: t.float({
      nullable: true,
      description:
        'The share of them in which the agent did what it was asked, 0 to 1; null: there are none.',
      resolve: ({ succeeded, finished }) => (finished === 0 ? null : succeeded / finished),
    }),
    averageDurationMs: t.exposeFloat('averageDurationMs', {
      nullable: true,
      description: 'Milliseconds from start to end, the time that they waited for a person with them.',
    }),
    lastFinishedAt: t.expose('lastFinishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last of them ended.',
    }),
    lastError: t.expose('lastError', {
      type: RunErrorType,
      nullable: true,
      description: 'Why the last one failed that did.',
    }),
  }),
});

export const AgentType = builder.objectRef<AgentRow>('Agent');
builder.node(AgentType, {
  description: 'A named configuration of a model at work with tools.',
  id: { description: 'For every argument that asks for an agent.', resolve: ({ id }) => id },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'systemPrompt' in value,
  loadWithoutCache: (id, context) => agent(context, id),
  fields: (t) => ({
    name: t.exposeString('name', { description: 'For people.' }),
    type: t.exposeString('type', {
      description: 'The type of the tasks that it is for; `general` is for any that no other agent is for.',
    }),
    description: t.exposeString('description', { description: 'What it does, for people.' }),
    capabilities: t.stringList({
      description: 'What it can do, in words.',
      resolve: ({ capabilities }) => [...capabilities],
    }),
    provider: t.field({
      type: ProviderEnum,
      nullable: true,
      description: 'Who serves its model.',
      resolve: (row) => row.provider as never,
    }),
    model: t.exposeString('model', {
      nullable: true,
      description: "Its model's id; null: chosen for each task.",
    }),
    systemPrompt: t.exposeString('systemPrompt', {
      nullable: true,
      description: 'What its model is told about its work.',
    }),
    tools: t.field({
      type: [ToolNameEnum],
      description: 'What it may work with.',
      resolve: ({ tools }) => [...tools],
    }),
    parameters: t.expose('parameters', { type: PromptParametersType, description: 'Sampling settings.' }),
    limits: t.expose('limits', { type: AgentLimitsType, description: 'What each of its tasks may take.' }),
    isActive: t.exposeBoolean('isActive', { description: 'Whether it is given tasks.' }),
    isBuiltIn: t.boolean({
      description: "Whether it is everybody's to read and to use, and an admin's to change.",
      resolve: ({ ownerId }) => ownerId === null,
    }),
    status: t.field({
      type: AgentStatusEnum,
      description: "Whether it is at work on one of the viewer's tasks.",
      resolve: async ({ id, isActive }, _arguments, { loaders }) =>
        (await loaders.agentReports.load(id)).running > 0 ? 'busy' : isActive ? 'idle' : 'inactive',
    }),
    health: t.field({
      type: AgentHealthType,
      description: "What the viewer's tasks say about it.",
      resolve: ({ id }, _arguments, { loaders }) => loaders.agentReports.load(id),
    }),
    origin: t.expose('origin', { type: OriginEnum, description: 'Through which surface it was made.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const AgentFilter = builder.inputType('AgentFilter', {
  fields: (t) => ({
    type: t.string({ description: 'Only agents for tasks of this type.' }),
    isActive: t.boolean({ description: 'Only agents that are, or are not, given tasks.' }),
    origins: t.field({
      type: [OriginEnum],
      description: 'Only agents that were made through one of these; built-in ones count as GRAPHQL.',
    }),
  }),
});

builder.queryFields((t) => ({
  agent: t.field({
    type: AgentType,
    nullable: true,
    description: "One of the viewer's agents, or a built-in one.",
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => agent(context, localId('Agent', id)),
  }),
  agents: t.connection({
    type: AgentType,
    nullable: true,
    description:
      "The viewer's agents and those that are built in, newest first. `first` or `last`: 1 to 100, default 20.",
    complexity: pageCost,
    args: { ...pageArguments, filter: t.arg({ type: AgentFilter }) },
    resolve: (_root, { filter, ...page }, context) => agents(context, page, filter),
  }),
}));
