import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { costOf, isFree, type Prices, UNKNOWN_USAGE, type Usage } from '../../../src/rules/money/money.ts';

const GPT_4O: Prices = { input: '2.500000', cachedInput: '1.250000', output: '10.000000' };
const FREE: Prices = { input: '0', cachedInput: null, output: '0' };

const used = (
  inputTokens: number | null,
  outputTokens: number | null,
  cachedInputTokens: number | null = 0,
): Usage => ({
  inputTokens,
  cachedInputTokens,
  outputTokens,
  reasoningTokens: null,
});

describe('the cost of a call, to the picodollar', () => {
  test.each([
    { given: 'nothing used', usage: used(0, 0), prices: GPT_4O, expected: '0.000000000000' },
    { given: 'one input token', usage: used(1, 0), prices: GPT_4O, expected: '0.000002500000' },
    { given: 'one output token', usage: used(0, 1), prices: GPT_4O, expected: '0.000010000000' },
    { given: 'one cached token', usage: used(1, 0, 1), prices: GPT_4O, expected: '0.000001250000' },
    {
      given: 'cached tokens are a part of the input',
      usage: used(1000, 500, 400),
      prices: GPT_4O,
      expected: '0.007000000000',
    },
    {
      given: 'more cached than input: all of it was cached',
      usage: used(10, 0, 99),
      prices: GPT_4O,
      expected: '0.000012500000',
    },
    {
      given: 'cached unknown: none was',
      usage: used(10, 0, null),
      prices: GPT_4O,
      expected: '0.000025000000',
    },
    {
      given: 'no price for cached: that of input',
      usage: used(10, 0, 10),
      prices: { ...GPT_4O, cachedInput: null },
      expected: '0.000025000000',
    },
    {
      given: 'written tokens are a part of the input, with a price by the time that they are kept',
      usage: { ...used(1000, 0, 400), cacheWriteTokens: 300, cacheWriteHourTokens: 100 },
      prices: { ...GPT_4O, cacheWrite: '3', cacheWriteHour: '5' },
      expected: '0.002350000000',
    },
    {
      given: 'no price for an hour: that of five minutes',
      usage: { ...used(10, 0, 0), cacheWriteTokens: 10, cacheWriteHourTokens: 10 },
      prices: { ...GPT_4O, cacheWrite: '3' },
      expected: '0.000030000000',
    },
    {
      given: 'no price for writing: that of input',
      usage: { ...used(10, 0, 0), cacheWriteTokens: 10, cacheWriteHourTokens: 10 },
      prices: { ...GPT_4O, cacheWrite: null, cacheWriteHour: null },
      expected: '0.000025000000',
    },
    {
      given: 'more read and written than input: what was read comes first',
      usage: { ...used(10, 0, 8), cacheWriteTokens: 9, cacheWriteHourTokens: 99 },
      prices: { ...GPT_4O, cacheWrite: '3', cacheWriteHour: '5' },
      expected: '0.000020000000',
    },
    {
      given: 'a millionth of a dollar per million',
      usage: used(1, 0),
      prices: { ...GPT_4O, input: '0.000001' },
      expected: '0.000000000001',
    },
    {
      given: 'a sum that floats get wrong',
      usage: used(3, 0),
      prices: { ...GPT_4O, input: '0.1' },
      expected: '0.000000300000',
    },
    {
      given: 'whole dollars',
      usage: used(2_000_000, 0),
      prices: { ...GPT_4O, input: '15' },
      expected: '30.000000000000',
    },
    {
      given: 'a price without its zero',
      usage: used(2, 0),
      prices: { ...GPT_4O, input: '.5' },
      expected: '0.000001000000',
    },
    { given: 'free, and used', usage: used(5, 5), prices: FREE, expected: '0.000000000000' },
    { given: 'free, and use unknown', usage: UNKNOWN_USAGE, prices: FREE, expected: '0.000000000000' },
    { given: 'price unknown', usage: used(5, 5), prices: null, expected: null },
    { given: 'price unknown, and nothing used', usage: used(0, 0), prices: null, expected: null },
    { given: 'input unknown', usage: used(null, 5), prices: GPT_4O, expected: null },
    { given: 'output unknown', usage: used(5, null), prices: GPT_4O, expected: null },
  ])('given $given, then $expected', ({ usage, prices, expected }) => {
    expect(costOf(usage, prices)).toBe(expected);
  });
});

describe('free', () => {
  test.each([
    { given: FREE, expected: true },
    { given: { input: '0.000000', cachedInput: '0.000000', output: '0.000000' }, expected: true },
    { given: { input: '0', cachedInput: null, output: '0.000001' }, expected: false },
    { given: { input: '0', cachedInput: '0.1', output: '0' }, expected: false },
    { given: { input: '0', cachedInput: null, cacheWrite: '0.1', output: '0' }, expected: false },
    { given: { input: '0', cachedInput: null, cacheWriteHour: '0.1', output: '0' }, expected: false },
    { given: null, expected: false },
  ])('given $given, then $expected', ({ given, expected }) => {
    expect(isFree(given)).toBe(expected);
  });
});

describe('for any use and any price', () => {
  const tokens = fc.integer({ min: 0, max: 2 ** 40 });
  /** Picodollars per token, the unit in which a price with six places is a whole number. */
  const price = fc.bigInt({ min: 0n, max: 10n ** 10n });
  const asText = (picodollars: bigint) =>
    `${picodollars / 1_000_000n}.${String(picodollars % 1_000_000n).padStart(6, '0')}`;
  const asPicodollars = (dollars: string | null) => BigInt(dollars?.replace('.', '') ?? -1);

  test('the cost is the sum that whole numbers give', () => {
    fc.assert(
      fc.property(
        tokens,
        tokens,
        tokens,
        price,
        price,
        price,
        (fresh, cached, output, input, kept, spoken) => {
          const prices = { input: asText(input), cachedInput: asText(kept), output: asText(spoken) };
          const cost = costOf(used(fresh + cached, output, cached), prices);
          expect(cost).toMatch(/^\d+\.\d{12}$/);
          expect(asPicodollars(cost)).toBe(
            BigInt(fresh) * input + BigInt(cached) * kept + BigInt(output) * spoken,
          );
        },
      ),
    );
  });
});
