import type { Actor, Json } from './behaviour.ts';
import { chunk, DONE, said, stop, tooLong, used } from './events.ts';
import { callsIn, chat, foreign, THOUGHTS } from './histories.ts';

const tooLongFor = (message: string) => tooLong(said(400, message));
const ok = chunk({ content: 'Hello' }, 'stop');

/** https://platform.openai.com/docs/api-reference/chat */
export const openAi: Actor = {
  speaks: 'chat',
  refuses: chat((messages: readonly Json[]) => {
    if (callsIn(messages).some(({ id }) => String(id).length > 40))
      return "Invalid 'messages[1].tool_calls[0].id': string too long. Expected a string with maximum length 40";
    return foreign(messages, THOUGHTS);
  }),
  lacks: (name) =>
    said(400, `Unsupported parameter: '${name}' is not supported with this model.`, {
      param: name,
      code: 'unsupported_parameter',
    }),
  refusesSchema: said(
    400,
    "Invalid schema for response_format 'answer': In context=('properties', 'link'), 'uri' is not a valid format.",
    { param: 'response_format' },
  ),
  does: {
    'a refusal': {
      kind: 'refusals',
      sent: [
        chunk({ refusal: 'I cannot ' }),
        chunk({ refusal: 'help.' }),
        stop,
        used({ prompt_tokens: 3, completion_tokens: 4 }),
      ],
      means: { text: 'I cannot help.', reason: 'content_filter' },
    },
    'nulls in every chunk': {
      kind: 'blanks',
      sent: [
        { ...chunk({ role: 'assistant', content: null, refusal: null, tool_calls: null }), usage: null },
        { ...chunk({ content: 'Hello', function_call: null }), usage: null },
        { ...stop, usage: null },
        DONE,
      ],
      means: { text: 'Hello', calls: [] },
    },
    'an error as an event called error': {
      kind: 'errorInStream',
      sent: `data: ${JSON.stringify(chunk({ content: 'Hi' }))}\n\nevent: error\ndata: out of memory\n\n`,
      means: { text: 'Hi', error: { code: 'PROVIDER_STREAM_BROKEN', says: /out of memory/ } },
    },
    'a limit of tokens that ends the answer': {
      kind: 'cutOff',
      sent: [chunk({ content: 'Hel' }, 'length'), DONE],
      means: { text: 'Hel', reason: 'length' },
      makes: { input: { kind: 'AGENT' }, task: { status: 'FAILED', error: { code: 'ANSWER_CUT_OFF' } } },
    },
    'a filter that ends the answer': {
      kind: 'refusals',
      sent: [chunk({ content: 'Hel' }, 'content_filter'), DONE],
      means: { text: 'Hel', reason: 'content_filter' },
      makes: { input: { kind: 'AGENT' }, task: { status: 'FAILED', error: { code: 'ANSWER_FILTERED' } } },
    },
    'tokens written to the cache': {
      kind: 'cachedTokens',
      sent: [
        ok,
        used({
          prompt_tokens: 100,
          completion_tokens: 5,
          prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
        }),
        DONE,
      ],
      means: { usage: { inputTokens: 100, cachedInputTokens: 60, cacheWriteTokens: 30, outputTokens: 5 } },
    },
    'a prompt that is too long': tooLongFor(
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 150000 tokens.",
    ),
    'a prompt that is too long for GPT-5': tooLongFor(
      'Input tokens exceed the configured limit of 272000 tokens.',
    ),
  },
};

/** Its wire format refuses histories by itself. https://platform.openai.com/docs/api-reference/responses */
export const openAiResponses: Actor = {
  speaks: 'responses',
  refuses: () => null,
  does: {
    'a prompt that is too long': tooLongFor(
      'Your input exceeds the context window of this model. Please adjust your input and try again.',
    ),
    'a limit of tokens that ends the answer': {
      kind: 'cutOff',
      sent: [
        { type: 'response.output_text.delta', output_index: 0, item_id: 'msg_1', delta: 'Hel' },
        {
          type: 'response.incomplete',
          response: {
            status: 'incomplete',
            incomplete_details: { reason: 'max_output_tokens' },
            output: [],
          },
        },
      ],
      means: { text: 'Hel', reason: 'length' },
    },
    'a failure after text': {
      kind: 'errorInStream',
      sent: [
        { type: 'response.output_text.delta', output_index: 0, item_id: 'msg_1', delta: 'Hi' },
        {
          type: 'response.failed',
          response: { status: 'failed', error: { code: 'server_error', message: 'The model died.' } },
        },
      ],
      means: { text: 'Hi', error: { code: 'PROVIDER_UNAVAILABLE', status: null, says: /The model died/ } },
    },
  },
};

/** Models that reason refuse values, not names. */
export const openAiReasoning: Actor = {
  speaks: 'chat',
  lacks: (name) =>
    said(
      400,
      `Unsupported value: '${name}' does not support 0.2 with this model. Only the default (1) value is supported.`,
      { param: name, code: 'unsupported_value' },
    ),
  does: {},
};
