import { invalidRequest } from './faults.ts';
import { contentText, type Json, readModel } from './messages.ts';
import { isObject } from './requests.ts';
import { checkItems } from './responses-items.ts';
import type { Call } from './wire.ts';

// https://developers.openai.com/api/reference/resources/responses/methods/create
const PARAMETERS = [
  ...[
    'background',
    'conversation',
    'include',
    'input',
    'instructions',
    'max_output_tokens',
    'max_tool_calls',
  ],
  ...['metadata', 'model', 'parallel_tool_calls', 'previous_response_id', 'prompt', 'prompt_cache_key'],
  ...['prompt_cache_retention', 'reasoning', 'safety_identifier', 'service_tier', 'store', 'stream'],
  ...['stream_options', 'temperature', 'text', 'tool_choice', 'tools', 'top_logprobs', 'top_p', 'truncation'],
  'user',
];

/** Names of chat completions that are others here. */
const MOVED: Record<string, string> = {
  messages: 'input',
  max_tokens: 'max_output_tokens',
  max_completion_tokens: 'max_output_tokens',
  response_format: 'text.format',
  reasoning_effort: 'reasoning.effort',
};

export const reasons = (model: string): boolean => /^(o\d|gpt-5|codex)/.test(model) && !/-chat/.test(model);

function checkNames(body: Json): void {
  for (const name of Object.keys(body)) {
    const moved = MOVED[name];
    if (moved) {
      throw invalidRequest(
        `Unsupported parameter: '${name}'. In the Responses API, this parameter has moved to '${moved}'. Try again with the new parameter.`,
        null,
        'unsupported_parameter',
      );
    }
    if (!PARAMETERS.includes(name))
      throw invalidRequest(`Unknown parameter: '${name}'.`, name, 'unknown_parameter');
  }
}

function checkModel(body: Json, model: string): void {
  for (const name of ['temperature', 'top_p']) {
    if (name in body && reasons(model))
      throw invalidRequest(`Unsupported parameter: '${name}' is not supported with this model.`, name);
  }
  if (reasons(model)) {
    checkEffort(body, model);
    return;
  }
  if (Array.isArray(body.include) && body.include.includes('reasoning.encrypted_content'))
    throw invalidRequest('Encrypted content is not supported with this model.', 'include');
  if (isObject(body.reasoning) && body.reasoning.effort !== undefined) {
    throw invalidRequest(
      "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
      'reasoning.effort',
      'unsupported_parameter',
    );
  }
}

function checkEffort({ reasoning }: Json, model: string): void {
  if (!isObject(reasoning) || reasoning.effort === undefined) return;
  const known = ['low', 'medium', 'high', ...(model.startsWith('gpt-5') ? ['minimal', 'none', 'xhigh'] : [])];
  if (known.includes(String(reasoning.effort))) return;
  const name = model.split('@')[0];
  throw invalidRequest(
    `Unsupported value: '${reasoning.effort}' is not supported with the '${name}' model. Supported values are: 'low', 'medium', and 'high'.`,
    'reasoning.effort',
    'unsupported_value',
  );
}

function readLimit({ max_output_tokens: limit = Number.POSITIVE_INFINITY }: Json): number {
  if (typeof limit === 'number' && limit >= 16) return limit;
  throw invalidRequest(
    `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got ${limit} instead.`,
    'max_output_tokens',
    'integer_below_min_value',
  );
}

const NOT_CLOSED = "In context=(), 'additionalProperties' is required to be supplied and to be false.";
const isClosed = (schema: unknown): boolean => isObject(schema) && schema.additionalProperties === false;

function checkTool(tool: unknown, index: number): void {
  const at = `tools[${index}]`;
  if (!isObject(tool) || typeof tool.name !== 'string') {
    throw invalidRequest(
      `Missing required parameter: '${at}.name'.`,
      `${at}.name`,
      'missing_required_parameter',
    );
  }
  // What is not said to be lenient is strict.
  if (tool.strict !== false && !isClosed(tool.parameters)) {
    throw invalidRequest(
      `Invalid schema for function '${tool.name}': ${NOT_CLOSED}`,
      `${at}.parameters`,
      'invalid_function_parameters',
    );
  }
}

function checkFormat({ text }: Json): void {
  const format = isObject(text) ? text.format : undefined;
  if (!isObject(format) || format.type !== 'json_schema') return;
  if (typeof format.name !== 'string') {
    throw invalidRequest(
      "Missing required parameter: 'text.format.name'.",
      'text.format.name',
      'missing_required_parameter',
    );
  }
  if (format.strict === true && !isClosed(format.schema)) {
    throw invalidRequest(
      `Invalid schema for response_format '${format.name}': ${NOT_CLOSED}`,
      'text.format.schema',
      'invalid_json_schema',
    );
  }
}

function readInput({ input }: Json): readonly Json[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (Array.isArray(input) && input.every(isObject)) return input;
  throw invalidRequest(
    "One of 'input' or 'previous_response_id' or 'prompt' or 'conversation_id' must be provided.",
    'input',
    'missing_required_parameter',
  );
}

const textOf = (item: Json): string => contentText(item.content) + contentText(item.output);

export function parseResponses(body: Json): Call {
  checkNames(body);
  const model = readModel(body);
  checkModel(body, model);
  const limit = readLimit(body);
  for (const [index, tool] of (Array.isArray(body.tools) ? body.tools : []).entries()) checkTool(tool, index);
  checkFormat(body);
  const items = readInput(body);
  checkItems(items, model);
  return {
    model,
    stream: body.stream === true,
    streamUsage: true,
    limit,
    promptText: contentText(body.instructions) + items.map(textOf).join(''),
    lastUserText: contentText(items.findLast(({ role }) => role === 'user')?.content),
    ...(reasons(model) && {
      reasoning: {
        isSummarised: isObject(body.reasoning) && typeof body.reasoning.summary === 'string',
        isEncrypted: Array.isArray(body.include) && body.include.includes('reasoning.encrypted_content'),
      },
    }),
  };
}
