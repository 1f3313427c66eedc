import { countTokens } from './answer.ts';
import type { Problem } from './faults.ts';
import { refusalsOf, say } from './problem.ts';

// https://platform.openai.com/docs/guides/error-codes
export const openaiRefusals = refusalsOf({
  '401': () => ({
    type: 'invalid_request_error',
    code: 'invalid_api_key',
    message:
      'Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.',
  }),
  '404': ({ model }) => ({
    type: 'invalid_request_error',
    code: 'model_not_found',
    message: `The model \`${model}\` does not exist or you do not have access to it.`,
  }),
  '429': ({ model }) => ({
    type: 'requests',
    code: 'rate_limit_exceeded',
    message: `Rate limit reached for ${model} on requests per min (RPM): Limit 3, Used 3, Requested 1.`,
  }),
  '500': () => ({
    type: 'server_error',
    message: 'The server had an error while processing your request. Sorry about that!',
  }),
  '503': () => ({
    type: 'server_error',
    message: 'The engine is currently overloaded, please try again later.',
  }),
  '529': () => ({ type: 'overloaded_error', message: 'Overloaded' }),
  quota: () => ({
    type: 'insufficient_quota',
    code: 'insufficient_quota',
    message: 'You exceeded your current quota, please check your plan and billing details.',
  }),
  context: ({ promptText }) => ({
    type: 'invalid_request_error',
    code: 'context_length_exceeded',
    param: 'messages',
    message: `This model's maximum context length is 128000 tokens. However, your messages resulted in ${countTokens(promptText)} tokens. Please reduce the length of the messages.`,
  }),
});

export const missingKey = say(401, {
  type: 'invalid_request_error',
  message:
    "You didn't provide an API key. Provide it in an Authorization header: Authorization: Bearer YOUR_KEY.",
});

export const openaiErrorBody = ({ message, type, param, code }: Problem): unknown => ({
  error: { message, type, param, code },
});
