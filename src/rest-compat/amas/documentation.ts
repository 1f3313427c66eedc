import { z } from 'zod';
import type { DialectDocument } from '../definitions/documentation.ts';

const PREDICTION = {
  success_probability: 0.85,
  estimated_duration: 120.0,
  quality_score_prediction: 0.9,
  recommended_agents: ['security_expert'],
};

const TASK = {
  id: 'task_20250121_120000_abc12345',
  title: 'Security Scan',
  status: 'pending',
  prediction: PREDICTION,
  assigned_agents: ['security_expert'],
};

const WHOLE_TASK = {
  ...TASK,
  description: 'Scan example.com for vulnerabilities',
  task_type: 'security_scan',
  target: 'example.com',
  priority: 5,
  parameters: {},
  model: null,
  progress: 0,
  result: null,
  error: null,
  created_at: '2025-01-21T12:00:00Z',
  started_at: null,
  completed_at: null,
};

const HEALTH = {
  status: 'idle',
  health: 'healthy',
  active_tasks: 0,
  finished_tasks: 12,
  success_rate: 0.92,
  average_task_time: 45.2,
  last_error: null,
};

const AGENT = {
  name: 'AgentStatus',
  example: {
    id: 'security_expert',
    name: 'Security expert',
    type: 'security',
    description: 'Scans hosts for vulnerabilities',
    capabilities: ['security_scan'],
    model: null,
    ...HEALTH,
  },
};

const INTEGRATION = {
  id: '6f1f8a52-6a3c-4b52-9d3f-0d8b3f6f0c11',
  platform: 'github',
  name: 'github',
  is_active: true,
  credentials_hint: '…a1b2',
  created_at: '2025-01-21T12:00:00Z',
};

/** Settings among the parameters. */
const SETTINGS = {
  'parameters.model': { minLength: 1, maxLength: 200, pattern: '\\S' },
  'parameters.temperature': { minimum: 0, maximum: 2 },
  'parameters.max_tokens': { minimum: 1, maximum: 1_000_000 },
} as const;

const TASK_TYPE = {
  minLength: 1,
  maxLength: 100,
  pattern: '^\\S([\\s\\S]*\\S)?$',
  description: 'What kind of work it is, in words of your own.',
};

