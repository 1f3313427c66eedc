import type { Actor } from './behaviour.ts';
import { A, asError, B, called, chunk, DONE, fn, said, stop } from './events.ts';

/** https://learn.microsoft.com/azure/ai-services/openai/reference */
export const azure: Actor = {
  speaks: 'chat',
  lacks: (name) => said(400, `Unrecognized request argument supplied: ${name}`),
  does: {
    'the same id for two calls': {
      kind: 'ids',
      sent: [
        called({ index: 0, id: 'c', ...fn('a', '{"x":1}') }, { index: 1, id: 'c', ...fn('b', '{"y":2}') }),
        stop,
      ],
      means: { calls: [A, B] },
    },
    'what its filter thinks around the answer': {
      kind: 'comments',
      sent: [
        { id: '', object: '', choices: [], prompt_filter_results: [{ prompt_index: 0 }] },
        chunk({ content: 'Hello' }, null, { content_filter_results: { hate: { filtered: false } } }),
        chunk({}, null, { content_filter_offsets: { start_offset: 0 }, content_filter_results: {} }),
        stop,
        DONE,
      ],
      means: { text: 'Hello' },
    },
    'a prompt that its filter refuses': asError(
      'invalid',
      said(
        400,
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
        {
          code: 'content_filter',
        },
      ),
      'PROVIDER_BAD_REQUEST',
      /content management policy/,
    ),
  },
};
