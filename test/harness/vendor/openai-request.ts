import { invalidRequest } from './faults.ts';
import { type Json, readMessages, readModel, textsOf } from './messages.ts';
import { isObject } from './requests.ts';
import type { Call } from './wire.ts';

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
    ...textsOf(messages),
  };
}
