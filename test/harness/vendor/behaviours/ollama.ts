import type { Actor } from './behaviour.ts';
import { A, asError, called, fn, last, line, stop, tooLong } from './events.ts';
import { callsIn, isObject, messagesOf } from './histories.ts';

const said = (status: number, error: string) => ({ status, body: { error } });
const HELLO = line({ content: 'Hello' });

/** Its own API. https://docs.ollama.com/api/chat */
export const ollama: Actor = {
  speaks: 'ollama',
  refuses: (body) => {
    const isMeant = callsIn(messagesOf(body)).every((call) =>
      isObject((call.function as { arguments?: unknown }).arguments),
    );
    return isMeant
      ? null
      : said(400, 'json: cannot unmarshal string into Go struct field of tool call arguments');
  },
  lacks: (name) => said(400, `"llama3.2" does not support ${name === 'think' ? 'thinking' : name}`),
  refusesSchema: said(500, 'invalid JSON schema in format'),
  does: {
    'content in parts': {
      kind: 'content',
      sent: [line({ content: [{ type: 'text', text: 'Hello' }] }), last()],
      means: { text: 'Hello' },
    },
    'a number where a token is one': {
      kind: 'content',
      sent: [line({ content: 7 }), last()],
      means: { text: '7' },
    },
    'arguments as text': {
      kind: 'arguments',
      sent: [line({ tool_calls: [fn('a', '{"x":1}')] }), last()],
      means: { calls: [A] },
    },
    'calls without ids and arguments': {
      kind: 'ids',
      sent: [line({ tool_calls: [{ function: { name: 'a' } }, { function: { name: 'a' } }] }), last()],
      means: {
        calls: [
          { name: 'a', arguments: {} },
          { name: 'a', arguments: {} },
        ],
      },
    },
    'an empty error beside an answer': {
      kind: 'blanks',
      sent: [{ ...HELLO, error: null }, last()],
      means: { text: 'Hello' },
    },
    'a whole answer over many lines': {
      kind: 'whole',
      sent: JSON.stringify(last({ message: { content: 'Hello' } }), null, 2),
      means: { text: 'Hello' },
    },
    'an error within a 200': {
      kind: 'errorInPlace',
      sent: [{ error: 'llama runner process has terminated' }],
      means: { error: { code: 'PROVIDER_UNAVAILABLE', says: /terminated/ } },
    },
    'an error after text': {
      kind: 'errorInStream',
      sent: [HELLO, { error: 'an error was encountered while running the model: unexpected EOF' }],
      means: { text: 'Hello', error: { code: 'PROVIDER_UNAVAILABLE', status: null } },
    },
    'a model that was only loaded': {
      kind: 'emptyEnds',
      sent: [last({ done_reason: 'load' })],
      means: { error: { code: 'PROVIDER_STREAM_BROKEN', status: null, says: /the reason "load"/ } },
    },
    'a model that was only unloaded': {
      kind: 'emptyEnds',
      sent: [last({ done_reason: 'unload' })],
      means: { error: { code: 'PROVIDER_STREAM_BROKEN', status: null, says: /the reason "unload"/ } },
    },
    'nothing in place of a call of an unknown tool': {
      kind: 'emptyEnds',
      sent: [last({ prompt_eval_count: 9, eval_count: 12 })],
      means: { text: '', calls: [] },
      makes: { input: { kind: 'AGENT' }, task: { status: 'FAILED', error: { code: 'ANSWER_EMPTY' } } },
    },
    'a call as Qwen writes it in a block': {
      kind: 'textCalls',
      sent: [line({ content: 'Let me see.\n```json\n{"name": "list_files", "arguments": {}}\n```' }), last()],
      means: { calls: [] },
      makes: {
        input: { kind: 'AGENT' },
        times: 1,
        task: { status: 'COMPLETED', toolCalls: [{ tool: 'list_files' }] },
      },
    },
    'an end without its last line': {
      kind: 'loops',
      sent: Array.from({ length: 40 }, () => line({ content: 'and again ' })),
      means: { text: 'and again '.repeat(40), error: { code: 'PROVIDER_STREAM_BROKEN' } },
    },
    'text that repeats itself': {
      kind: 'loops',
      sent: [
        ...Array.from({ length: 120 }, () => line({ content: `${'over and over '.repeat(5)}\n` })),
        last(),
      ],
      means: {},
      makes: { task: { status: 'FAILED', error: { code: 'LOOP_DETECTED' } } },
    },
    'a limit of tokens that ends the answer': {
      kind: 'cutOff',
      sent: [HELLO, last({ done_reason: 'length' })],
      means: { text: 'Hello', reason: 'length' },
    },
    'times that include the loading of the model': {
      kind: 'durations',
      sent: [
        HELLO,
        last({
          total_duration: 2_500_000_000,
          load_duration: 1_000_000_000,
          prompt_eval_duration: 250_000_000,
          eval_duration: 1_250_000_000,
        }),
      ],
      means: { durations: { totalMs: 2500, loadMs: 1000, promptMs: 250, outputMs: 1250 } },
    },
    'counts of what it evaluated': {
      kind: 'usage',
      sent: [HELLO, last({ prompt_eval_count: 26, eval_count: 5 })],
      means: { usage: { inputTokens: 26, outputTokens: 5 } },
    },
    'thoughts in a member of their own': {
      kind: 'thoughts',
      sent: [line({ thinking: 'Hm.' }), HELLO, last()],
      means: { text: 'Hello', reasoning: 'Hm.' },
    },
    'a model without tools': asError(
      'tools',
      said(400, 'registry.ollama.ai/library/m:latest does not support tools'),
      'PROVIDER_BAD_REQUEST',
      /does not support tools/,
    ),
    'a model that does not chat': asError(
      'tools',
      said(400, '"nomic-embed-text" does not support chat'),
      'PROVIDER_BAD_REQUEST',
      /does not support chat/,
    ),
    'a model that is not there': asError(
      'missingModel',
      said(404, "model 'gpt-9' not found"),
      'MODEL_NOT_FOUND',
      /gpt-9/,
    ),
    'a prompt that is too long': tooLong(said(400, 'the input length exceeds the context length')),
    'a prompt that is too long in the words of its runner': tooLong(
      said(400, '{"error":{"code":400,"type":"exceed_context_size_error"}}'),
    ),
  },
};

/** Its imitation of OpenAI's. */
export const ollamaV1: Actor = {
  speaks: 'chat',
  does: {
    'arguments as an object and null while there are none': {
      kind: 'arguments',
      sent: [
        called({ index: 0, id: 'c1', ...fn('a', null) }),
        called({ index: 0, ...fn(null, { x: 1 }) }),
        stop,
      ],
      means: { calls: [{ ...A, id: 'c1' }] },
    },
    'a prompt that is too long': tooLong(said(400, 'the input length exceeds the context length')),
  },
};
