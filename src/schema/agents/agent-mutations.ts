import { createAgent, deleteAgent, updateAgent } from '../../resolvers/agents/agent.ts';
import type { AgentRow } from '../../store/agents/agents.ts';
import { builder } from '../builder/builder.ts';
import { deletedPayload } from '../builder/deleted-payload.ts';
import { ToolNameEnum } from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';
import { idInput } from '../builder/id-input.ts';
import { PromptParametersInput } from '../runs/prompt-parameters.ts';
import { AgentType } from './agent.ts';

const AgentLimitsInput = builder.inputType('AgentLimitsInput', {
  description: 'Limits for each task of an agent; absent: no limit of the agent.',
  fields: (t) => ({
    maxIterations: t.int({ description: 'Maximum number of model turns, 1 to 1000. Default 50.' }),
    timeoutSeconds: t.int({
      description: 'Maximum seconds from its start, 1 to 86400, not counting time spent waiting for input.',
    }),
    costLimit: t.float({ description: 'Maximum cost in US dollars.' }),
  }),
});

const CreateAgentInput = builder.inputType('CreateAgentInput', {
  description: 'Only `name` is required; without a `type`, the agent handles only tasks that name it.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Display name, 1 to 200 characters.' }),
    type: t.string({
      description:
        'The type of tasks that the agent handles. `general` handles types for which there is no other agent. Default `custom`: it handles only tasks that name the agent.',
    }),
    description: t.string({ description: 'A description, at most 10000 characters.' }),
    capabilities: t.stringList({ description: 'What it can do: at most 50 keywords.' }),
    model: t.string({ description: 'A model as in `createTask`. Absent: chosen for each task.' }),
    systemPrompt: t.string({ description: 'Instructions for its model.' }),
    tools: t.field({
      type: [ToolNameEnum],
      description: 'The tools it may use. Absent: all; empty: none.',
    }),
    parameters: t.field({ type: PromptParametersInput, description: 'Sampling settings.' }),
    limits: t.field({ type: AgentLimitsInput, description: 'Limits for each of its tasks.' }),
    isActive: t.boolean({ description: 'Absent: true.' }),
  }),
});

const UpdateAgentInput = builder.inputType('UpdateAgentInput', {
  description: 'Omitted fields stay unchanged.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The agent.' }),
    expectedVersion: t.int({
      description:
        'The version that you have read. If the agent is at another version, nothing is changed and the error is CONFLICT, with its version in `currentVersion`. Absent: no check.',
    }),
    name: t.string({ description: 'Display name, 1 to 200 characters.' }),
    type: t.string({ description: 'The type of tasks that the agent handles.' }),
    description: t.string({ description: 'A description.' }),
    capabilities: t.stringList({ description: 'What it can do, as keywords.' }),
    model: t.string({ description: 'A model as in `createTask`; null: chosen for each task.' }),
    systemPrompt: t.string({ description: 'Instructions for its model; null removes them.' }),
    tools: t.field({ type: [ToolNameEnum], description: 'The tools it may use.' }),
    parameters: t.field({ type: PromptParametersInput, description: 'Replaces all sampling settings.' }),
    limits: t.field({ type: AgentLimitsInput, description: 'Replaces all limits.' }),
    isActive: t.boolean({ description: 'Whether it accepts tasks.' }),
  }),
});

const DeleteAgentInput = idInput(
  'DeleteAgentInput',
  'The agent.',
  'Built-in agents cannot be deleted; an admin can disable them with `isActive: false`.',
);

function payload(name: string, description: string) {
  return builder.objectRef<{ agent: AgentRow }>(name).implement({
    description,
    fields: (t) => ({
      agent: t.expose('agent', { type: AgentType, description: 'The agent after the change.' }),
    }),
  });
}

const CreateAgentPayload = payload('CreateAgentPayload', 'A new agent.');
const UpdateAgentPayload = payload('UpdateAgentPayload', 'A changed agent.');

const DeleteAgentPayload = deletedPayload('DeleteAgentPayload', 'A deleted agent.');

builder.mutationFields((t) => ({
  createAgent: t.field({
    type: CreateAgentPayload,
    nullable: true,
    description: 'Creates an agent.',
    args: { input: t.arg({ type: CreateAgentInput, required: true }) },
    resolve: async (_root, { input }, context) => ({ agent: await createAgent(context, input) }),
  }),
  updateAgent: t.field({
    type: UpdateAgentPayload,
    nullable: true,
    description: 'Updates an agent; only admins can update built-in ones. Existing tasks are not affected.',
    args: { input: t.arg({ type: UpdateAgentInput, required: true }) },
    resolve: async (_root, { input: { id, ...input } }, context) => ({
      agent: await updateAgent(context, localId('Agent', id, 'input.id'), input),
    }),
  }),
  deleteAgent: t.field({
    type: DeleteAgentPayload,
    nullable: true,
    description: 'Deletes an agent. Its tasks are kept, and unfinished ones continue.',
    args: { input: t.arg({ type: DeleteAgentInput, required: true }) },
    resolve: async (_root, { input: { id } }, context) => {
      await deleteAgent(context, localId('Agent', id, 'input.id'));
      return { deletedId: id };
    },
  }),
}));
