import type { Actor } from './behaviour.ts';
import { A, asError, chunk, DONE, said, stop, tooLong, whole } from './events.ts';
import { chat } from './histories.ts';

/** With a template without system messages. https://github.com/ggml-org/llama.cpp/tree/master/tools/server */
export const llamaCpp: Actor = {
  speaks: 'chat',
  refuses: chat(
    (messages) => (messages.some(({ role }) => role === 'system') ? 'System role not supported' : null),
    500,
  ),
  refusesSchema: said(400, 'JSON schema conversion failed:\nUnrecognized schema: {"type":"date"}'),
  lists: {
    'the window that the model was trained with': {
      entry: { meta: { n_ctx_train: 8_192 } },
      means: { contextWindow: 8_192 },
    },
    'a smaller window that it was loaded with': {
      entry: { meta: { n_ctx: 4_096, n_ctx_train: 8_192 } },
      means: { contextWindow: 4_096 },
    },
  },
  does: {
    'a whole answer in place of a stream': whole(
      'whole',
      {
        object: 'chat.completion',
        choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 3, completion_tokens: 1 },
      },
      { text: 'Hello', usage: { inputTokens: 3, outputTokens: 1 } },
    ),
    'the older function_call': {
      kind: 'arguments',
      sent: [chunk({ function_call: { name: 'a', arguments: '{"x":1}' } }), chunk({}, 'function_call')],
      means: { calls: [A] },
    },
    'counts beside its timings': {
      kind: 'usage',
      sent: [
        chunk({ content: 'Hello' }),
        { ...stop, timings: { prompt_n: 3, cache_n: 4, predicted_n: 1, prompt_ms: 20, predicted_ms: 5 } },
        DONE,
      ],
      means: { text: 'Hello', usage: { outputTokens: 1 } },
    },
    'tools that it drops for want of a template': {
      kind: 'textCalls',
      sent: [chunk({ content: '{"name": "list_files", "parameters": {"path": "."}}' }), stop, DONE],
      means: { text: '{"name": "list_files", "parameters": {"path": "."}}', calls: [] },
      makes: {
        input: { kind: 'AGENT' },
        times: 1,
        task: { status: 'COMPLETED', toolCalls: [{ tool: 'list_files' }] },
      },
    },
    'a model that is loading': asError(
      'loading',
      { status: 503, body: { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } } },
      'PROVIDER_UNAVAILABLE',
      /Loading model/,
    ),
    'a prompt that is too long': tooLong({
      status: 400,
      body: {
        error: {
          code: 400,
          message: 'the request exceeds the available context size',
          type: 'exceed_context_size_error',
        },
      },
    }),
  },
};
