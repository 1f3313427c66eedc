import type { Actor } from './behaviour.ts';
import { A, asError, B, block, grown, inPlace, stopped, tooLong, whole } from './events.ts';
import { anthropicProblem } from './histories.ts';

const said = (status: number, type: string, message: string) => ({
  status,
  body: { type: 'error', error: { type, message } },
});
const refused = (message: string) => said(400, 'invalid_request_error', message);
const HELLO = [block({ type: 'text', text: '' }), grown({ type: 'text_delta', text: 'Hello' })];
const begun = (usage: object) => ({ type: 'message_start', message: { usage } });

/** https://platform.claude.com/docs/en/api/messages */
export const anthropic: Actor = {
  speaks: 'messages',
  refuses: (body) => {
    const message = anthropicProblem(body);
    return message === null ? null : refused(message);
  },
  lacks: (name) =>
    name === 'temperature'
      ? refused('`temperature` is deprecated for this model.')
      : refused(`${name}: Extra inputs are not permitted`),
  does: {
    'a refusal': {
      kind: 'refusals',
      sent: [...HELLO, ...stopped('refusal')],
      means: { text: 'Hello', reason: 'content_filter' },
    },
    'text that a block starts with': {
      kind: 'content',
      sent: [
        block({ type: 'text', text: 'Hel' }),
        grown({ type: 'text_delta', text: 'lo' }),
        ...stopped('end_turn'),
      ],
      means: { text: 'Hello' },
    },
    'the whole input in the start of a block': {
      kind: 'arguments',
      sent: [
        block({ type: 'tool_use', id: 't1', name: 'a', input: { x: 1 } }),
        { type: 'content_block_stop', index: 0 },
        ...stopped('tool_use'),
      ],
      means: { calls: [{ ...A, id: 't1' }] },
    },
    'two calls with pieces between each other': {
      kind: 'indexes',
      sent: [
        block({ type: 'tool_use', id: 't1', name: 'a', input: {} }, 1),
        block({ type: 'tool_use', id: 't2', name: 'b', input: {} }, 3),
        grown({ type: 'input_json_delta', partial_json: '{"x":' }, 1),
        grown({ type: 'input_json_delta', partial_json: '{"y":2}' }, 3),
        grown({ type: 'input_json_delta', partial_json: '1}' }, 1),
        ...stopped('tool_use'),
      ],
      means: {
        calls: [
          { ...A, id: 't1' },
          { ...B, id: 't2' },
        ],
      },
    },
    'thoughts and a call that wants them back': {
      kind: 'signatures',
      sent: [
        block({ type: 'thinking', thinking: 'Hm' }),
        grown({ type: 'thinking_delta', thinking: '.' }),
        grown({ type: 'signature_delta', signature: 'SIG-claude' }),
        { type: 'content_block_stop', index: 0 },
        block({ type: 'text', text: '\n\n' }, 1),
        { type: 'content_block_stop', index: 1 },
        block({ type: 'tool_use', id: 't1', name: 'look', input: { a: 1 } }, 2),
        ...stopped('tool_use'),
      ],
      means: { reasoning: 'Hm.', calls: [{ id: 't1', name: 'look', arguments: { a: 1 } }] },
      wantsBack: /"type":"thinking","thinking":"Hm\.","signature":"SIG-claude"/,
    },
    'pings and events of a later version': {
      kind: 'comments',
      sent: [
        { type: 'ping' },
        { type: 'something_new', index: 3, delta: {} },
        ...HELLO,
        { type: 'ping' },
        ...stopped('end_turn'),
      ],
      means: { text: 'Hello' },
    },
    'counts of input in the first event and of output in the last': {
      kind: 'usage',
      sent: [
        begun({ input_tokens: 7, output_tokens: 1 }),
        ...HELLO,
        ...stopped('end_turn', { output_tokens: 3 }),
      ],
      means: { usage: { inputTokens: 7, outputTokens: 3 } },
    },
    'tokens read from the cache and written to it beside the input': {
      kind: 'cachedTokens',
      sent: [
        begun({
          input_tokens: 5,
          cache_read_input_tokens: 100,
          cache_creation_input_tokens: 20,
          output_tokens: 1,
        }),
        ...HELLO,
        ...stopped('end_turn', { output_tokens: 9 }),
      ],
      means: {
        usage: {
          inputTokens: 125,
          cachedInputTokens: 100,
          cacheWriteTokens: 20,
          outputTokens: 9,
          reasoningTokens: null,
        },
      },
    },
    'an overload after text': {
      kind: 'errorInStream',
      sent: [...HELLO, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
      means: { text: 'Hello', error: { code: 'PROVIDER_UNAVAILABLE', status: null, says: /Overloaded/ } },
    },
    'a window that is full in mid-answer': {
      kind: 'cutOff',
      sent: [...HELLO, ...stopped('model_context_window_exceeded')],
      means: { text: 'Hello', reason: 'length' },
    },
    'an end without a reason': {
      kind: 'ends',
      sent: [...HELLO, ...stopped(null)],
      means: { text: 'Hello', reason: 'unknown' },
    },
    'a whole message in place of a stream': whole(
      'whole',
      {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'text', text: 'Hello' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 3, output_tokens: 1 },
      },
      { text: 'Hello', usage: { inputTokens: 3, outputTokens: 1 } },
    ),
    'a prompt that is too long': tooLong(refused('prompt is too long: 210000 tokens > 200000 maximum')),
    'a prompt and an answer that are too long together': tooLong(
      refused(
        'input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000, decrease input length or `max_tokens` and try again',
      ),
    ),
    'an empty account': asError(
      'account',
      refused('Your credit balance is too low to access the Anthropic API.'),
      'PROVIDER_AUTH',
      /credit balance/,
    ),
    'a model that is not there': asError(
      'missingModel',
      said(404, 'not_found_error', 'model: claude-9'),
      'MODEL_NOT_FOUND',
      /claude-9/,
    ),
    ...inPlace(
      'an overload',
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      { code: 'PROVIDER_UNAVAILABLE', says: /Overloaded/ },
    ),
  },
};
