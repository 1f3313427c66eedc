import type { FieldLimits } from '../../definitions/documentation.ts';

type Fields = Readonly<Record<string, FieldLimits>>;

const NAME = { minLength: 1, maxLength: 200 };
const COST = { exclusiveMinimum: 0, maximum: 1_000_000_000, description: 'US dollars.' };

/** Sampling settings of a body, or of each step. */
function sampling(path: string): Fields {
  return {
    [`${path}.temperature`]: { minimum: 0, maximum: 2 },
    [`${path}.top_p`]: { minimum: 0, maximum: 1 },
    [`${path}.max_tokens`]: { minimum: 1, maximum: 1_000_000 },
    [`${path}.stop`]: { maxItems: 4 },
    [`${path}.stop.*`]: { minLength: 1, maxLength: 200 },
  };
}

export const taskFields: Fields = {
  title: { minLength: 1, maxLength: 500 },
  description: { minLength: 1, maxLength: 1_000_000 },
};

const modelFields: Fields = {
  name: NAME,
  version: NAME,
  context_window: { minimum: 1 },
  max_output: { minimum: 1 },
  cost_per_token: { minimum: 0, maximum: 1, description: 'US dollars for each token of the input.' },
  'prices.input': { minimum: 0, maximum: 1_000_000, description: 'US dollars for a million tokens.' },
  'prices.cached_input': { minimum: 0, maximum: 1_000_000 },
  'prices.output': { minimum: 0, maximum: 1_000_000 },
  base_url: { maxLength: 2_000 },
  api_key: { minLength: 1, maxLength: 1_000 },
};

export const newModelFields: Fields = { id: NAME, is_active: { default: true }, ...modelFields };
export const modelChangeFields: Fields = modelFields;

const agentFields: Fields = {
  name: NAME,
  type: { minLength: 1, maxLength: 100 },
  description: { maxLength: 10_000 },
  model_id: NAME,
  system_prompt: { maxLength: 1_000_000 },
  'limits.max_iterations': { minimum: 1, maximum: 1_000 },
  'limits.timeout': { minimum: 1, maximum: 86_400, description: 'Seconds.' },
  'limits.max_cost': COST,
  ...sampling('parameters'),
};

export const newAgentFields: Fields = { ...agentFields, is_active: { default: true } };
export const agentChangeFields: Fields = agentFields;

export const agentWorkFields: Fields = {
  task: { minLength: 1, maxLength: 1_000_000 },
  model_id: NAME,
  ...sampling('parameters'),
};

const SECONDS = { minimum: 1, maximum: 2_592_000, description: 'Seconds.' };

const workflowFields: Fields = {
  name: NAME,
  description: { maxLength: 10_000 },
  timeout: SECONDS,
  'schedule.cron': NAME,
  'schedule.time_zone': { minLength: 1, maxLength: 100, default: 'UTC' },
  'steps.*.id': { minLength: 1, maxLength: 64, description: 'Unique in the workflow.' },
  'steps.*.name': NAME,
  'steps.*.template': NAME,
  'steps.*.max_concurrency': { minimum: 1, maximum: 50 },
  'steps.*.retries': { minimum: 0, maximum: 10, default: 0 },
  'steps.*.retry_delay': { minimum: 1, maximum: 3_600, description: 'Seconds.' },
  'steps.*.timeout': SECONDS,
  ...sampling('steps.*.parameters'),
};

export const newWorkflowFields: Fields = {
  ...workflowFields,
  steps: { minItems: 1, maxItems: 100 },
  is_active: { default: true },
};
export const workflowChangeFields: Fields = workflowFields;

export const executionFields: Fields = {
  parameters: { properties: { timeout: { type: ['integer', 'null'], ...SECONDS } } },
};

export const selectionFields: Fields = {
  task_type: { minLength: 1, maxLength: 100 },
  context_size: { minimum: 1, description: 'Tokens of the input; 1,000 are assumed for the estimate.' },
};

export const optimalFields: Fields = {
  ...selectionFields,
  cost_sensitivity: { minimum: 0, maximum: 1, description: '0: quality alone counts; 1: cost alone counts.' },
};
