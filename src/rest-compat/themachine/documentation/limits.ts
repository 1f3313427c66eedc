import type { FieldLimits } from '../../definitions/documentation.ts';

type Fields = Readonly<Record<string, FieldLimits>>;

const NAME = { minLength: 1, maxLength: 200 };
const NOT_BLANK = '\\S';
const MODEL_ID = { ...NAME, pattern: NOT_BLANK };
const PROMPT = { minLength: 1, maxLength: 1_000_000, pattern: NOT_BLANK };
/** A step's, which is shorter than that of an agent's work, because a workflow has many. */
const STEP_TASK = { ...PROMPT, maxLength: 100_000 };
const WORD = { minLength: 1, maxLength: 50 };
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

const DOLLARS = 'US dollars for a million tokens, with at most six decimal places.';

const modelFields: Fields = {
  name: NAME,
  aliases: { maxItems: 20 },
  'aliases.*': MODEL_ID,
  version: NAME,
  specialties: { maxItems: 20 },
  'specialties.*': WORD,
  context_window: { minimum: 1 },
  max_output: { minimum: 1 },
  cost_per_token: { minimum: 0, maximum: 1, description: 'US dollars for each token of the input.' },
  'prices.input': { minimum: 0, maximum: 1_000_000, description: DOLLARS },
  'prices.cached_input': { minimum: 0, maximum: 1_000_000, description: DOLLARS },
  'prices.output': { minimum: 0, maximum: 1_000_000, description: DOLLARS },
  base_url: {
    maxLength: 2_000,
    pattern: '^https?://',
    description: 'Required for a custom model. Must not have a user name, password, query or fragment.',
  },
  api_key: {
    minLength: 1,
    maxLength: 1_000,
    pattern: '^[!-~]+$',
    description: 'Only for a custom model.',
  },
};

export const newModelFields: Fields = { id: MODEL_ID, is_active: { default: true }, ...modelFields };
export const modelChangeFields: Fields = modelFields;

const agentFields: Fields = {
  name: { ...NAME, pattern: NOT_BLANK },
  capabilities: { maxItems: 50 },
  'capabilities.*': { minLength: 1, maxLength: 100 },
  tools: { maxItems: 100 },
  type: { minLength: 1, maxLength: 100, pattern: '^\\S([\\s\\S]*\\S)?$' },
  description: { maxLength: 10_000 },
  model_id: MODEL_ID,
  'parameters.model': MODEL_ID,
  system_prompt: { maxLength: 1_000_000 },
  'limits.max_iterations': { minimum: 1, maximum: 1_000 },
  'limits.timeout': { minimum: 1, maximum: 86_400, description: 'Seconds.' },
  'limits.max_cost': COST,
  ...sampling('parameters'),
};

export const newAgentFields: Fields = { ...agentFields, is_active: { default: true } };
export const agentChangeFields: Fields = agentFields;

export const agentWorkFields: Fields = {
  task: PROMPT,
  model_id: MODEL_ID,
  'parameters.model': MODEL_ID,
  ...sampling('parameters'),
};

const SECONDS = { minimum: 1, maximum: 2_592_000, description: 'Seconds.' };

const EXPRESSION = {
  minLength: 1,
  maxLength: 10_000,
  pattern: NOT_BLANK,
  description: 'A Liquid expression, without `{{ }}` or `{% %}` around it.',
};

const workflowFields: Fields = {
  name: NAME,
  description: { maxLength: 10_000 },
  timeout: SECONDS,
  'schedule.cron': {
    ...NAME,
    pattern: '^\\s*\\S+(\\s+\\S+){4}\\s*$',
    description: 'Minute, hour, day of the month, month and day of the week.',
  },
  'schedule.time_zone': { minLength: 1, maxLength: 100, default: 'UTC' },
  steps: { minItems: 1, maxItems: 100 },
  'steps.*.id': { pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$', description: 'Unique in the workflow.' },
  'steps.*.name': NAME,
  'steps.*.task': STEP_TASK,
  'steps.*.model_id': MODEL_ID,
  'steps.*.depends_on': { maxItems: 100 },
  'steps.*.condition': EXPRESSION,
  'steps.*.for_each': EXPRESSION,
  'steps.*.template': NAME,
  'steps.*.max_concurrency': { minimum: 1, maximum: 50 },
  'steps.*.retries': { minimum: 0, maximum: 10, default: 0 },
  'steps.*.retry_delay': { minimum: 1, maximum: 3_600, description: 'Seconds.' },
  'steps.*.timeout': SECONDS,
  ...sampling('steps.*.parameters'),
};

export const newWorkflowFields: Fields = { ...workflowFields, is_active: { default: true } };
export const workflowChangeFields: Fields = workflowFields;

export const executionFields: Fields = {
  parameters: { properties: { timeout: { type: ['integer', 'null'], ...SECONDS } } },
};

export const selectionFields: Fields = {
  task_type: WORD,
  context_size: { minimum: 1, description: 'Tokens of the input; 1,000 are assumed for the estimate.' },
};

export const optimalFields: Fields = {
  ...selectionFields,
  cost_sensitivity: { minimum: 0, maximum: 1, description: '0: quality alone counts; 1: cost alone counts.' },
};
