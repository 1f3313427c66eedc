import { describe, expect, test } from 'vitest';
import { gatherUsage } from '../../../src/providers/reading/usage.ts';
import { listPrices, pricesOf } from '../../../src/rules/models/price-list.ts';
import { costOf, type Usage } from '../../../src/rules/money/money.ts';

interface Row {
  who: string;
  given: string;
  sent: readonly object[];
  usage: Partial<Usage>;
  cost: string;
}

/** $3 and $15 a million; $3.75 and $6 for what is written for five minutes and for an hour, $0.30 for what is read. */
const SONNET = listPrices('anthropic', 'claude-sonnet-4-5', 0)!;
/** $4 and $20 a million; $5 for what is written, $0.40 for what is read. */
const GPT_5_6 = listPrices('openai', 'gpt-5.6', 0)!;

const ANTHROPIC: readonly Row[] = [
  {
    who: 'Anthropic',
    given: 'nothing cached',
    sent: [{ input_tokens: 1000, output_tokens: 1 }, { output_tokens: 200 }],
    usage: { inputTokens: 1000, outputTokens: 200 },
    cost: '0.006000000000',
  },
  {
    who: 'Anthropic',
    given: 'written for five minutes',
    sent: [
      {
        input_tokens: 3,
        cache_creation_input_tokens: 2001,
        cache_read_input_tokens: 0,
        cache_creation: { ephemeral_5m_input_tokens: 2001, ephemeral_1h_input_tokens: 0 },
        output_tokens: 1,
      },
      { output_tokens: 7 },
    ],
    usage: { inputTokens: 2004, cachedInputTokens: 0, cacheWriteTokens: 2001, cacheWriteHourTokens: 0 },
    cost: '0.007617750000',
  },
  {
    who: 'Anthropic',
    given: 'written for both times, and read; counted in both events',
    sent: [
      {
        input_tokens: 11,
        cache_creation_input_tokens: 556,
        cache_read_input_tokens: 1801,
        cache_creation: { ephemeral_5m_input_tokens: 456, ephemeral_1h_input_tokens: 100 },
        output_tokens: 1,
      },
      {
        input_tokens: 11,
        cache_creation_input_tokens: 556,
        cache_read_input_tokens: 1801,
        output_tokens: 503,
      },
    ],
    usage: {
      inputTokens: 2368,
      cachedInputTokens: 1801,
      cacheWriteTokens: 556,
      cacheWriteHourTokens: 100,
      outputTokens: 503,
    },
    cost: '0.010428300000',
  },
  {
    who: 'a proxy of Anthropic',
    given: 'what was written, by its times alone',
    sent: [
      {
        input_tokens: 10,
        cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 },
        output_tokens: 5,
      },
    ],
    usage: { inputTokens: 60, cacheWriteTokens: 50, cacheWriteHourTokens: 30 },
    cost: '0.000360000000',
  },
];

