import type { Actor } from './behaviour.ts';
import { A, asError, called, chunk, DONE, fn, inPlace, stop, tooLong, used } from './events.ts';

const said = (message: string, more: object = {}) => ({
  status: 400,
  body: { error: { message, code: '400', ...more } },
});

/** https://docs.litellm.ai */
export const liteLlm: Actor = {
  speaks: 'chat',
  lacks: (name) =>
    said(`litellm.UnsupportedParamsError: openai does not support parameters: ['${name}'], for model=x`),
  lists: {
    'every model as if it were of OpenAI': {
      entry: { owned_by: 'openai' },
      means: { contextWindow: null, callsTools: null },
    },
  },
  does: {
    'thinking blocks': {
      kind: 'thoughts',
      sent: [
        chunk({ thinking_blocks: [{ type: 'thinking', thinking: 'Hm.' }] }),
        chunk({ content: 'Hello' }, 'stop'),
      ],
      means: { text: 'Hello', reasoning: 'Hm.' },
    },
    'an empty object before the arguments': {
      kind: 'arguments',
      sent: [
        called({ index: 0, id: 'c1', ...fn('a', '{}') }),
        called({ index: 0, ...fn(null, '{"x":1}') }),
        stop,
      ],
      means: { calls: [A] },
    },
    'more from the cache than of input': {
      kind: 'cachedTokens',
      sent: [
        chunk({ content: 'x' }),
        stop,
        used({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cache_read_input_tokens: 90 }),
      ],
      means: { usage: { inputTokens: 100, cachedInputTokens: 90, outputTokens: 5 } },
    },
    'DONE without a reason after text and with usage': {
      kind: 'ends',
      sent: [chunk({ content: 'Hello' }), used({ prompt_tokens: 3, completion_tokens: 1 }), DONE],
      means: { text: 'Hello', reason: 'unknown' },
    },
    'DONE after text alone': {
      kind: 'ends',
      sent: [chunk({ content: 'Hi' }), DONE],
      means: { error: { code: 'PROVIDER_STREAM_BROKEN' } },
    },
    'DONE after usage alone': {
      kind: 'ends',
      sent: [used({ prompt_tokens: 1, completion_tokens: 1 }), DONE],
      means: { error: { code: 'PROVIDER_STREAM_BROKEN' } },
    },
    'a stream that ends after text and usage': {
      kind: 'ends',
      sent: [chunk({ content: 'Hi' }), { usage: { completion_tokens: 1 } }],
      means: { error: { code: 'PROVIDER_STREAM_BROKEN' } },
    },
    'content that is no text': {
      kind: 'content',
      sent: [chunk({ content: { type: 'image', url: 'x' } }, 'stop')],
      means: { error: { code: 'PROVIDER_STREAM_BROKEN' } },
    },
    'a prompt that is too long': tooLong(
      said('litellm.ContextWindowExceededError: too much', { type: null }),
    ),
    'a model that is not there': asError(
      'missingModel',
      said('Invalid model name passed in model=gpt-9'),
      'MODEL_NOT_FOUND',
      /gpt-9/,
    ),
    ...inPlace(
      'a failure of the vendor behind it',
      { error: 'upstream gave up', code: 500 },
      { code: 'PROVIDER_UNAVAILABLE', status: 500, says: /gave up/ },
    ),
  },
};
