import type { RequestParts } from '../../src/rest-compat/definitions/terms.ts';

/** Parts of requests whose members exclude each other, by dialect, method and path. */
export const OVERRIDES: Readonly<Record<string, Partial<RequestParts>>> = {
  'themachine PATCH /api/v1/tasks/{task_id}': {
    body: { title: 'Security scan', description: 'Scan example.com', priority: 'high' },
  },
  'themachine PATCH /api/v1/models/{model_id}': {
    body: { name: 'Example', capabilities: ['text'], context_window: 8192, is_active: true },
  },
  'themachine POST /api/v1/orchestration/workflows': {
    body: {
      name: 'Example',
      description: 'Scan example.com',
      steps: [
        { id: 'scan', name: 'Scan', task: 'Scan example.com', model_id: 'demo' },
        { id: 'sum', name: 'Sum up', task: 'Sum up: {{ steps.scan.output }}', depends_on: ['scan'] },
      ],
    },
  },
  'themachine PATCH /api/v1/orchestration/workflows/{workflow_id}': {
    body: {
      name: 'Example',
      steps: [{ id: 'scan', name: 'Scan', task: 'Scan example.com' }],
      is_active: true,
    },
  },
  'ai-task-orchestra POST /api/v1/tasks': {
    body: { template: 'report', parameters: { topic: 'security' }, priority: 5, depends_on: ['TASK_ID'] },
  },
  'amas POST /api/v1/integrations': { body: { platform: 'github', credentials: { token: 'TOKEN' } } },
};

/** Optional members of workflows and of their steps. */
const WORKFLOW = {
  description: 'Scan example.com',
  is_active: true,
  timeout: 600,
  schedule: {
    cron: '0 7 * * *',
    time_zone: 'Europe/Berlin',
    input_data: { website: 'https://example.com' },
    parameters: { depth: 1 },
  },
};
const STEP = {
  id: 'scan',
  depends_on: ['first'],
  condition: 'input.scan',
  for_each: 'input.websites',
  max_concurrency: 2,
  retries: 1,
  retry_delay: 5,
  timeout: 60,
};

/** More requests, with members that cannot be combined with those of the shown request. Only their mapping is shown. */
export const MORE_REQUESTS: Readonly<Record<string, readonly Partial<RequestParts>[]>> = {
  'themachine PATCH /api/v1/tasks/{task_id}': [
    { body: { context: { url: 'https://example.com' } } },
    { body: { progress: 0.5, cost: 0.5 } },
    { body: { status: 'completed', result: { output: 'Done' } } },
    { body: { status: 'failed', error: 'It failed' } },
  ],
  'themachine POST /api/v1/models': [{ body: { id: 'demo', provider: 'openai', cost_per_token: 0.00001 } }],
  'themachine PATCH /api/v1/models/{model_id}': [
    { body: { cost_per_token: 0.5 } },
    {
      body: {
        aliases: ['example'],
        version: '2',
        specialties: ['text'],
        max_output: 8192,
        prices: { input: 0.5, cached_input: 0.1, output: 2 },
        supports_vision: true,
        supports_function_calling: true,
        base_url: 'https://models.example.com/v1',
        api_key: 'KEY',
      },
    },
  ],
  'themachine POST /api/v1/orchestration/workflows': [
    {
      body: {
        name: 'Example',
        steps: [
          {
            ...STEP,
            task: 'Scan example.com',
            agent_id: 'AGENT_ID',
            parameters: { temperature: 0.2, top_p: 0.9, max_tokens: 1000, stop: ['END'], seed: 1 },
            response_schema: { type: 'object' },
          },
        ],
        ...WORKFLOW,
      },
    },
    {
      body: {
        name: 'Example',
        steps: [{ ...STEP, template: 'report', template_parameters: { topic: 'security' } }],
      },
    },
  ],
  'themachine PATCH /api/v1/orchestration/workflows/{workflow_id}': [{ body: WORKFLOW }],
  'themachine POST /api/v1/agents': [
    { body: { name: 'Example', type: 'executor', parameters: { model: 'demo' } } },
  ],
  'themachine PATCH /api/v1/agents/{agent_id}': [{ body: { parameters: { model: 'demo' } } }],
  'themachine POST /api/v1/agents/{agent_id}/execute': [
    { body: { task: 'Scan example.com', parameters: { model: 'demo' } } },
  ],
};

