import type { Actor } from './behaviour.ts';
import { A, asError, called, chunk, fn, inPlace, stop, tooLong, used } from './events.ts';
import { chat } from './histories.ts';

const said = (code: number, message: string, more: object = {}) => ({
  status: code,
  body: { object: 'error', message, code, ...more },
});

/** With a template that wants turns. https://docs.vllm.ai */
export const vLlm: Actor = {
  speaks: 'chat',
  refuses: chat((messages) => {
    const roles = messages.map(({ role }) => role).filter((role) => role === 'user' || role === 'assistant');
    if (messages.slice(1).some(({ role }) => role === 'system'))
      return 'System message must be at the beginning.';
    return roles.some((role, index) => role === 'user' && roles[index - 1] === 'user')
      ? 'Conversation roles must alternate user/assistant/user/assistant/...'
      : null;
  }),
  lacks: (name) => said(500, `unexpected keyword argument '${name}'`),
  refusesSchema: said(400, 'The provided JSON schema contains features not supported by xgrammar.'),
  lists: {
    'the window that it was started with': {
      entry: { max_model_len: 4_096 },
      means: { contextWindow: 4_096 },
    },
    'a window below nothing': { entry: { max_model_len: -1 }, means: { contextWindow: null } },
  },
  does: {
    'a number where a token is one': {
      kind: 'content',
      sent: [chunk({ content: 7 }, 'stop')],
      means: { text: '7' },
    },
    'the whole arguments again in the last piece': {
      kind: 'arguments',
      sent: [
        called({ index: 0, id: 'c1', ...fn('a', '{"x"') }),
        called({ index: 0, ...fn(null, ':1}') }),
        called({ index: 0, ...fn(null, '{"x":1}') }),
        stop,
      ],
      means: { calls: [A] },
    },
    'parallel calls of one tool at one index without ids': {
      kind: 'ids',
      sent: [called({ index: 0, ...fn('a', '{"x":1}') }), called({ index: 0, ...fn('a', '{"x":1}') }), stop],
      means: { calls: [A, A] },
    },
    'an id made anew for each piece': {
      kind: 'ids',
      sent: [
        called({ index: 0, id: 'c1', ...fn('a', '{"x"') }),
        called({ index: 0, id: 'c9', ...fn(null, ':1}') }),
        stop,
      ],
      means: { calls: [{ ...A, id: 'c1' }] },
    },
    'usage in every chunk and zeros in the last one': {
      kind: 'usage',
      sent: [
        { ...chunk({ content: 'x' }), usage: { prompt_tokens: 7, completion_tokens: 1 } },
        { ...chunk({ content: 'x' }, 'stop'), usage: { prompt_tokens: 7, completion_tokens: 2 } },
        used({ prompt_tokens: 0, completion_tokens: 0 }),
      ],
      means: { usage: { inputTokens: 7, outputTokens: 2 } },
    },
    'thoughts under the newer name': {
      kind: 'thoughts',
      sent: [chunk({ reasoning: 'Hm.' }), chunk({ content: 'Hello' }, 'stop')],
      means: { text: 'Hello', reasoning: 'Hm.' },
    },
    'a call as Hermes writes it': {
      kind: 'textCalls',
      sent: [
        chunk({ content: '<tool_call>\n{"name": "list_files", "arguments": {"path": "."}}\n</tool_call>' }),
        stop,
        used({ prompt_tokens: 3, completion_tokens: 4 }),
      ],
      means: { text: '<tool_call>\n{"name": "list_files", "arguments": {"path": "."}}\n</tool_call>' },
      makes: {
        input: { kind: 'AGENT' },
        times: 1,
        task: { status: 'COMPLETED', toolCalls: [{ tool: 'list_files' }] },
      },
    },
    'a prompt that is too long': tooLong(
      said(400, 'the context length is 4096 tokens', { type: 'BadRequestError' }),
    ),
    'a prompt that is too long for an older version': tooLong(
      said(400, 'The decoder prompt (length 5000) is longer than the maximum model length of 4096.'),
    ),
    'a limit that is too high': asError(
      'limit',
      said(400, 'max_tokens is too large: 100000. This model supports at most 16384 completion tokens.'),
      'PROVIDER_BAD_REQUEST',
      /at most 16384/,
    ),
    ...inPlace('a prompt that is too long', said(400, 'the context length is 4096 tokens').body, {
      code: 'CONTEXT_TOO_LONG',
      status: 400,
      says: /4096/,
    }),
  },
};
