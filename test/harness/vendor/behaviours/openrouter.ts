import type { Actor } from './behaviour.ts';
import { asError, chunk, inPlace, stop, tooLong } from './events.ts';

const said = (code: number, message: string, more: object = {}) => ({
  status: code,
  body: { error: { message, code, ...more } },
});

/** https://openrouter.ai/docs/api-reference */
export const openRouter: Actor = {
  speaks: 'chat',
  // The words are those of the vendor behind it.
  lacks: (name) =>
    said(400, 'Provider returned error', {
      metadata: {
        provider_name: 'OpenAI',
        raw: JSON.stringify({ error: { message: `Unsupported parameter: '${name}'`, param: name } }),
      },
    }),
  lists: {
    'parameters that the model takes': {
      entry: { context_length: 163_840, supported_parameters: ['temperature'] },
      means: { contextWindow: 163_840, callsTools: false },
    },
  },
  does: {
    'one thought under two names': {
      kind: 'thoughts',
      sent: [
        chunk({
          content: '',
          reasoning: 'Hm.',
          reasoning_details: [{ type: 'reasoning.text', text: 'Hm.' }],
        }),
        chunk({ content: 'Hello' }),
        stop,
      ],
      means: { text: 'Hello', reasoning: 'Hm.' },
    },
    'comments between the chunks': {
      kind: 'comments',
      sent: `: OPENROUTER PROCESSING\n\ndata: ${JSON.stringify(chunk({ content: 'Hello' }))}\n\n: OPENROUTER PROCESSING\n\ndata: ${JSON.stringify(stop)}\n\ndata: [DONE]\n\n`,
      means: { text: 'Hello' },
    },
    'an error of the vendor behind it after text': {
      kind: 'errorInStream',
      sent: [
        chunk({ content: 'Hi' }),
        { error: { code: 502, message: 'Provider disconnected' }, ...chunk({ content: '' }, 'error') },
      ],
      means: { text: 'Hi', error: { code: 'PROVIDER_UNAVAILABLE', status: null, says: /disconnected/ } },
    },
    'an end with the reason error': {
      kind: 'emptyEnds',
      sent: [chunk({ content: 'Hi' }, 'error')],
      means: { error: { code: 'PROVIDER_STREAM_BROKEN' } },
    },
    'a prompt that is too long for the vendor behind it': tooLong(
      said(400, 'Provider returned error', {
        metadata: { raw: '{"error":{"message":"prompt is too long: 210000 tokens > 200000 maximum"}}' },
      }),
    ),
    'a model that is not there': asError(
      'missingModel',
      said(400, 'gpt-9 is not a valid model ID'),
      'MODEL_NOT_FOUND',
      /gpt-9/,
    ),
    ...inPlace('a refused region', said(403, 'not in your region').body, {
      code: 'PROVIDER_AUTH',
      status: 403,
      says: /region/,
    }),
  },
};