/** Requests with which responses are traced, where the shown request hides some members of the response. */
export const ANSWERED: Readonly<Record<string, Partial<RequestParts>>> = {
  'themachine GET /api/v1/models': { query: {} },
  // By the alias of the sample, so that its other names may change.
  'orchestratex GET /api/models/{model_name}': { params: { model_name: 'text' } },
};

/** Endpoints that choose among several objects, so that a changed value may come from another object. */
export const PLAIN: readonly string[] = [
  'themachine POST /api/v1/models',
  'themachine PATCH /api/v1/models/{model_id}',
  'themachine POST /api/v1/models/{model_id}/select',
  'themachine POST /api/v1/orchestration/model-selection',
  'ai-task-orchestra GET /api/v1/tasks/status',
];

/**
 * Sources of response members that tracing cannot find: they depend on which models exist, are inside metadata of any
 * form, or contain what they come from.
 */
export const SOURCES: Readonly<Record<string, string>> = {
  'themachine POST /api/v1/models id':
    '`createModel.model.modelId`; after `provider` and `/` if another model of this id is preferred',
  'themachine POST /api/v1/models/{model_id}/select alternatives[].id':
    '`selectModel.selected.model.modelId`, `selectModel.alternatives[].model.modelId`',
  'themachine POST /api/v1/orchestration/model-selection alternatives[].id':
    '`selectModel.alternatives[].model.modelId`',
  'themachine GET /api/v1/tasks [].origin': '`tasks.nodes[].metadata.reported.origin`',
  'themachine GET /api/v1/tasks/{task_id} origin': '`task.metadata.reported.origin`',
  'themachine POST /api/v1/tasks origin': '`createTask.task.metadata.reported.origin`',
  'themachine PATCH /api/v1/tasks/{task_id} origin':
    '`endTask.task.metadata.reported.origin`, `updateTask.task.metadata.reported.origin`, `task.metadata.reported.origin`',
  'themachine DELETE /api/v1/tasks/{task_id} message': 'contains `params.task_id` of the request',
  'themachine DELETE /api/v1/models/{model_id} message': 'contains `params.model_id` of the request',
  'themachine DELETE /api/v1/agents/{agent_id} message': 'contains `params.agent_id` of the request',
  'themachine DELETE /api/v1/orchestration/workflows/{workflow_id} message':
    'contains `params.workflow_id` of the request',
};

/** What the endpoint does with request members that set no variable. */
export const WITHOUT_VARIABLE: Readonly<Record<string, string>> = {
  'themachine GET /api/v1/models query.provider': 'selects from `models.nodes`',
  'themachine GET /api/v1/models query.capability': 'selects from `models.nodes`',
  'themachine GET /api/v1/models query.is_active': 'selects from `models.nodes`',
  'themachine GET /api/v1/models query.limit': 'selects from `models.nodes`',
  'themachine GET /api/v1/models query.offset': 'selects from `models.nodes`',
  'mini-devin POST /api/sessions/{session_id}/tasks body.run_mode':
    'not needed: commands of agents never have network access',
  'mini-devin GET /api/tasks/{task_id}/artifacts/{artifact_id} params.artifact_id':
    'selects from `task.artifacts`',
  'amas POST /api/v1/predictions/predict/task body.target': 'has no effect on predictions',
  'amas POST /api/v1/predictions/predict/task body.parameters': 'only `model` has an effect on predictions',
  'orchestratex GET /api/models/ query.limit': 'selects from `models.nodes`',
  'orchestratex GET /api/models/ query.offset': 'selects from `models.nodes`',
  'orchestratex GET /api/models/{model_name} params.model_name': 'selects from `models.nodes`',
};
