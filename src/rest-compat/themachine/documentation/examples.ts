const CREATED = '2025-03-01T12:00:00Z';
const ENDED = '2025-03-01T12:05:00Z';

export const NEW_TASK = {
  type: 'code',
  title: 'Generate API endpoint',
  description: 'Create a new API endpoint for user authentication',
  priority: 'medium',
  context: { language: 'python', framework: 'fastapi' },
};

export const TASK = {
  id: 'task-123',
  type: 'code',
  title: 'Generate API endpoint',
  description: 'Create a new API endpoint for user authentication',
  priority: 'medium',
  status: 'completed',
  progress: 1.0,
  result: { output: 'The endpoint is POST /login.', finish_reason: 'STOP' },
  error: null,
  cost: 0.05,
  created_at: CREATED,
  updated_at: ENDED,
  completed_at: ENDED,
};

export const MODEL = {
  id: 'gpt-4o-mini',
  name: 'GPT-4o Mini',
  aliases: [],
  provider: 'openai',
  version: null,
  capabilities: ['text', 'code', 'reasoning', 'planning'],
  specialties: [],
  context_window: 128000,
  max_output: 16384,
  cost_per_token: 0.00000015,
  prices: { input: 0.15, cached_input: 0.075, output: 0.6 },
  supports_vision: true,
  supports_function_calling: true,
  is_active: true,
  created_at: CREATED,
  updated_at: CREATED,
};

export const SELECTION = {
  selected_model: {
    id: 'gpt-4o-mini',
    name: 'GPT-4o Mini',
    provider: 'openai',
    capabilities: ['text', 'code', 'reasoning', 'planning'],
    context_window: 128000,
    cost_per_token: 0.00001,
  },
  alternatives: [],
  estimated_cost: { tokens: 10000, cost: 0.1 },
};

export const AGENT = {
  id: 'agent-123',
  name: 'Frontend developer',
  type: 'code',
  description: 'Writes React components',
  capabilities: ['react'],
  model_id: 'gpt-4o',
  system_prompt: null,
  tools: ['read_file', 'write_file'],
  parameters: { temperature: 0.7 },
  limits: { max_iterations: null, timeout: null, max_cost: null },
  is_active: true,
  created_at: CREATED,
  updated_at: CREATED,
};

export const AGENT_RESULT = {
  id: 'task-123',
  agent_id: 'agent-123',
  status: 'completed',
  result: { output: 'export function Button() { … }', finish_reason: 'STOP' },
  error: null,
  cost: 0.05,
  created_at: CREATED,
  completed_at: ENDED,
};

const STEP = {
  id: 'review',
  name: 'Review',
  task: 'Review the branch {{ input.branch }}.',
  model_id: 'gpt-4o',
  agent_id: null,
  template: null,
  template_parameters: null,
  parameters: {},
  response_schema: null,
  depends_on: [],
  condition: null,
  for_each: null,
  max_concurrency: 5,
  retries: 0,
  retry_delay: 0,
  timeout: null,
};

export const NEW_WORKFLOW = {
  name: 'Review of a branch',
  steps: [{ id: 'review', task: 'Review the branch {{ input.branch }}.' }],
};

export const WORKFLOW = {
  id: 'workflow-123',
  name: 'Review of a branch',
  description: null,
  steps: [STEP],
  version: 1,
  is_active: true,
  timeout: null,
  schedule: null,
  created_at: CREATED,
  updated_at: CREATED,
};

export const NEW_EXECUTION = {
  workflow_id: 'workflow-123',
  input_data: { repository: 'https://github.com/example/repo', branch: 'main' },
  parameters: { timeout: 3600 },
};

export const EXECUTION = {
  id: 'execution-123',
  ...NEW_EXECUTION,
  workflow_name: 'Review of a branch',
  version: 1,
  status: 'in_progress',
  progress: 0.5,
  steps: [
    {
      id: 'review',
      name: 'Review',
      status: 'in_progress',
      attempt: 1,
      task_id: 'task-123',
      output: null,
      error: null,
      started_at: CREATED,
      completed_at: null,
    },
  ],
  result: null,
  error: null,
  cost: 0.01,
  created_at: CREATED,
  updated_at: CREATED,
  started_at: CREATED,
  completed_at: null,
};
