import { z } from 'zod';
import type { DialectDocument } from '../../definitions/documentation.ts';
import { AGENT, AGENT_RESULT, NEW_TASK, TASK } from './examples.ts';
import { agentChangeFields, agentWorkFields, newAgentFields, taskFields } from './limits.ts';
import { modelOperations } from './model-operations.ts';
import { workflowOperations } from './workflow-operations.ts';

const task = { name: 'Task', example: TASK };
const agent = { name: 'Agent', example: AGENT };
const message = { name: 'Message', example: { message: 'Task task-123 deleted successfully' } };

export const theMachineDocument = {
  introduction:
    'Send the token of a login, or an API key. What belongs to another account does not exist for yours. Invalid input and conflicts are 400, because the document has neither 409 nor 422.',
  credentials: ['token', 'apiKey'],
  error: z.object({ detail: z.string() }),
  operations: {
    'GET /api/v1/tasks': {
      summary: 'List tasks',
      description:
        'Tasks with a title, a description and one of the five types that were created here or by GraphQL, newest first. A cancelled task counts as failed.',
      response: task,
    },
    'GET /api/v1/tasks/{task_id}': {
      summary: 'Read a task',
      description:
        'Also reads tasks of other APIs: their type is `analysis` when it is none of the five, and their title is the first line of the prompt.',
      response: task,
    },
    'POST /api/v1/tasks': {
      summary: 'Create a task',
      description:
        'Queues a task for a model that suits its type, and answers at once; follow it on the socket. `context` is added to the prompt.',
      request: {
        name: 'NewTask',
        example: NEW_TASK,
        fields: { ...taskFields, priority: { default: 'medium' } },
      },
      response: task,
    },
    'PATCH /api/v1/tasks/{task_id}': {
      summary: 'Change a task',
      description:
        'Takes single members or the whole object; unchanged members have no effect. `completed` or `failed` ends a task that has not ended. The type cannot be changed.',
      request: {
        name: 'TaskChange',
        example: { title: 'Updated task title', status: 'completed' },
        fields: taskFields,
      },
      response: task,
    },
    'DELETE /api/v1/tasks/{task_id}': {
      summary: 'Delete a task',
      description: 'Deletes the task with its result. One that has not ended is cancelled first.',
      response: message,
    },
    ...modelOperations,
    'GET /api/v1/agents': {
      summary: 'List agents',
      description: 'Agents that were created here or by GraphQL, newest first.',
      response: agent,
    },
    'GET /api/v1/agents/{agent_id}': {
      summary: 'Read an agent',
      description: 'One agent, by its id.',
      response: agent,
    },
    'POST /api/v1/agents': {
      summary: 'Create an agent',
      description:
        'Only `name` is required. Without a model, one is chosen for each task. The document leaves the members open.',
      request: {
        name: 'NewAgent',
        example: { name: 'Frontend developer', type: 'code', description: 'Writes React components' },
        fields: newAgentFields,
      },
      response: agent,
    },
    'PATCH /api/v1/agents/{agent_id}': {
      summary: 'Change an agent',
      description:
        'Takes single members or the whole object. Tasks in progress keep the settings that they began with.',
      request: { name: 'AgentChange', example: { is_active: false }, fields: agentChangeFields },
      response: agent,
    },
    'DELETE /api/v1/agents/{agent_id}': {
      summary: 'Delete an agent',
      description: 'Its tasks stay readable, and unfinished ones continue.',
      response: message,
    },
    'POST /api/v1/agents/{agent_id}/execute': {
      summary: 'Execute an agent',
      description:
        'Creates a task for the agent and waits until it has ended, at the latest when the time limit of the agent has passed. If the client disconnects, the task continues; read it by its id.',
      request: {
        name: 'AgentWork',
        example: {
          task: 'Generate a React component',
          model_id: 'gpt-4o',
          parameters: { temperature: 0.7 },
        },
        fields: agentWorkFields,
      },
      response: { name: 'AgentResult', example: AGENT_RESULT },
    },
    ...workflowOperations,
  },
} satisfies DialectDocument;