const COMPATIBLE: readonly Row[] = [
  {
    who: 'OpenAI',
    given: 'read from the cache and written to it, within the input',
    sent: [
      {
        prompt_tokens: 2006,
        completion_tokens: 300,
        total_tokens: 2306,
        prompt_tokens_details: { cached_tokens: 1920, cache_write_tokens: 80 },
        completion_tokens_details: { reasoning_tokens: 256 },
      },
    ],
    usage: {
      inputTokens: 2006,
      cachedInputTokens: 1920,
      cacheWriteTokens: 80,
      outputTokens: 300,
      reasoningTokens: 256,
    },
    cost: '0.007192000000',
  },
  {
    who: 'OpenAI, by its Responses',
    given: 'details of the input',
    sent: [
      {
        input_tokens: 100,
        input_tokens_details: { cached_tokens: 64, cache_write_tokens: 30 },
        output_tokens: 10,
        output_tokens_details: { reasoning_tokens: 4 },
        total_tokens: 110,
      },
    ],
    usage: { inputTokens: 100, cachedInputTokens: 64, cacheWriteTokens: 30, reasoningTokens: 4 },
    cost: '0.000399600000',
  },
  {
    who: 'LiteLLM',
    given: "Anthropic's counts beside OpenAI's, within the input",
    sent: [
      {
        prompt_tokens: 5000,
        completion_tokens: 10,
        total_tokens: 5010,
        prompt_tokens_details: { cached_tokens: 3000, cache_creation_tokens: 1500 },
        cache_creation_input_tokens: 1500,
        cache_read_input_tokens: 3000,
      },
    ],
    usage: { inputTokens: 5000, cachedInputTokens: 3000, cacheWriteTokens: 1500 },
    cost: '0.010900000000',
  },
  {
    who: 'LiteLLM',
    given: 'how long what was written is kept',
    sent: [
      {
        prompt_tokens: 500,
        completion_tokens: 0,
        total_tokens: 500,
        prompt_tokens_details: {
          cached_tokens: 0,
          cache_creation_tokens: 400,
          cache_creation_token_details: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 300 },
        },
      },
    ],
    usage: { inputTokens: 500, cacheWriteTokens: 400, cacheWriteHourTokens: 300 },
    cost: '0.002400000000',
  },
  {
    who: 'a proxy of Anthropic',
    given: 'what was read and written beside the input, as the total says',
    sent: [
      {
        prompt_tokens: 500,
        completion_tokens: 20,
        total_tokens: 1020,
        cache_read_input_tokens: 300,
        cache_creation_input_tokens: 200,
      },
    ],
    usage: { inputTokens: 1000, cachedInputTokens: 300, cacheWriteTokens: 200, outputTokens: 20 },
    cost: '0.003520000000',
  },
  {
    who: 'a proxy of Anthropic',
    given: 'more written than input: it is counted beside',
    sent: [{ prompt_tokens: 10, completion_tokens: 0, total_tokens: 10, cache_creation_input_tokens: 90 }],
    usage: { inputTokens: 100, cacheWriteTokens: 90 },
    cost: '0.000490000000',
  },
  {
    who: 'OpenRouter',
    given: 'what was written, within the input',
    sent: [
      {
        prompt_tokens: 10339,
        completion_tokens: 60,
        total_tokens: 10399,
        prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 10318 },
        completion_tokens_details: { reasoning_tokens: 0 },
        cost: 0.1,
      },
    ],
    usage: { inputTokens: 10339, cachedInputTokens: 0, cacheWriteTokens: 10318 },
    cost: '0.052874000000',
  },
  {
    who: 'DeepSeek',
    given: 'hits and misses',
    sent: [
      {
        prompt_tokens: 164,
        completion_tokens: 10,
        total_tokens: 174,
        prompt_cache_hit_tokens: 64,
        prompt_cache_miss_tokens: 100,
      },
    ],
    usage: { inputTokens: 164, cachedInputTokens: 64, outputTokens: 10 },
    cost: '0.000625600000',
  },
  {
    who: 'DeepSeek',
    given: 'hits and misses alone',
    sent: [{ completion_tokens: 10, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 100 }],
    usage: { inputTokens: 164, cachedInputTokens: 64, outputTokens: 10 },
    cost: '0.000625600000',
  },
  {
    who: 'Gemini',
    given: 'its own names, with thoughts beside the candidates',
    sent: [
      {
        promptTokenCount: 2000,
        cachedContentTokenCount: 1500,
        candidatesTokenCount: 20,
        thoughtsTokenCount: 100,
        totalTokenCount: 2120,
      },
    ],
    usage: { inputTokens: 2000, cachedInputTokens: 1500, outputTokens: 120, reasoningTokens: 100 },
    cost: '0.005000000000',
  },
  {
    who: 'DashScope',
    given: 'what was written, among the details',
    sent: [
      {
        prompt_tokens: 1500,
        completion_tokens: 5,
        total_tokens: 1505,
        prompt_tokens_details: { cached_tokens: 0, cache_creation_input_tokens: 1400 },
      },
    ],
    usage: { inputTokens: 1500, cachedInputTokens: 0, cacheWriteTokens: 1400 },
    cost: '0.007500000000',
  },
  {
    who: 'Moonshot',
    given: 'cached tokens beside the others',
    sent: [{ prompt_tokens: 100, completion_tokens: 5, total_tokens: 105, cached_tokens: 40 }],
    usage: { inputTokens: 100, cachedInputTokens: 40 },
    cost: '0.000356000000',
  },
  {
    who: 'Bedrock',
    given: 'its own names, beside the input as the total says',
    sent: [
      {
        inputTokens: 10,
        outputTokens: 5,
        totalTokens: 65,
        cacheReadInputTokens: 30,
        cacheWriteInputTokens: 20,
      },
    ],
    usage: { inputTokens: 60, cachedInputTokens: 30, cacheWriteTokens: 20, outputTokens: 5 },
    cost: '0.000252000000',
  },
];

function settled(rows: readonly Row[], cache: 'within' | 'beside', prices: typeof SONNET) {
  test.each(rows)('$who: $given', ({ sent, usage, cost }) => {
    const counts = gatherUsage(cache);
    for (const one of sent) counts.add(one);
    expect(counts.usage()).toMatchObject(usage);
    expect(costOf(counts.usage(), prices)).toBe(cost);
  });
}

describe('what vendors count settles to the last digit', () => {
  describe("in Anthropic's API", () => settled(ANTHROPIC, 'beside', SONNET));
  describe("in OpenAI's API", () => settled(COMPATIBLE, 'within', GPT_5_6));
});

describe("an admin's price of input decides what Anthropic takes for writing", () => {
  const own = { input: '3.000001', cachedInput: '0.3', output: '15' };
  test.each([
    { provider: 'anthropic', expected: { cacheWrite: '3.750002', cacheWriteHour: '6.000002' } },
    { provider: 'openai', expected: {} },
  ] as const)('at $provider', ({ provider, expected }) => {
    expect(pricesOf(own, { provider, model: 'any' }, 0)).toEqual({ ...own, ...expected });
  });

  test('unless it is given', () => {
    const all = { ...own, cacheWrite: '1', cacheWriteHour: '2' };
    expect(pricesOf(all, { provider: 'anthropic', model: 'any' }, 0)).toEqual(all);
  });
});
