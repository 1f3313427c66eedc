import type { Actor } from './behaviour.ts';
import { A, B, called, chunk, fn, said, tooLong } from './events.ts';

/** https://platform.moonshot.ai/docs */
export const moonshot: Actor = {
  speaks: 'chat',
  lacks: (name) => said(400, `invalid ${name}: only 1 is allowed for this model`),
  does: {
    'indexes from 1 with gaps': {
      kind: 'indexes',
      sent: [
        called({ index: 1, id: 'functions.a:0', ...fn('a', '') }),
        called({ index: 4, id: 'functions.b:1', ...fn('b', '{"y"') }),
        called({ index: 1, ...fn(null, '{"x":1}') }),
        called({ index: 4, ...fn(null, ':2}') }),
        chunk({}, 'tool_calls'),
      ],
      means: {
        calls: [
          { ...A, id: 'functions.a:0' },
          { ...B, id: 'functions.b:1' },
        ],
      },
    },
    'numbers as text and null for what is absent': {
      kind: 'looseArguments',
      sent: [
        called({ index: 0, id: 'c1', ...fn('list_files', '{"path":null,"depth":"2"}') }),
        chunk({}, 'tool_calls'),
      ],
      means: { calls: [{ name: 'list_files', arguments: { path: null, depth: '2' } }] },
      makes: {
        input: { kind: 'AGENT' },
        times: 1,
        task: { status: 'COMPLETED', toolCalls: [{ tool: 'list_files', isError: false }] },
      },
    },
    'arguments one level too deep': {
      kind: 'looseArguments',
      sent: [
        called({ index: 0, id: 'c1', ...fn('list_files', '{"arguments":{"path":"."}}') }),
        chunk({}, 'tool_calls'),
      ],
      means: { calls: [{ name: 'list_files', arguments: { arguments: { path: '.' } } }] },
      makes: {
        input: { kind: 'AGENT' },
        times: 1,
        task: { status: 'COMPLETED', toolCalls: [{ tool: 'list_files', isError: false }] },
      },
    },
    'usage within the choice': {
      kind: 'usage',
      sent: [
        chunk({ content: 'x' }),
        chunk({}, 'stop', { usage: { prompt_tokens: 7, completion_tokens: 3, cached_tokens: 2 } }),
      ],
      means: { usage: { inputTokens: 7, outputTokens: 3, cachedInputTokens: 2 } },
    },
    'a prompt that is too long': tooLong(
      said(400, 'Invalid request: Your request exceeded model token limit: 8192'),
    ),
  },
};
