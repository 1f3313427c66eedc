import type { Actor } from './behaviour.ts';
import { A, B, called, chunk, fn, stop, tooLong, used } from './events.ts';

/** https://docs.x.ai */
export const xAi: Actor = {
  speaks: 'chat',
  lacks: (name) => ({
    status: 400,
    body: { code: 'invalid', error: `Argument not supported on this model: ${name}` },
  }),
  does: {
    'no index at all': {
      kind: 'indexes',
      sent: [
        called({ id: 'c1', ...fn('a', '{"x"') }),
        called(fn('', ':1}')),
        called({ id: 'c2', ...fn('b', '{"y":2}') }),
        stop,
      ],
      means: {
        calls: [
          { ...A, id: 'c1' },
          { ...B, id: 'c2' },
        ],
      },
    },
    'an empty reason before the real one': {
      kind: 'blanks',
      sent: [chunk({ content: 'Hello' }, ''), stop],
      means: { text: 'Hello' },
    },
    'reasoning in the total alone': {
      kind: 'reasoningTokens',
      sent: [
        chunk({ content: 'x' }),
        stop,
        used({ prompt_tokens: 100, completion_tokens: 10, total_tokens: 1110 }),
      ],
      means: { usage: { inputTokens: 100, outputTokens: 1010 } },
    },
    'a prompt that is too long': tooLong({
      status: 400,
      body: {
        code: 'Client specified an invalid argument',
        error: "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
      },
    }),
  },
};
