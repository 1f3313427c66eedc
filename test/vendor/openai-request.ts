import { invalidRequest } from './faults.ts';
import { isObject } from './requests.ts';
import type { Call } from './wire.ts';

type Json = Readonly<Record<string, unknown>>;

/** A message's content is a string, null, or a list of parts of which some are text. */
function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (isObject(part) && typeof part.text === 'string' ? part.text : '')).join('');
}

function readMessages(body: Json): readonly Json[] {
  const { messages } = body;
  if (messages === undefined) {
    throw invalidRequest("Missing required parameter: 'messages'.", 'messages', 'missing_required_parameter');
  }
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isObject)) {
    throw invalidRequest("Invalid 'messages': expected a list of objects.", 'messages', 'invalid_type');
  }
  return messages;
}

function readLimit({ max_tokens, max_completion_tokens }: Json): number {
  if (max_tokens !== undefined && max_completion_tokens !== undefined) {
    throw invalidRequest(
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
      'max_tokens',
      'invalid_parameter_combination',
    );
  }
  const limit = max_completion_tokens ?? max_tokens ?? Number.POSITIVE_INFINITY;
  if (typeof limit === 'number' && limit >= 1) return limit;
  throw invalidRequest(`Invalid 'max_tokens': ${limit}.`, 'max_tokens', 'integer_below_min_value');
}

function readModel({ model }: Json): string {
  if (typeof model === 'string' && model !== '') return model;
  throw invalidRequest('you must provide a model parameter');
}

export function parseOpenai(body: Json): Call {
  const messages = readMessages(body);
  const stream = body.stream === true;
  const options = body.stream_options;
  if (isObject(options) && !stream) {
    throw invalidRequest(
      "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
      'stream_options',
    );
  }
  return {
    model: readModel(body),
    stream,
    streamUsage: isObject(options) && options.include_usage === true,
    limit: readLimit(body),
    promptText: messages.map((message) => contentText(message.content)).join(''),
    lastUserText: contentText(messages.findLast((message) => message.role === 'user')?.content),
  };
}
