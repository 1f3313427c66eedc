import type { FinishReason } from '../../src/vocabulary.ts';

/** What a server that speaks OpenAI's chat completions answers, and what it means. */
export interface CompatibleAnswer {
  /** Whose server does it. */
  who: string;
  given: string;
  /** A stream's chunks in order, or what is sent as it is. */
  sent: readonly unknown[] | string;
  type?: string;
  headers?: Record<string, string>;
  text?: string;
  reasoning?: string;
  calls?: readonly { id?: string; name: string; arguments: unknown }[];
  reason?: FinishReason;
  usage?: {
    inputTokens?: number;
    outputTokens?: number;
    cachedInputTokens?: number;
    reasoningTokens?: number;
  };
}

const DONE = '[DONE]';
export const chunk = (delta: unknown, finish_reason: string | null = null, more: object = {}) => ({
  choices: [{ index: 0, delta, finish_reason, ...more }],
});
const stop = chunk({}, 'stop');
const used = (usage: object) => ({ choices: [], usage });
const called = (...tool_calls: object[]) => chunk({ tool_calls });
const fn = (name: string | null, json: unknown) => ({ function: { name, arguments: json } });
const A = { name: 'a', arguments: { x: 1 } };
const B = { name: 'b', arguments: { y: 2 } };

const TEXTS: CompatibleAnswer[] = [
  {
    who: 'Mistral',
    given: 'text and thinking in parts',
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
    text: 'Hello world',
    reasoning: 'Hm.',
  },
  {
    who: 'OpenRouter',
    given: 'one thought under two names, with comments between',
    sent: [
      chunk({ content: '', reasoning: 'Hm.', reasoning_details: [{ type: 'reasoning.text', text: 'Hm.' }] }),
      chunk({ content: 'Hello' }),
      stop,
    ],
    text: 'Hello',
    reasoning: 'Hm.',
  },
  {
    who: 'LiteLLM',
    given: 'thinking blocks',
    sent: [
      chunk({ thinking_blocks: [{ type: 'thinking', thinking: 'Hm.' }] }),
      chunk({ content: 'Hello' }, 'stop'),
    ],
    text: 'Hello',
    reasoning: 'Hm.',
  },
  { who: 'vLLM', given: 'a number where a token is one', sent: [chunk({ content: 7 }, 'stop')], text: '7' },
  {
    who: 'OpenAI',
    given: 'a refusal',
    sent: [
      chunk({ refusal: 'I cannot ' }),
      chunk({ refusal: 'help.' }),
      stop,
      used({ prompt_tokens: 3, completion_tokens: 4 }),
    ],
    text: 'I cannot help.',
    reason: 'content_filter',
  },
  {
    who: 'xAI',
    given: 'an empty reason before the real one',
    sent: [chunk({ content: 'Hello' }, ''), stop],
    text: 'Hello',
  },
  {
    who: 'Gemini',
    given: 'a reason in capitals',
    sent: [chunk({ content: 'Hello' }, 'MAX_TOKENS')],
    text: 'Hello',
    reason: 'length',
  },
  {
    who: 'llama.cpp',
    given: 'a whole answer in place of a stream',
    sent: JSON.stringify({
      object: 'chat.completion',
      choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 1 },
    }),
    type: 'application/json',
    text: 'Hello',
    usage: { inputTokens: 3, outputTokens: 1 },
  },
  {
    who: 'LM Studio',
    given: 'a whole answer, spread over lines, called a stream',
    sent: `\n${JSON.stringify({ choices: [{ message: { content: 'Hello', reasoning_content: 'Hm.' }, finish_reason: 'stop' }] }, null, 2)}`,
    text: 'Hello',
    reasoning: 'Hm.',
  },
  {
    who: 'SGLang',
    given: 'the whole message again at the end',
    sent: [
      chunk({ content: 'Hello' }),
      { choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] },
    ],
    text: 'Hello',
  },
  {
    who: 'LiteLLM',
    given: '[DONE] without a reason, after text and with usage',
    sent: [chunk({ content: 'Hello' }), used({ prompt_tokens: 3, completion_tokens: 1 }), DONE],
    text: 'Hello',
    reason: 'unknown',
  },
];

