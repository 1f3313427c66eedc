import type { Actor } from './behaviour.ts';
import { A, called, chunk, fn, inPlace, stop, tooLong } from './events.ts';

/** https://docs.sglang.ai */
export const sgLang: Actor = {
  speaks: 'chat',
  lacks: (name) => ({
    status: 400,
    body: {
      object: 'error',
      message: `1 validation error: {'type': 'extra_forbidden', 'loc': ('body', '${name}'), 'msg': 'Extra inputs are not permitted'}`,
      type: 'Bad Request',
      code: 400,
    },
  }),
  refusesSchema: {
    status: 400,
    body: { object: 'error', message: 'Failed to compile grammar: unknown keyword', code: 400 },
  },
  does: {
    'the whole message again at the end': {
      kind: 'content',
      sent: [
        chunk({ content: 'Hello' }),
        { choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] },
      ],
      means: { text: 'Hello' },
    },
    'in each piece all that came before': {
      kind: 'arguments',
      sent: [
        called({ index: 0, id: 'c1', ...fn('a', '{"x"') }),
        called({ index: 0, ...fn(null, '{"x":1}') }),
        stop,
      ],
      means: { calls: [A] },
    },
    'an error after text with the code of an overlong prompt': {
      kind: 'errorInStream',
      sent: [
        chunk({ content: 'Half of ' }),
        {
          error: { message: 'context length of 4096 tokens exceeded', code: 'context_length_exceeded' },
        },
      ],
      means: { text: 'Half of ', error: { code: 'CONTEXT_TOO_LONG', status: null, says: /4096/ } },
    },
    'a prompt that is too long': tooLong({
      status: 400,
      body: {
        object: 'error',
        message: "Requested token count exceeds the model's maximum context length of 4096 tokens.",
        code: 400,
      },
    }),
    ...inPlace(
      'want of memory',
      { object: 'error', message: 'out of memory', type: 'server_error' },
      { code: 'PROVIDER_UNAVAILABLE', says: /out of memory/ },
    ),
  },
};
