import { createTask } from '../../resolvers/tasks/task.ts';
import type { TaskRow } from '../../store/tasks/tasks.ts';
import { builder } from '../builder/builder.ts';
import { localId } from '../builder/global-id.ts';
import { PromptParametersInput } from '../runs/prompt-parameters.ts';
import { TaskType } from './task.ts';

const ExecuteAgentInput = builder.inputType('ExecuteAgentInput', {
  fields: (t) => ({
    agentId: t.id({ required: true, description: 'The agent.' }),
    prompt: t.string({ required: true, description: 'What it is to do, 1 to 1000000 characters.' }),
    type: t.string({ description: 'What kind of work it is, in a word of your own.' }),
    model: t.string({ description: "As in `createTask`. Absent: the agent's, else chosen." }),
    parameters: t.field({ type: PromptParametersInput, description: "Over the agent's own." }),
    maxCost: t.float({ description: "US dollars; the agent's own limit holds as well." }),
    maxIterations: t.int({
      description: "Turns of its model, 1 to 1000; the agent's own limit holds as well.",
    }),
    sessionId: t.id({ description: 'The session that it belongs to, in whose folder the agent works.' }),
    priority: t.int({ description: '1 to 10; a higher number runs first. Absent: 5.' }),
    idempotencyKey: t.string({ description: 'Equal requests with one key make one task.' }),
  }),
});

const ExecuteAgentPayload = builder.objectRef<{ task: TaskRow }>('ExecuteAgentPayload').implement({
  description: 'An agent at work.',
  fields: (t) => ({ task: t.expose('task', { type: TaskType, description: 'The fresh task.' }) }),
});

builder.mutationField('executeAgent', (t) =>
  t.field({
    type: ExecuteAgentPayload,
    nullable: true,
    description: 'Gives an agent a task: `createTask` with the kind AGENT. Follow it with `taskEvents`.',
    args: { input: t.arg({ type: ExecuteAgentInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const agentId = localId('Agent', input.agentId, 'input.agentId');
      const sessionId = input.sessionId && localId('Session', input.sessionId, 'input.sessionId');
      return { task: await createTask(context, { ...input, kind: 'agent', agentId, sessionId }) };
    },
  }),
);
