import { z } from 'zod';
import type { DialectDocument } from '../definitions/documentation.ts';

const PARAMETERS = { model: 'llama3.1:8b', prompt: 'Explain quantum computing in simple terms' };

const BRIEF = {
  id: 'task-uuid-1',
  status: 'completed',
  priority: 5,
  created_at: '2025-08-09T10:30:00Z',
  completed_at: '2025-08-09T10:45:00Z',
  template: 'ollama-inference',
};

const INFERENCE = {
  name: 'ollama-inference',
  description: 'Run inference with specified model and prompt',
  parameters: [
    { name: 'model', type: 'string', required: true, description: 'Ollama model name' },
    { name: 'prompt', type: 'string', required: true, description: 'Prompt for the model' },
    { name: 'system_prompt', type: 'string', required: false, description: 'Optional system prompt' },
  ],
};

export const aiTaskOrchestraDocument = {
  introduction:
    'Send an API key as `X-API-Key`; tokens of a login are accepted, too. What is unknown is absent in responses rather than null. A valid request that cannot be fulfilled, such as one for a task in another state, is 400.',
  credentials: ['apiKey', 'token'],
  error: z.object({ detail: z.string() }),
  operations: {
    'POST /api/v1/tasks': {
      summary: 'Create a task',
      description:
        'Queues a task from a template. It starts when the tasks in `depends_on` have completed. Parameters that are null count as omitted. An unknown template or dependency is 404.',
      request: {
        name: 'NewTask',
        example: {
          template: 'ollama-inference',
          parameters: PARAMETERS,
          priority: 5,
          depends_on: ['task-id-1', 'task-id-2'],
        },
        fields: {
          template: { minLength: 1, maxLength: 200, description: 'The name of the template.' },
          parameters: { description: 'Values for the parameters of the template.' },
          priority: { minimum: 1, maximum: 10, default: 5 },
          depends_on: { maxItems: 100, description: 'Ids of tasks that have to complete first.' },
        },
      },
      response: {
        name: 'CreatedTask',
        example: {
          id: 'task-uuid',
          status: 'queued',
          priority: 5,
          created_at: '2025-08-09T10:30:00Z',
          template: 'ollama-inference',
          parameters: PARAMETERS,
          depends_on: [],
        },
      },
    },
    'GET /api/v1/tasks': {
      summary: 'List tasks',
      description:
        'Tasks that were created from a template, here or by GraphQL, newest first. Two filters select what matches both.',
      query: { template: { description: 'Only those of the template with this name.' } },
      response: { name: 'ListedTask', example: BRIEF },
    },
    'GET /api/v1/tasks/status': {
      summary: 'List tasks by their status',
      description: 'At most 100 tasks of each status, the newest first.',
      response: {
        name: 'TasksByStatus',
        example: {
          queued: [
            {
              id: 'task-uuid-2',
              status: 'queued',
              priority: 8,
              created_at: '2025-08-09T10:40:00Z',
              template: 'git-script-execution',
            },
          ],
          running: [
            {
              id: 'task-uuid-3',
              status: 'running',
              priority: 5,
              created_at: '2025-08-09T10:50:00Z',
              started_at: '2025-08-09T10:51:00Z',
              template: 'ollama-inference',
            },
          ],
          completed: [{ ...BRIEF, started_at: '2025-08-09T10:32:00Z' }],
          failed: [],
          cancelled: [],
        },
      },
    },
    'GET /api/v1/tasks/{task_id}': {
      summary: 'Read a task',
      description:
        'The task with its result. A failed task has `{"error": …}` as its result. Secret parameters are never shown. A task without a template has the template null, and its prompt and model as parameters.',
      response: {
        name: 'Task',
        example: {
          id: 'task-uuid',
          status: 'completed',
          priority: 5,
          created_at: '2025-08-09T10:30:00Z',
          started_at: '2025-08-09T10:32:00Z',
          completed_at: '2025-08-09T10:45:00Z',
          template: 'ollama-inference',
          parameters: { model: 'llama3.1:8b', prompt: 'Example prompt' },
          result: { output: 'Example output from the model' },
          resource_usage: { model_name: 'llama3.1:8b', inference_time_seconds: 45.2, memory_used_gb: 8.1 },
        },
      },
    },
    'PATCH /api/v1/tasks/{task_id}/priority': {
      summary: 'Change the priority of a task',
      description:
        'Tasks with a higher priority start first. A task that a worker has already taken is refused with 400.',
      response: { name: 'TaskPriority', example: { id: 'task-uuid', priority: 8, status: 'queued' } },
    },
    'DELETE /api/v1/tasks/{task_id}': {
      summary: 'Cancel a task',
      description:
        'Ends the task; it stays readable as cancelled. Cancelling a cancelled task is 204 again, and one that ended otherwise is 400.',
    },
    'GET /api/v1/templates': {
      summary: 'List templates',
      description:
        'All active templates, newest first. `limit` and `offset` are additions to the document. The type of a list parameter is `array`.',
      response: { name: 'Template', example: INFERENCE },
    },
    'GET /api/v1/templates/{template_name}': {
      summary: 'Read a template',
      description:
        'The template with its steps; if there are several, each has an `id`, by which later steps refer to it. Inactive templates can be read, too.',
      response: {
        name: 'TemplateWithSteps',
        example: {
          ...INFERENCE,
          steps: [
            {
              type: 'ollama_generate',
              model: '{{model}}',
              prompt: '{{prompt}}',
              system: '{{system_prompt}}',
            },
          ],
        },
      },
    },
    'POST /api/v1/templates/validate': {
      summary: 'Validate parameters for a template',
      description:
        'Creates nothing. Parameters that the template does not have count as invalid. The reasons are in the 422 of `POST /tasks`.',
      query: { template_name: { minLength: 1, maxLength: 200, description: 'The name of the template.' } },
      request: { name: 'TemplateParameters', example: PARAMETERS },
      response: {
        name: 'Validation',
        example: { valid: true, missing_parameters: [], invalid_parameters: [] },
      },
    },
  },
} satisfies DialectDocument;