const CALLS: CompatibleAnswer[] = [
  {
    who: 'Ollama',
    given: 'arguments as an object, and null while there are none',
    sent: [
      called({ index: 0, id: 'c1', ...fn('a', null) }),
      called({ index: 0, ...fn(null, { x: 1 }) }),
      stop,
    ],
    calls: [{ ...A, id: 'c1' }],
  },
  {
    who: 'Mistral',
    given: 'arguments in parts of text',
    sent: [called({ index: 0, id: 'c1', ...fn('a', [{ type: 'text', text: '{"x"' }, ':1}']) }), stop],
    calls: [A],
  },
  {
    who: 'vLLM',
    given: 'the whole arguments again in the last piece',
    sent: [
      called({ index: 0, id: 'c1', ...fn('a', '{"x"') }),
      called({ index: 0, ...fn(null, ':1}') }),
      called({ index: 0, ...fn(null, '{"x":1}') }),
      stop,
    ],
    calls: [A],
  },
  {
    who: 'SGLang',
    given: 'in each piece all that came before',
    sent: [
      called({ index: 0, id: 'c1', ...fn('a', '{"x"') }),
      called({ index: 0, ...fn(null, '{"x":1}') }),
      stop,
    ],
    calls: [A],
  },
  {
    who: 'LiteLLM',
    given: 'an empty object before the pieces',
    sent: [
      called({ index: 0, id: 'c1', ...fn('a', '{}') }),
      called({ index: 0, ...fn(null, '{"x":1}') }),
      stop,
    ],
    calls: [A],
  },
  {
    who: 'LM Studio',
    given: 'arguments as text within text',
    sent: [called({ index: 0, id: 'c1', ...fn('a', JSON.stringify('{"x":1}')) }), stop],
    calls: [A],
  },
  {
    who: 'Gemini',
    given: 'parallel calls that all have the index 0',
    sent: [
      called({ index: 0, id: 'c1', ...fn('a', '{"x":1}') }, { index: 0, id: 'c2', ...fn('b', '{"y":2}') }),
      stop,
    ],
    calls: [A, B],
  },
  {
    who: 'vLLM',
    given: 'parallel calls of one tool at one index, without ids',
    sent: [called({ index: 0, ...fn('a', '{"x":1}') }), called({ index: 0, ...fn('a', '{"x":1}') }), stop],
    calls: [A, A],
  },
  {
    who: 'Moonshot',
    given: 'indexes from 1, with gaps',
    sent: [
      called({ index: 1, id: 'functions.a:0', ...fn('a', '') }),
      called({ index: 4, id: 'functions.b:1', ...fn('b', '{"y"') }),
      called({ index: 1, ...fn(null, '{"x":1}') }),
      called({ index: 4, ...fn(null, ':2}') }),
      chunk({}, 'tool_calls'),
    ],
    calls: [
      { ...A, id: 'functions.a:0' },
      { ...B, id: 'functions.b:1' },
    ],
  },
  {
    who: 'xAI',
    given: 'no index at all',
    sent: [
      called({ id: 'c1', ...fn('a', '{"x"') }),
      called(fn('', ':1}')),
      called({ id: 'c2', ...fn('b', '{"y":2}') }),
      stop,
    ],
    calls: [
      { ...A, id: 'c1' },
      { ...B, id: 'c2' },
    ],
  },
  {
    who: 'DeepSeek',
    given: 'an id that comes late',
    sent: [called({ index: 0, ...fn('a', '{"x"') }), called({ index: 0, id: 'c1', ...fn('', ':1}') }), stop],
    calls: [{ ...A, id: 'c1' }],
  },
  {
    who: 'vLLM',
    given: 'an id made anew for each piece',
    sent: [
      called({ index: 0, id: 'c1', ...fn('a', '{"x"') }),
      called({ index: 0, id: 'c9', ...fn(null, ':1}') }),
      stop,
    ],
    calls: [{ ...A, id: 'c1' }],
  },
  {
    who: 'Azure',
    given: 'the same id for two calls',
    sent: [
      called({ index: 0, id: 'c', ...fn('a', '{"x":1}') }, { index: 1, id: 'c', ...fn('b', '{"y":2}') }),
      stop,
    ],
    calls: [A, B],
  },
  {
    who: 'Groq',
    given: 'an empty call beside text',
    sent: [chunk({ content: 'Hello', tool_calls: [{ index: 0, id: '', ...fn('', '') }] }), stop],
    text: 'Hello',
    calls: [],
    reason: 'stop',
  },
  {
    who: 'llama.cpp',
    given: 'the older function_call',
    sent: [chunk({ function_call: { name: 'a', arguments: '{"x":1}' } }), chunk({}, 'function_call')],
    calls: [A],
  },
];

