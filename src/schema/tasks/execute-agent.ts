import { createTask } from '../../resolvers/tasks/task.ts';
import { builder } from '../builder/builder.ts';
import { localId, optionalId } from '../builder/global-id.ts';
import { PromptParametersInput } from '../runs/prompt-parameters.ts';
import { startTimeFields } from '../runs/start-times.ts';
import { newTaskPayload } from './new-task-payload.ts';

const ExecuteAgentInput = builder.inputType('ExecuteAgentInput', {
  description: 'Without `model` and `parameters`, those of the agent are used; its limits apply in any case.',
  fields: (t) => ({
    agentId: t.id({ required: true, description: 'The agent.' }),
    prompt: t.string({ required: true, description: 'The work to be done, 1 to 1000000 characters.' }),
    type: t.string({ description: 'The type of work, a name of your choice.' }),
    model: t.string({
      description: 'A model as in `createTask`. Absent: the model of the agent, or a chosen one.',
    }),
    parameters: t.field({
      type: PromptParametersInput,
      description: 'Sampling settings; they override those of the agent.',
    }),
    costLimit: t.float({
      description: 'Maximum cost in US dollars; the limit of the agent applies as well.',
    }),
    maxIterations: t.int({
      description: 'Maximum number of model turns, 1 to 1000; the limit of the agent applies as well.',
    }),
    sessionId: t.id({ description: 'The session of the task; the agent works in its folder.' }),
    priority: t.int({ description: '1 to 10; higher numbers run first. Default 5.' }),
    tags: t.stringList({
      description: 'At most 20 tags of 1 to 64 characters. Lists of runs can be filtered by them.',
    }),
    metadata: t.field({
      type: 'JSON',
      description: 'A JSON object of at most 16000 characters, stored with the run and returned unchanged.',
    }),
    ...startTimeFields(t, 'task'),
    idempotencyKey: t.string({
      description: 'Repeating the same request with the same key returns the same task.',
    }),
  }),
});

const ExecuteAgentPayload = newTaskPayload('ExecuteAgentPayload', 'A task for an agent.', 'The new task.');

builder.mutationField('executeAgent', (t) =>
  t.field({
    type: ExecuteAgentPayload,
    nullable: true,
    description:
      'Creates a task for an agent, as `createTask` does with the kind AGENT. Follow it with `taskEvents`.',
    args: { input: t.arg({ type: ExecuteAgentInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const agentId = localId('Agent', input.agentId, 'input.agentId');
      const sessionId = optionalId('Session', input.sessionId, 'input.sessionId');
      return { task: await createTask(context, { ...input, kind: 'agent', agentId, sessionId }) };
    },
  }),
);
