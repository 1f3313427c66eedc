import { openai } from './openai.ts';
import { openaiRefusals } from './openai-errors.ts';
import { refusalsOf, say } from './problem.ts';
import type { Frame, Reply, Wire } from './wire.ts';

const said = refusalsOf({
  ...openaiRefusals,
  '401': () => ({
    type: 'invalid_request_error',
    code: '401',
    message:
      'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription.',
  }),
  '404': () => ({
    type: 'invalid_request_error',
    code: 'DeploymentNotFound',
    message:
      'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.',
  }),
  '429': () => ({
    type: 'invalid_request_error',
    code: '429',
    message: 'Requests to the ChatCompletions_Create Operation have exceeded call rate limit.',
  }),
});

/** What its filter thinks of the prompt comes first, in a chunk without choices. */
const promptFilter = ({ call }: Reply): Frame => ({
  part: 'structure',
  text: `data: ${JSON.stringify({
    id: '',
    object: '',
    created: 0,
    model: '',
    choices: [],
    prompt_filter_results: [{ prompt_index: 0, content_filter_results: { jailbreak: { filtered: false } } }],
    ...(call.streamUsage && { usage: null }),
  })}\n\n`,
});

/** OpenAI's format under paths and a key of its own. https://learn.microsoft.com/azure/ai-services/openai/reference */
export const azure: Wire = {
  ...openai,
  refusals: said,
  authorize: (headers) =>
    headers['api-key']
      ? undefined
      : say(401, {
          type: 'invalid_request_error',
          code: '401',
          message: 'Access denied due to missing key.',
        }),
  replyHeaders: (sequence) => ({ 'apim-request-id': `apim_${sequence}` }),
  frames: (reply) => [promptFilter(reply), ...openai.frames(reply)],
};
