import type { Actor } from './behaviour.ts';
import { asError, chunk, fn, said, stop, tooLong } from './events.ts';
import { chat, foreign, THOUGHTS } from './histories.ts';

/** https://console.groq.com/docs */
export const groq: Actor = {
  speaks: 'chat',
  refuses: chat((messages) => foreign(messages, [...THOUGHTS, 'reasoning'])),
  lacks: (name) => said(400, `property '${name}' is unsupported`),
  lists: {
    'a window of its own name': {
      entry: { context_window: 131_072 },
      means: { contextWindow: 131_072 },
    },
  },
  does: {
    'an empty call beside text': {
      kind: 'blanks',
      sent: [chunk({ content: 'Hello', tool_calls: [{ index: 0, id: '', ...fn('', '') }] }), stop],
      means: { text: 'Hello', calls: [], reason: 'stop' },
    },
    'usage in a member of its own': {
      kind: 'usage',
      sent: [
        chunk({ content: 'x' }),
        { ...stop, x_groq: { usage: { prompt_tokens: 7, completion_tokens: 3 } } },
      ],
      means: { usage: { inputTokens: 7, outputTokens: 3 } },
    },
    'a call that the model wrote badly': asError(
      'invalid',
      said(
        400,
        "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.",
        {
          code: 'tool_use_failed',
          failed_generation: '<function=look{}</function>',
        },
      ),
      'PROVIDER_BAD_REQUEST',
      /Failed to call a function/,
    ),
    'a prompt that is too long': tooLong(
      said(400, 'Please reduce the length of the messages or completion.'),
    ),
  },
};
