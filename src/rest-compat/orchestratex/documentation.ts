import { z } from 'zod';
import type { DialectDocument } from '../definitions/documentation.ts';
import { AT, analyticsOperations, SESSION_ID, STAMPS } from './analytics-documentation.ts';

const PROMPT = 'Write a Python function to calculate fibonacci numbers';
const PREFERRED = ['gpt4', 'claude'];

const SESSION = {
  name: 'Session',
  example: {
    _id: SESSION_ID,
    user_id: 'test_user_123',
    session_start: AT,
    session_end: null,
    max_iterations: 5,
    status: 'active',
    total_cost: 0.0,
    settings: { preferred_models: PREFERRED, cost_limit: 10.0 },
    ...STAMPS,
  },
};

const THREAD = {
  name: 'Thread',
  example: {
    _id: '68b2c9faa82de4230e87702d',
    session_id: SESSION_ID,
    original_prompt: PROMPT,
    domain: 'coding',
    context: 'This is for a beginner programming tutorial',
    ...STAMPS,
  },
};

const ORCHESTRATION = {
  name: 'Orchestration',
  example: {
    _id: '68b2c9faa82de4230e87703e',
    thread_id: THREAD.example._id,
    session_id: SESSION_ID,
    status: 'completed',
    prompt: PROMPT,
    progress: 1,
    iterations: 3,
    final_score: 9.2,
    final_response: 'def fibonacci(n): ...',
    total_cost: 0.15,
    settings: { max_iterations: 5, preferred_models: PREFERRED, evaluation_threshold: 8.0 },
    stop_reason: 'threshold_reached',
    error: null,
    completed_at: AT,
    ...STAMPS,
  },
};

const MODEL = {
  name: 'Model',
  example: {
    _id: '68b2c9faa82de4230e87704f',
    name: 'gpt4',
    provider: 'openai',
    version: 'gpt-4-0125-preview',
    specialties: ['coding', 'analysis', 'general'],
    cost_per_1k_tokens: 0.03,
    context_window: 128000,
    status: 'active',
    ...STAMPS,
  },
};

const MODEL_NAME = { minLength: 1, maxLength: 200, pattern: '\\S' };
const ITERATIONS = { minimum: 1, maximum: 100 };
const COST_LIMIT = {
  exclusiveMinimum: 0,
  maximum: 1_000_000_000,
  description: 'US dollars; null: no limit.',
};
const MODELS = { description: 'Names of models, as `GET /api/models/` shows them; the first goes first.' };

export const orchestrateXDocument = {
  introduction:
    'The document of the API has no credentials of its own: send the token of a login or an API key, or use the secret base URL of guests that the server prints when it starts. Times are UTC without a zone. A valid request that cannot be fulfilled, such as one in a closed session, is 400. 100 requests a minute are allowed for each session.',
  credentials: ['token', 'apiKey'],
  error: z.object({ detail: z.string(), status_code: z.int() }),
  operations: {
    'POST /api/sessions/': {
      summary: 'Create a session',
      description: 'A session for one user of the client. Only `user_id` is required; it may be any name.',
      request: {
        name: 'NewSession',
        example: {
          user_id: 'string',
          max_iterations: 5,
          settings: { preferred_models: PREFERRED, cost_limit: 10.0 },
        },
        fields: {
          user_id: { minLength: 1, maxLength: 200 },
          max_iterations: { ...ITERATIONS, default: 5 },
          'settings.cost_limit': COST_LIMIT,
          'settings.preferred_models': MODELS,
          'settings.preferred_models.*': MODEL_NAME,
        },
      },
      response: SESSION,
    },
    'GET /api/sessions/{session_id}': {
      summary: 'Read a session',
      description: '`session_end` is set while the session is completed.',
      response: SESSION,
    },
    'GET /api/sessions/user/{user_id}': {
      summary: 'List the sessions of a user',
      description:
        'All sessions with that `user_id`, newest first; none for an unknown one. `limit` and `offset` are additions to the document.',
      response: SESSION,
    },
    'PATCH /api/sessions/{session_id}/status': {
      summary: 'Change the status of a session',
      description: 'A session that is paused or completed accepts no new threads or orchestrations.',
      request: { name: 'NewStatus', example: { status: 'completed' } },
      response: SESSION,
    },
    'POST /api/threads/': {
      summary: 'Create a thread',
      description:
        'Creates a conversation in an active session. The status is 200, because 201 is documented for sessions only.',
      request: {
        name: 'NewThread',
        example: {
          session_id: SESSION_ID,
          original_prompt: PROMPT,
          domain: 'coding',
          context: 'This is for a beginner programming tutorial',
        },
        fields: {
          original_prompt: { minLength: 1, maxLength: 5_000_000 },
          domain: { minLength: 1, maxLength: 100 },
          context: { minLength: 1 },
        },
      },
      response: THREAD,
    },
    'GET /api/threads/{thread_id}': {
      summary: 'Read a thread',
      description: 'One thread, by its id.',
      response: THREAD,
    },
    'GET /api/threads/session/{session_id}': {
      summary: 'List the threads of a session',
      description:
        'All of its threads, newest first; 404 for an unknown session. `limit` and `offset` are additions to the document.',
      response: THREAD,
    },
    'POST /api/orchestration/start': {
      summary: 'Start an orchestration',
      description:
        'Queues it and answers at once; follow it on the socket or by its status. Models answer, and others evaluate, until a score reaches the threshold or the iterations are used up. Absent settings are those of the session. Ten may be in progress for each user.',
      request: {
        name: 'NewOrchestration',
        example: {
          thread_id: THREAD.example._id,
          prompt: PROMPT,
          settings: { max_iterations: 5, preferred_models: PREFERRED, evaluation_threshold: 8.0 },
        },
        fields: {
          prompt: { minLength: 1, maxLength: 5_000_000, pattern: '\\S' },
          'settings.max_iterations': ITERATIONS,
          'settings.evaluation_threshold': { minimum: 0, maximum: 10 },
          'settings.preferred_models': MODELS,
          'settings.preferred_models.*': MODEL_NAME,
        },
      },
      response: ORCHESTRATION,
    },
    'GET /api/orchestration/status/{orchestration_id}': {
      summary: 'Read an orchestration',
      description: 'Its status, and its best answer and score so far.',
      response: ORCHESTRATION,
    },
    'GET /api/models/': {
      summary: 'List models',
      description:
        'Models with a known price. `status` is `inactive` when the model is out of use or its provider is not configured. `limit` and `offset` are additions to the document.',
      response: MODEL,
    },
    'GET /api/models/{model_name}': {
      summary: 'Read a model',
      description: 'By its name, or its display name. The cost is null when the price is unknown.',
      response: MODEL,
    },
    ...analyticsOperations,
  },
} satisfies DialectDocument;
