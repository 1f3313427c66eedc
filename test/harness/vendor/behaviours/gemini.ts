import type { Actor } from './behaviour.ts';
import { A, B, called, chunk, fn, inPlace, stop, tooLong, used } from './events.ts';
import { callsOf, chat } from './histories.ts';

const said = (code: number, message: string, status: string) => ({
  status: code,
  body: [{ error: { code, message, status } }],
});

/** The endpoint that is compatible with OpenAI's. https://ai.google.dev/gemini-api/docs/openai */
export const gemini: Actor = {
  speaks: 'chat',
  // https://ai.google.dev/gemini-api/docs/thought-signatures
  refuses: chat((messages) => {
    const turns = messages.filter((message) => callsOf(message).length > 0);
    const isSigned = turns.every((message) =>
      /"thought_signature":"(SIG-gemini|skip_thought_signature_validator)"/.test(
        JSON.stringify(callsOf(message)[0]?.extra_content ?? ''),
      ),
    );
    return isSigned ? null : 'Function call is missing a thought_signature in functionCall parts.';
  }),
  lacks: (name) =>
    said(
      400,
      `Invalid JSON payload received. Unknown name "${name}": Cannot find field.`,
      'INVALID_ARGUMENT',
    ),
  refusesSchema: said(
    400,
    'The specified schema produces a constraint that has too many states for serving.',
    'INVALID_ARGUMENT',
  ),
  does: {
    'parallel calls that all have the index 0': {
      kind: 'indexes',
      sent: [
        called({ index: 0, id: 'c1', ...fn('a', '{"x":1}') }, { index: 0, id: 'c2', ...fn('b', '{"y":2}') }),
        stop,
      ],
      means: { calls: [A, B] },
    },
    'a reason in capitals': {
      kind: 'ends',
      sent: [chunk({ content: 'Hello' }, 'MAX_TOKENS')],
      means: { text: 'Hello', reason: 'length' },
    },
    'reasoning beside the output and no total': {
      kind: 'reasoningTokens',
      sent: [
        chunk({ content: 'x' }),
        stop,
        used({
          prompt_tokens: 100,
          completion_tokens: 10,
          completion_tokens_details: { reasoning_tokens: 1000 },
        }),
      ],
      means: { usage: { inputTokens: 100, outputTokens: 1010, reasoningTokens: 1000 } },
    },
    'a signed call': {
      kind: 'signatures',
      sent: [
        called({
          index: 0,
          id: 'c1',
          ...fn('look', '{}'),
          extra_content: { google: { thought_signature: 'SIG-gemini' } },
        }),
        stop,
        used({ prompt_tokens: 1, completion_tokens: 1 }),
      ],
      means: { calls: [{ name: 'look', arguments: {} }] },
      wantsBack: /"thought_signature":"SIG-gemini"/,
    },
    'a call that is malformed': {
      kind: 'cutOff',
      sent: [chunk({}, 'MALFORMED_FUNCTION_CALL'), used({ prompt_tokens: 3, completion_tokens: 4 })],
      means: { text: '', reason: 'other' },
      makes: { input: { kind: 'AGENT' }, task: { status: 'FAILED', error: { code: 'ANSWER_MALFORMED' } } },
    },
    'a prompt that is too long': tooLong(
      said(
        400,
        'The input token count (1200000) exceeds the maximum number of tokens allowed (1048575).',
        'INVALID_ARGUMENT',
      ),
    ),
    ...inPlace('a rate limit', said(429, 'quota metric exhausted', 'RESOURCE_EXHAUSTED').body, {
      code: 'PROVIDER_RATE_LIMITED',
      status: 429,
      says: /exhausted/,
    }),
  },
};
