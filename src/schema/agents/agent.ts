import { agent, agents } from '../../resolvers/agents/agent.ts';
import type { AgentLimits } from '../../rules/agents/agent.ts';
import { agentCondition } from '../../rules/agents/condition.ts';
import type { AgentRow } from '../../store/agents/agents.ts';
import type { AgentReport } from '../../store/agents/reports.ts';
import { builder } from '../builder/builder.ts';
import { AgentConditionEnum, AgentStatusEnum, OriginEnum, ToolNameEnum } from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';
import { ProviderEnum } from '../builder/model-enums.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { pageCost } from '../builder/page-cost.ts';
import { AGENT_EVENTS } from '../events/agent-events.ts';
import { PromptParametersType } from '../runs/prompt-parameters.ts';
import { RunErrorType } from '../runs/run-error.ts';

const AgentLimitsType = builder.objectRef<AgentLimits>('AgentLimits').implement({
  description: 'Limits for each task of an agent; null: no limit of the agent.',
  fields: (t) => ({
    maxIterations: t.exposeInt('maxIterations', {
      nullable: true,
      description: 'Maximum number of model turns; null: 50.',
    }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', {
      nullable: true,
      description: 'Maximum seconds from its start, not counting time spent waiting for input.',
    }),
    costLimit: t.exposeFloat('maxCost', { nullable: true, description: 'Maximum cost in US dollars.' }),
  }),
});

const AgentHealthType = builder.objectRef<AgentReport>('AgentHealth').implement({
  description:
    "Health of an agent, from the viewer's tasks: those in progress and the last 50 that completed or failed.",
  fields: (t) => ({
    condition: t.field({
      type: AgentConditionEnum,
      description: 'Summary of its success rate.',
      resolve: ({ succeeded, finished }) => agentCondition(succeeded, finished),
    }),
    runningTasks: t.exposeInt('running', { description: 'Number of tasks that a worker is executing.' }),
    waitingTasks: t.exposeInt('waiting', { description: 'Number of tasks that wait for input.' }),
    finishedTasks: t.exposeInt('finished', {
      description: 'Number of recent tasks that completed or failed, 50 at most.',
    }),
    successRate: t.float({
      nullable: true,
      description: 'Share of recent tasks in which the agent succeeded, 0 to 1; null: there are none.',
      resolve: ({ succeeded, finished }) => (finished === 0 ? null : succeeded / finished),
    }),
    averageDurationMs: t.exposeFloat('averageDurationMs', {
      nullable: true,
      description: 'Average milliseconds from start to end, including time spent waiting for input.',
    }),
    lastFinishedAt: t.expose('lastFinishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last of them ended.',
    }),
    lastError: t.expose('lastError', {
      type: RunErrorType,
      nullable: true,
      description: 'Error of the most recent failed task.',
    }),
  }),
});

export const AgentType = builder.objectRef<AgentRow>('Agent');
builder.node(AgentType, {
  description: 'A named configuration of a model that works with tools.',
  id: {
    description: "Global id; pass it to any argument that takes an agent's id.",
    resolve: ({ id }) => id,
  },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Display name.' }),
    type: t.exposeString('type', {
      description:
        'The type of tasks that it handles; `general` handles types for which there is no other agent.',
    }),
    description: t.exposeString('description', { description: 'A description.' }),
    capabilities: t.stringList({
      description: 'What it can do, as keywords.',
      resolve: ({ capabilities }) => [...capabilities],
    }),
    provider: t.field({
      type: ProviderEnum,
      nullable: true,
      description: 'Who serves its model.',
      resolve: (row) => row.provider,
    }),
    model: t.exposeString('model', {
      nullable: true,
      description: 'Id of its model; null: chosen for each task.',
    }),
    systemPrompt: t.exposeString('systemPrompt', {
      nullable: true,
      description: 'Instructions for its model.',
    }),
    tools: t.field({
      type: [ToolNameEnum],
      description: 'The tools it may use.',
      resolve: ({ tools }) => [...tools],
    }),
    parameters: t.expose('parameters', { type: PromptParametersType, description: 'Sampling settings.' }),
    limits: t.expose('limits', { type: AgentLimitsType, description: 'Limits for each of its tasks.' }),
    version: t.exposeInt('version', { description: 'Increased by every change, from 1.' }),
    isActive: t.exposeBoolean('isActive', { description: 'Whether it accepts tasks.' }),
    isBuiltIn: t.boolean({
      description: 'Whether it is available to all accounts and only admins can change it.',
      resolve: ({ ownerId }) => ownerId === null,
    }),
    status: t.field({
      type: AgentStatusEnum,
      description: "Whether it is working on one of the viewer's tasks.",
      resolve: async ({ id, isActive }, _arguments, { loaders }) =>
        (await loaders.agentReports.load(id)).running > 0 ? 'busy' : isActive ? 'idle' : 'inactive',
    }),
    health: t.field({
      type: AgentHealthType,
      description: "Its health, from the viewer's tasks.",
      resolve: ({ id }, _arguments, { loaders }) => loaders.agentReports.load(id),
    }),
    origin: t.expose('origin', { type: OriginEnum, description: 'The API through which it was created.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

builder.objectField(AGENT_EVENTS.AgentSelected, 'agent', (t) =>
  t.field({
    type: AgentType,
    nullable: true,
    description: 'The agent in its current state; null if it has been deleted.',
    resolve: ({ data }, _arguments, { loaders }) => loaders.agents.load(data.agentId),
  }),
);

const AgentFilter = builder.inputType('AgentFilter', {
  description:
    "Matches the built-in agents as well as the viewer's own; absent and null fields match every agent.",
  fields: (t) => ({
    type: t.string({ description: 'Only agents for tasks of this type.' }),
    isActive: t.boolean({ description: 'Only agents that accept tasks, or only those that do not.' }),
    origins: t.field({
      type: [OriginEnum],
      description: 'Only agents that were created through one of these APIs; built-in ones count as GRAPHQL.',
    }),
  }),
});

const AgentConnection = builder.connectionObject(
  { type: AgentType, name: 'AgentConnection', description: 'A page of agents.' },
  { name: 'AgentEdge', description: 'An agent with its position in a list.' },
);

builder.queryFields((t) => ({
  agent: t.field({
    type: AgentType,
    nullable: true,
    description: "One of the viewer's agents, or a built-in one.",
    args: { id: t.arg.id({ required: true, description: 'The agent.' }) },
    resolve: (_root, { id }, context) => agent(context, localId('Agent', id)),
  }),
  agents: t.connection(
    {
      type: AgentType,
      nullable: true,
      description:
        "The viewer's agents and the built-in ones, newest first. `first`: 0 to 100, or `last`: 1 to 100; default 20.",
      complexity: pageCost,
      args: {
        ...pageArguments,
        filter: t.arg({
          type: AgentFilter,
          description: 'Only items that match all of its fields; null matches everything.',
        }),
      },
      resolve: (_root, { filter, ...page }, context) => agents(context, page, filter),
    },
    AgentConnection,
  ),
}));
