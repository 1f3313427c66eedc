import { describe, expect, test } from 'vitest';
import { listPrices } from '../../../src/rules/models/price-list.ts';

const GPT_4O = { input: '2.500000', cachedInput: '1.250000', output: '10.000000' };
const GPT_5_4 = { input: '2.500000', cachedInput: '0.250000', output: '15.000000' };
const GPT_5_4_LONG = { input: '5.000000', cachedInput: '0.500000', output: '22.500000' };
const GPT_5_6 = { input: '4.000000', cachedInput: '0.400000', cacheWrite: '5.000000', output: '20.000000' };
const SONNET = {
  input: '2.000000',
  cachedInput: '0.200000',
  cacheWrite: '2.500000',
  cacheWriteHour: '4.000000',
  output: '10.000000',
};
const FREE = { input: '0', cachedInput: null, output: '0' };

describe('prices per million tokens, as the list has them', () => {
  test.each([
    { provider: 'openai', model: 'gpt-4o', inputTokens: 1, expected: GPT_4O },
    { provider: 'openai', model: 'gpt-4o-2024-08-06', inputTokens: 1, expected: GPT_4O },
    { provider: 'openai', model: 'gpt-4o@itl=5', inputTokens: 1, expected: GPT_4O },
    { provider: 'openai', model: 'gpt-4o', inputTokens: 1_000_000, expected: GPT_4O },
    { provider: 'openai', model: 'gpt-5.4', inputTokens: 0, expected: GPT_5_4 },
    { provider: 'openai', model: 'gpt-5.4', inputTokens: 271_999, expected: GPT_5_4 },
    { provider: 'openai', model: 'gpt-5.4', inputTokens: 272_001, expected: GPT_5_4_LONG },
    { provider: 'openai', model: 'gpt-5.6', inputTokens: 0, expected: GPT_5_6 },
    { provider: 'openai', model: 'gpt-99', inputTokens: 1, expected: null },
    { provider: 'openai', model: 'claude-sonnet-4-5', inputTokens: 1, expected: null },
    { provider: 'openai', model: '', inputTokens: 1, expected: null },
    { provider: 'openai', model: '@x=1', inputTokens: 1, expected: null },
    { provider: 'anthropic', model: 'claude-sonnet-5-5', inputTokens: 1, expected: SONNET },
    { provider: 'anthropic', model: 'gpt-4o', inputTokens: 1, expected: null },
    { provider: 'azure', model: 'gpt-4o', inputTokens: 1, expected: GPT_4O },
    { provider: 'azure', model: 'our-deployment', inputTokens: 1, expected: null },
    { provider: 'ollama', model: 'llama3.2:3b', inputTokens: 1, expected: FREE },
    { provider: 'ollama', model: 'gpt-4o', inputTokens: 1, expected: FREE },
    { provider: 'demo', model: 'demo', inputTokens: 1, expected: FREE },
    { provider: 'demo', model: 'demo@tokens=9', inputTokens: 1, expected: FREE },
  ] as const)(
    'given $model of $provider and $inputTokens tokens, then $expected',
    ({ provider, model, inputTokens, expected }) => {
      expect(listPrices(provider, model, inputTokens)).toEqual(expected);
    },
  );
});
