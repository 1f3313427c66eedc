import type { Actor } from './behaviour.ts';
import { A, called, chunk, fn, stop, tooLong } from './events.ts';
import { callsIn, chat } from './histories.ts';

/** https://docs.mistral.ai/api */
export const mistral: Actor = {
  speaks: 'chat',
  refuses: chat((messages) => {
    const bad = callsIn(messages).find(({ id }) => !/^[a-zA-Z0-9]{9}$/.test(String(id)));
    if (bad) return `Tool call id was ${bad.id} but must be a-z, A-Z, 0-9, with a length of 9.`;
    const last = messages.at(-1)?.role;
    return last === 'user' || last === 'tool'
      ? null
      : 'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant';
  }),
  lacks: (name) => ({
    status: 422,
    body: {
      detail: [{ type: 'extra_forbidden', loc: ['body', name], msg: 'Extra inputs are not permitted' }],
    },
  }),
  lists: {
    'abilities in an object': {
      entry: { max_context_length: 32_768, capabilities: { function_calling: true, vision: true } },
      means: { contextWindow: 32_768, callsTools: true, capabilities: ['text', 'vision'] },
    },
  },
  does: {
    'text and thinking in parts': {
      kind: 'content',
      sent: [
        chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }] }),
        chunk({
          content: [
            { type: 'text', text: 'Hello ' },
            { type: 'reference', reference_ids: [1] },
          ],
        }),
        chunk({ content: 'world' }, 'stop'),
      ],
      means: { text: 'Hello world', reasoning: 'Hm.' },
    },
    'arguments in parts of text': {
      kind: 'arguments',
      sent: [called({ index: 0, id: 'c1', ...fn('a', [{ type: 'text', text: '{"x"' }, ':1}']) }), stop],
      means: { calls: [A] },
    },
    'a call behind its mark': {
      kind: 'textCalls',
      sent: [chunk({ content: '[TOOL_CALLS][{"name": "list_files", "arguments": {}}]' }), stop],
      means: { calls: [] },
      makes: {
        input: { kind: 'AGENT' },
        times: 1,
        task: { status: 'COMPLETED', toolCalls: [{ tool: 'list_files' }] },
      },
    },
    'a prompt that is too long': tooLong({
      status: 400,
      body: {
        object: 'error',
        message: {
          detail: [
            { msg: 'Prompt contains 40000 tokens, too large for model with 32768 maximum context length' },
          ],
        },
      },
    }),
  },
};
