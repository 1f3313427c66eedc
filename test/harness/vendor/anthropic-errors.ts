import { countTokens } from './answer.ts';
import type { Problem } from './faults.ts';
import { refusalsOf, say } from './problem.ts';

// https://platform.claude.com/docs/en/api/errors
export const anthropicRefusals = refusalsOf({
  '401': () => ({ type: 'authentication_error', message: 'invalid x-api-key' }),
  '404': ({ model }) => ({ type: 'not_found_error', message: `model: ${model}` }),
  '429': () => ({
    type: 'rate_limit_error',
    message: "This request would exceed your organization's rate limit of 50 requests per minute.",
  }),
  '500': () => ({ type: 'api_error', message: 'Internal server error' }),
  '503': () => ({ type: 'api_error', message: 'Service unavailable' }),
  '529': () => ({ type: 'overloaded_error', message: 'Overloaded' }),
  quota: () => ({
    status: 400,
    type: 'invalid_request_error',
    message:
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
  }),
  context: ({ promptText }) => ({
    type: 'invalid_request_error',
    message: `prompt is too long: ${countTokens(promptText)} tokens > 200000 maximum`,
  }),
});

export const missingKey = say(401, { type: 'authentication_error', message: 'x-api-key header is required' });

export const anthropicErrorBody = ({ type, message }: Problem, sequence: number): unknown => ({
  type: 'error',
  error: { type, message },
  request_id: `req_${sequence}`,
});
