import { createAgent, deleteAgent, updateAgent } from '../../resolvers/agents/agent.ts';
import type { AgentRow } from '../../store/agents/agents.ts';
import { builder } from '../builder/builder.ts';
import { ToolNameEnum } from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';
import { PromptParametersInput } from '../runs/prompt-parameters.ts';
import { AgentType } from './agent.ts';

const AgentLimitsInput = builder.inputType('AgentLimitsInput', {
  description: 'What each task of an agent may take; absent: no limit of its own.',
  fields: (t) => ({
    maxIterations: t.int({ description: 'Turns of its model, 1 to 1000. Absent: 50.' }),
    timeoutSeconds: t.int({
      description: 'Seconds from its start, 1 to 86400, without the time in which it waits for a person.',
    }),
    maxCost: t.float({ description: 'US dollars.' }),
  }),
});

const CreateAgentInput = builder.inputType('CreateAgentInput', {
  fields: (t) => ({
    name: t.string({ required: true, description: 'For people; 1 to 200 characters.' }),
    type: t.string({
      description:
        'The type of the tasks that it is for. Absent: `custom`, and it is given the tasks that name it; `general`: any that no other is for.',
    }),
    description: t.string({ description: 'What it does, for people; at most 10000 characters.' }),
    capabilities: t.stringList({ description: 'What it can do, in at most 50 words.' }),
    model: t.string({ description: 'As in `createTask`. Absent: chosen for each task.' }),
    systemPrompt: t.string({ description: 'What its model is told about its work.' }),
    tools: t.field({
      type: [ToolNameEnum],
      description: 'What it may work with. Absent: all; empty: nothing.',
    }),
    parameters: t.field({ type: PromptParametersInput, description: 'Sampling settings.' }),
    limits: t.field({ type: AgentLimitsInput, description: 'What each of its tasks may take.' }),
    isActive: t.boolean({ description: 'Absent: true.' }),
  }),
});

const UpdateAgentInput = builder.inputType('UpdateAgentInput', {
  description: 'What is absent stays as it is.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The agent.' }),
    name: t.string({ description: 'For people; 1 to 200 characters.' }),
    type: t.string({ description: 'The type of the tasks that it is for.' }),
    description: t.string({ description: 'What it does, for people.' }),
    capabilities: t.stringList({ description: 'What it can do, in words.' }),
    model: t.string({ description: 'As in `createTask`; null: chosen for each task.' }),
    systemPrompt: t.string({ description: 'What its model is told about its work; null: nothing.' }),
    tools: t.field({ type: [ToolNameEnum], description: 'What it may work with.' }),
    parameters: t.field({ type: PromptParametersInput, description: 'All sampling settings anew.' }),
    limits: t.field({ type: AgentLimitsInput, description: 'All limits anew.' }),
    isActive: t.boolean({ description: 'Whether it is given tasks.' }),
  }),
});

const DeleteAgentInput = builder.inputType('DeleteAgentInput', {
  fields: (t) => ({ id: t.id({ required: true, description: 'The agent.' }) }),
});

function payload(name: string, description: string) {
  return builder.objectRef<{ agent: AgentRow }>(name).implement({
    description,
    fields: (t) => ({
      agent: t.expose('agent', { type: AgentType, description: 'The agent, as it is now.' }),
    }),
  });
}

const CreateAgentPayload = payload('CreateAgentPayload', 'A fresh agent.');
const UpdateAgentPayload = payload('UpdateAgentPayload', 'A changed agent.');

const DeleteAgentPayload = builder.objectRef<{ deletedId: string }>('DeleteAgentPayload').implement({
  description: 'An agent that is no more.',
  fields: (t) => ({
    deletedId: t.id({ description: 'The id that it had.', resolve: ({ deletedId }) => deletedId }),
  }),
});

builder.mutationFields((t) => ({
  createAgent: t.field({
    type: CreateAgentPayload,
    nullable: true,
    description: 'Makes an agent of your own.',
    args: { input: t.arg({ type: CreateAgentInput, required: true }) },
    resolve: async (_root, { input }, context) => ({ agent: await createAgent(context, input) }),
  }),
  updateAgent: t.field({
    type: UpdateAgentPayload,
    nullable: true,
    description:
      "Changes an agent; a built-in one is an admin's to change. Tasks that are there stay as they are.",
    args: { input: t.arg({ type: UpdateAgentInput, required: true }) },
    resolve: async (_root, { input: { id, ...input } }, context) => ({
      agent: await updateAgent(context, localId('Agent', id, 'input.id'), input),
    }),
  }),
  deleteAgent: t.field({
    type: DeleteAgentPayload,
    nullable: true,
    description: 'Takes an agent away. Its tasks stay, and those that are not finished go on.',
    args: { input: t.arg({ type: DeleteAgentInput, required: true }) },
    resolve: async (_root, { input: { id } }, context) => {
      await deleteAgent(context, localId('Agent', id, 'input.id'));
      return { deletedId: id };
    },
  }),
}));
