import type { Actor } from './behaviour.ts';
import { A, called, chunk, fn, stop, tooLong, whole } from './events.ts';

const answer = {
  choices: [{ message: { content: 'Hello', reasoning_content: 'Hm.' }, finish_reason: 'stop' }],
};

/** https://lmstudio.ai/docs */
export const lmStudio: Actor = {
  speaks: 'chat',
  lists: {
    'a smaller window that it was loaded with': {
      entry: { type: 'vlm', max_context_length: 32_768, loaded_context_length: 4_096 },
      means: { contextWindow: 4_096, capabilities: ['text', 'vision'] },
    },
    'the use of tools': {
      entry: { type: 'llm', capabilities: ['tool_use'] },
      means: { callsTools: true },
    },
    'embeddings by name alone': {
      entry: { id: 'text-embedding-nomic' },
      means: { capabilities: ['embedding'] },
    },
  },
  does: {
    'a whole answer over many lines that is called a stream': whole(
      'whole',
      `\n${JSON.stringify(answer, null, 2)}`,
      { text: 'Hello', reasoning: 'Hm.' },
      'text/event-stream',
    ),
    'arguments as text within text': {
      kind: 'arguments',
      sent: [called({ index: 0, id: 'c1', ...fn('a', JSON.stringify('{"x":1}')) }), stop],
      means: { calls: [A] },
    },
    'a call as plain JSON': {
      kind: 'textCalls',
      sent: [chunk({ content: '```json\n{"name": "list_files", "arguments": {"path": "."}}\n```' }), stop],
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
        error:
          'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
      },
    }),
  },
};