export const amasDocument = {
  introduction:
    'Log in with `POST /api/v1/auth/login`, and send the token with all other requests; API keys are accepted, too. Without credentials an account has no access, and what belongs to another account does not exist for it. Errors that the document does not name have further codes in `error_code`.',
  credentials: ['token', 'apiKey'],
  error: z.object({ detail: z.string(), status_code: z.int(), error_code: z.string() }),
  operations: {
    'POST /api/v1/auth/login': {
      summary: 'Log in',
      description:
        'Issues a token that is valid for `expires_in` seconds. `username` is the e-mail address, or the name of the first account with that name. Ten failed logins a minute are allowed for each account and address.',
      errors: ['WRONG_CREDENTIALS'],
      request: {
        name: 'Login',
        example: { username: 'your_username', password: 'your_password' },
        fields: { password: { format: 'password' } },
      },
      response: {
        name: 'Token',
        example: {
          access_token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...',
          token_type: 'bearer',
          expires_in: 1800,
        },
      },
    },
    'POST /api/v1/tasks': {
      summary: 'Create a task',
      description:
        'Stores a task for an agent, with a prediction of how it will end. It waits until `POST …/execute`. Only `title` and `task_type` are required; an empty `description` or `target` counts as absent. Of the parameters, `model`, `temperature` and `max_tokens` are settings, and the others are part of the work.',
      request: {
        name: 'NewTask',
        example: {
          title: 'Security Scan',
          description: 'Scan example.com for vulnerabilities',
          task_type: 'security_scan',
          target: 'example.com',
          priority: 5,
          parameters: {},
        },
        fields: {
          title: { minLength: 1, maxLength: 500 },
          task_type: TASK_TYPE,
          description: { maxLength: 1_000_000 },
          target: { maxLength: 2_000 },
          priority: { minimum: 1, maximum: 10, default: 5 },
          ...SETTINGS,
        },
      },
      response: { name: 'Task', example: TASK },
    },
    'POST /api/v1/tasks/{task_id}/execute': {
      summary: 'Execute a task',
      description:
        'Queues a pending task for the workers and answers at once; follow it on the socket or with `GET`. A task that is not pending is refused with 409 `INVALID_STATE`.',
      response: { name: 'WholeTask', example: WHOLE_TASK },
    },
    'GET /api/v1/tasks/{task_id}': {
      summary: 'Read a task',
      description:
        'The task with its result, which the document leaves open. `progress` is a percentage. A task of another API has no prediction.',
      response: { name: 'WholeTask' },
    },
    'GET /api/v1/agents': {
      summary: 'List agents',
      description:
        'All agents of the account, newest first, with their health by their last 50 tasks. `limit` and `offset` are additions to the document.',
      response: AGENT,
    },
    'GET /api/v1/agents/{agent_id}': {
      summary: 'Read the status of an agent',
      description: 'One agent, with its health by its last 50 tasks.',
      response: AGENT,
    },
    'GET /api/v1/system/orchestrator/status': {
      summary: 'Read the state of the orchestrator',
      description:
        'Counts of the tasks of the account, or of all accounts for an admin, and the health of up to 1,000 agents by their ids. `average_task_time` is 0 while no task has ended.',
      response: {
        name: 'OrchestratorStatus',
        example: {
          orchestrator_status: 'active',
          active_agents: 15,
          active_tasks: 3,
          total_tasks: 1250,
          metrics: {
            tasks_processed: 1250,
            tasks_completed: 1180,
            tasks_failed: 70,
            average_task_time: 45.2,
          },
          agent_health: { security_expert: HEALTH },
        },
      },
    },
    'GET /api/v1/system/health': {
      summary: 'Read whether the server works',
      description:
        'Needs no credentials, and is not counted in limits. `orchestrator_status` is `stopped` without workers.',
      response: {
        name: 'Health',
        example: { status: 'healthy', version: '1.0.0', uptime_seconds: 3600, orchestrator_status: 'active' },
      },
    },
    'GET /api/v1/system/metrics': {
      summary: 'Read measurements of the server',
      description:
        'CPU time and memory of the process that answers, and the queue, agents and tasks of the account, or of all accounts for an admin.',
      response: {
        name: 'Metrics',
        example: {
          version: '1.0.0',
          uptime_seconds: 3600,
          cpu_seconds: 12.5,
          memory_bytes: 180_000_000,
          heap_used_bytes: 60_000_000,
          tasks: { total: 1250, pending: 2, in_progress: 3, completed: 1175, failed: 70, cancelled: 0 },
          average_task_time: 45.2,
          agents: { active: 15, busy: 3 },
          queue: { ready: 2, blocked: 0, oldest_seconds: 0.4 },
          workers: 1,
        },
      },
    },
    'POST /api/v1/predictions/predict/task': {
      summary: 'Predict how a task will end',
      description:
        'Stores nothing. Probability, duration in seconds and quality come from past tasks of the account with the same type and model.',
      request: {
        name: 'TaskToPredict',
        example: { task_type: 'security_scan', target: 'example.com', parameters: {} },
        fields: { task_type: TASK_TYPE, ...SETTINGS },
      },
      response: { name: 'Prediction', example: PREDICTION },
    },
    'GET /api/v1/integrations': {
      summary: 'List integrations',
      description:
        'All integrations of the account, at most 50. Of credentials, only the last characters are shown.',
      response: { name: 'Integration', example: INTEGRATION },
    },
    'POST /api/v1/integrations': {
      summary: 'Create an integration',
      description:
        'Stores the credentials of a platform, encrypted: `token` for GitHub and GitLab, `webhook_url` for Slack, `url` for a webhook. For a webhook without a `secret`, one is generated and shown once.',
      request: {
        name: 'NewIntegration',
        example: { platform: 'github', credentials: { token: 'ghp_...' } },
        fields: {
          'credentials.token': { maxLength: 1_000 },
          'credentials.secret': { maxLength: 1_000 },
          'credentials.webhook_url': { maxLength: 2_000 },
          'credentials.url': { maxLength: 2_000, format: 'uri' },
        },
      },
      response: { name: 'NewIntegrationAnswer', example: INTEGRATION },
    },
  },
} satisfies DialectDocument;
