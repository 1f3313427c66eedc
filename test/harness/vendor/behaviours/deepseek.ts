import type { Actor } from './behaviour.ts';
import { A, asError, called, chunk, fn, said, stop, used } from './events.ts';
import { callsOf, chat } from './histories.ts';

const SCORE = { type: 'object', properties: { score: { type: 'integer' } }, required: ['score'] };

/** https://api-docs.deepseek.com */
export const deepSeek: Actor = {
  speaks: 'chat',
  refuses: chat((messages) => {
    const turns = messages.filter((message) => callsOf(message).length > 0);
    if (
      turns.some(({ reasoning_content }) => typeof reasoning_content !== 'string' || reasoning_content === '')
    )
      return 'Missing `reasoning_content` field in the assistant message with tool calls.';
    return messages.some((message) => callsOf(message).length === 0 && 'reasoning_content' in message)
      ? 'reasoning_content is not allowed here'
      : null;
  }),
  lacks: (name) =>
    said(
      400,
      name === 'response_format'
        ? 'This response_format type is unavailable now'
        : `deepseek-reasoner does not support the parameter ${name}`,
    ),
  does: {
    'thoughts and a call that wants them back': {
      kind: 'signatures',
      sent: [
        chunk({ reasoning_content: 'I look ' }),
        chunk({ reasoning_content: 'first.' }),
        called({ index: 0, id: 'c1', ...fn('look', '{}') }),
        chunk({}, 'tool_calls'),
        used({ prompt_tokens: 1, completion_tokens: 1 }),
      ],
      means: { reasoning: 'I look first.', calls: [{ name: 'look', arguments: {} }] },
      wantsBack: /"reasoning_content":"I look first\."/,
    },
    'an id that comes late': {
      kind: 'ids',
      sent: [
        called({ index: 0, ...fn('a', '{"x"') }),
        called({ index: 0, id: 'c1', ...fn('', ':1}') }),
        stop,
      ],
      means: { calls: [{ ...A, id: 'c1' }] },
    },
    'tokens of the cache under a name of its own': {
      kind: 'cachedTokens',
      sent: [
        chunk({ content: 'x' }),
        stop,
        used({ prompt_tokens: 100, completion_tokens: 10, prompt_cache_hit_tokens: 64 }),
      ],
      means: { usage: { inputTokens: 100, cachedInputTokens: 64 } },
    },
    'an end by want of resources': {
      kind: 'emptyEnds',
      sent: [chunk({ content: 'Hi' }, 'insufficient_system_resource')],
      means: { error: { code: 'PROVIDER_STREAM_BROKEN' } },
    },
    'JSON in a fence behind thoughts and before words': {
      kind: 'looseJson',
      sent: [
        chunk({ content: '<think>An integer.</think>\nHere it is:\n```json\n' }),
        chunk({ content: '{"score": 2}\n```\nIs there anything else?' }),
        stop,
        used({ prompt_tokens: 3, completion_tokens: 4 }),
      ],
      means: { calls: [] },
      makes: {
        input: { responseSchema: SCORE },
        task: { status: 'COMPLETED', attempt: 1, result: { data: { score: 2 } } },
      },
    },
    'an empty account': asError(
      'account',
      said(402, 'Insufficient Balance', { code: 'invalid_request_error' }),
      'PROVIDER_AUTH',
      /Insufficient Balance/,
    ),
    'signs of life before the answer': {
      kind: 'comments',
      sent: `: keep-alive\n\n: keep-alive\n\ndata: ${JSON.stringify(chunk({ content: 'Hello' }, 'stop'))}\n\ndata: [DONE]\n\n`,
      means: { text: 'Hello' },
    },
  },
};
