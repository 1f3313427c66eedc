import { z } from 'zod';
import type { DialectDocument } from '../definitions/documentation.ts';
import { accountOperations } from './account-documentation.ts';
import { moment } from './shapes.ts';

const SESSION = {
  id: '5b0f7f0e-6c1e-4f6f-9d43-2f4a3e2b1c10',
  name: 'Bug Fix Session',
  status: 'active',
  working_directory: '/path/to/project',
  created_at: '2024-01-01T00:00:00Z',
};

const TASK = {
  id: 'a3c6d6b1-30d0-4d3c-8f0b-8ad1c6a3e7f2',
  description: 'Fix the failing test in tests/test_api.py',
  status: 'completed',
  created_at: '2024-01-01T00:00:00Z',
};

const ENDED = { completed_at: '2024-01-01T00:30:00Z', iterations: 5 };

const ABLE = { supports_vision: true, supports_function_calling: true };

export const miniDevinDocument = {
  introduction:
    'Register, log in, and send the token with all other requests, or create an API key and send it as `X-API-Key`. What belongs to another account does not exist for yours. Errors that the document does not name have further codes in `code`.',
  credentials: ['token', 'apiKey'],
  error: z.object({ detail: z.string(), code: z.string(), timestamp: moment }),
  operations: {
    'GET /health': {
      summary: 'Read whether the server works',
      description: 'Needs no credentials, and is not counted in limits.',
      response: { name: 'Health', example: { status: 'healthy', version: '1.0.0' } },
    },
    ...accountOperations,
    'GET /api/models': {
      summary: 'List models',
      description:
        'Active models of the configured providers. The providers `custom` and `demo` are additions to the document. `context_window` is null when the provider does not say.',
      response: {
        name: 'Models',
        example: {
          models: [
            { id: 'gpt-4o', name: 'GPT-4o', provider: 'openai', context_window: 128000, ...ABLE },
            {
              id: 'claude-3-5-sonnet-20241022',
              name: 'Claude 3.5 Sonnet',
              provider: 'anthropic',
              context_window: 200000,
              ...ABLE,
            },
          ],
        },
      },
    },
    'GET /api/providers': {
      summary: 'List providers',
      description:
        'Every provider that the server knows, configured or not; one that is not has no models. `default_model` is what a task without a model gets.',
      response: {
        name: 'Providers',
        example: {
          providers: [
            { id: 'openai', name: 'OpenAI', configured: true, models_count: 5 },
            { id: 'anthropic', name: 'Anthropic', configured: true, models_count: 3 },
            { id: 'ollama', name: 'Ollama', configured: false, models_count: 0 },
          ],
          default_model: 'gpt-4o',
        },
      },
    },
    'GET /api/sessions': {
      summary: 'List sessions',
      description:
        'All sessions of the account, newest first, and those of GraphQL that have a name. `limit` and `offset` are additions to the document.',
      response: {
        name: 'ListedSession',
        example: {
          id: SESSION.id,
          name: SESSION.name,
          status: 'active',
          created_at: '2024-01-01T00:00:00Z',
          updated_at: '2024-01-01T01:00:00Z',
          task_count: 3,
        },
      },
    },
    'POST /api/sessions': {
      summary: 'Create a session',
      description:
        'Only `name` is required. `working_directory` is where its agents work; without one, the session gets a new folder.',
      request: {
        name: 'NewSession',
        example: { name: 'New Session', working_directory: '/path/to/project' },
        fields: {
          name: { minLength: 1, maxLength: 200 },
          working_directory: { minLength: 1, maxLength: 4_096 },
        },
      },
      response: { name: 'CreatedSession', example: { ...SESSION, name: 'New Session' } },
    },
    'GET /api/sessions/{session_id}': {
      summary: 'Read a session',
      description: 'The session with its newest 1,000 tasks.',
      response: {
        name: 'Session',
        example: {
          ...SESSION,
          updated_at: '2024-01-01T01:00:00Z',
          tasks: [{ id: TASK.id, description: 'Fix failing test', status: 'completed' }],
        },
      },
    },
    'DELETE /api/sessions/{session_id}': {
      summary: 'Delete a session',
      description: 'Deletes the session with its tasks. A task that still runs is stopped first.',
    },
    'GET /api/sessions/{session_id}/tasks': {
      summary: 'List the tasks of a session',
      description: 'All of its tasks, newest first. `limit` and `offset` are additions to the document.',
      response: { name: 'ListedTask', example: { ...TASK, ...ENDED } },
    },
    'POST /api/sessions/{session_id}/tasks': {
      summary: 'Create a task',
      description:
        'Queues a task for an agent and answers at once; follow it on the socket. Only `description` is required. `run_mode` can only be `offline`, because commands of agents have no network.',
      request: {
        name: 'NewTask',
        example: {
          description: 'Fix the failing test in tests/test_api.py',
          model: 'gpt-4o',
          run_mode: 'offline',
        },
        fields: {
          description: { minLength: 1, maxLength: 1_000_000, pattern: '\\S' },
          run_mode: { enum: ['offline', null] },
          model: {
            minLength: 1,
            maxLength: 200,
            pattern: '\\S',
            description: 'The id of a model; without one, the default.',
          },
        },
      },
      response: { name: 'CreatedTask', example: { ...TASK, status: 'running' } },
    },
    'GET /api/tasks/{task_id}': {
      summary: 'Read a task',
      description:
        'The task with its plan and result. `result` is null while it runs; `success` is false when it failed or was stopped. `output` is an addition to the document.',
      response: {
        name: 'Task',
        example: {
          ...TASK,
          ...ENDED,
          plan: { steps: [{ id: 'step-1', description: 'Read the failing test', status: 'completed' }] },
          result: {
            success: true,
            summary: 'Fixed the test by updating the expected value',
            output: 'Fixed the test by updating the expected value',
          },
        },
      },
    },
    'POST /api/tasks/{task_id}/stop': {
      summary: 'Stop a task',
      description: 'A stopped task answers 200 again; one that ended otherwise is 409 `INVALID_STATE`.',
      response: { name: 'StoppedTask', example: { id: TASK.id, status: 'stopped' } },
    },
    'GET /api/tasks/{task_id}/artifacts': {
      summary: 'List the artifacts of a task',
      description: 'What the task produced: its plan, changes, logs and files.',
      response: {
        name: 'Artifact',
        example: {
          id: '9e2c6c30-6d1a-4a1b-8a3e-2a4f6b8c0d12',
          name: 'plan.json',
          type: 'plan',
          size: 1024,
          created_at: '2024-01-01T00:00:00Z',
        },
      },
    },
    'GET /api/tasks/{task_id}/artifacts/{artifact_id}': {
      summary: 'Download an artifact',
      description:
        'The file, with a content type that follows from its name or its template: plans are JSON, changes are diffs. 404 for an artifact of another task.',
      downloads: ['application/json', 'text/x-diff', 'text/plain', 'application/octet-stream', '*/*'],
    },
  },
} satisfies DialectDocument;