const USAGE: CompatibleAnswer[] = [
  {
    who: 'Moonshot',
    given: 'usage within the choice',
    sent: [
      chunk({ content: 'x' }),
      chunk({}, 'stop', { usage: { prompt_tokens: 7, completion_tokens: 3, cached_tokens: 2 } }),
    ],
    usage: { inputTokens: 7, outputTokens: 3, cachedInputTokens: 2 },
  },
  {
    who: 'vLLM',
    given: 'usage in every chunk, and zeros in the last one',
    sent: [
      { ...chunk({ content: 'x' }), usage: { prompt_tokens: 7, completion_tokens: 1 } },
      { ...chunk({ content: 'x' }, 'stop'), usage: { prompt_tokens: 7, completion_tokens: 2 } },
      used({ prompt_tokens: 0, completion_tokens: 0 }),
    ],
    usage: { inputTokens: 7, outputTokens: 2 },
  },
  {
    who: 'xAI',
    given: 'reasoning beside the output, in the total alone',
    sent: [
      chunk({ content: 'x' }),
      stop,
      used({ prompt_tokens: 100, completion_tokens: 10, total_tokens: 1110 }),
    ],
    usage: { inputTokens: 100, outputTokens: 1010 },
  },
  {
    who: 'Gemini',
    given: 'reasoning beside the output, without a total',
    sent: [
      chunk({ content: 'x' }),
      stop,
      used({
        prompt_tokens: 100,
        completion_tokens: 10,
        completion_tokens_details: { reasoning_tokens: 1000 },
      }),
    ],
    usage: { inputTokens: 100, outputTokens: 1010, reasoningTokens: 1000 },
  },
  {
    who: 'DeepSeek',
    given: 'what came from the cache, under a name of its own',
    sent: [
      chunk({ content: 'x' }),
      stop,
      used({ prompt_tokens: 100, completion_tokens: 10, prompt_cache_hit_tokens: 64 }),
    ],
    usage: { inputTokens: 100, cachedInputTokens: 64 },
  },
  {
    who: 'LiteLLM',
    given: 'more from the cache than of input: it is counted beside',
    sent: [
      chunk({ content: 'x' }),
      stop,
      used({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cache_read_input_tokens: 90 }),
    ],
    usage: { inputTokens: 100, cachedInputTokens: 90, outputTokens: 5 },
  },
  {
    who: 'Groq',
    given: 'usage in a member of its own',
    sent: [
      chunk({ content: 'x' }),
      { ...stop, x_groq: { usage: { prompt_tokens: 7, completion_tokens: 3 } } },
    ],
    usage: { inputTokens: 7, outputTokens: 3 },
  },
  {
    who: 'Fireworks',
    given: 'usage in headers',
    sent: [chunk({ content: 'x' }), stop],
    headers: {
      'fireworks-prompt-tokens': '7',
      'fireworks-generation-tokens': '3',
      'x-ratelimit-limit-tokens-prompt': '60000',
    },
    usage: { inputTokens: 7, outputTokens: 3 },
  },
];

export const COMPATIBLE_ANSWERS: readonly CompatibleAnswer[] = [...TEXTS, ...CALLS, ...USAGE];

export function bodyOf({ sent }: Pick<CompatibleAnswer, 'sent'>): string {
  if (typeof sent === 'string') return sent;
  return sent.map((one) => `data: ${one === DONE ? DONE : JSON.stringify(one)}\n\n`).join('');
}
