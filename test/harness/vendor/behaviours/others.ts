import type { Actor } from './behaviour.ts';
import { asError, chunk, inPlace, said, stop, tooLong } from './events.ts';

export const together: Actor = {
  speaks: 'chat',
  lacks: (name) => said(400, `${name}: field not recognized`),
  does: {
    ...inPlace(
      'an error within a choice',
      { choices: [{ delta: {}, error: { message: 'engine died', code: 503 } }] },
      { code: 'PROVIDER_UNAVAILABLE', status: 503, says: /engine died/ },
    ),
  },
};

export const fireworks: Actor = {
  speaks: 'chat',
  does: {
    'usage in headers': {
      kind: 'usage',
      sent: [chunk({ content: 'x' }), stop],
      headers: {
        'fireworks-prompt-tokens': '7',
        'fireworks-generation-tokens': '3',
        'x-ratelimit-limit-tokens-prompt': '60000',
      },
      means: { usage: { inputTokens: 7, outputTokens: 3 } },
    },
  },
};

export const cloudflare: Actor = {
  speaks: 'chat',
  does: {
    'a list of errors': asError(
      'invalid',
      {
        status: 400,
        body: { success: false, errors: [{ code: 5006, message: 'must have required property' }] },
      },
      'PROVIDER_BAD_REQUEST',
      /must have required/,
    ),
  },
};

export const bedrock: Actor = {
  speaks: 'chat',
  does: {
    'a prompt that is too long': tooLong({
      status: 400,
      body: { message: 'Input is too long for requested model.' },
    }),
  },
};

export const tgi: Actor = {
  speaks: 'chat',
  does: {
    'a prompt that is too long': tooLong({
      status: 422,
      body: {
        error: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000',
        error_type: 'validation',
      },
    }),
  },
};

/** Servers that are made with it. */
export const fastApi: Actor = {
  speaks: 'chat',
  does: {
    'a field that is missing': asError(
      'invalid',
      {
        status: 422,
        body: { detail: [{ loc: ['body', 'tools'], msg: 'field required', type: 'value_error' }] },
      },
      'PROVIDER_BAD_REQUEST',
      /tools: field required/,
    ),
    ...inPlace(
      'a path that is not there',
      { detail: 'Not Found' },
      {
        code: 'PROVIDER_STREAM_BROKEN',
        says: /Not Found/,
      },
    ),
  },
};
