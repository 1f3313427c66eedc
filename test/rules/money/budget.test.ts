import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reserve } from '../../../src/rules/money/budget.ts';
import { costOf, toDollars, toPicodollars } from '../../../src/rules/money/money.ts';

/** $2.50 and $10.00 a million: an input byte is at most $0.0000025, an output token $0.00001. */
const PRICES = { input: '2.500000', cachedInput: '1.250000', output: '10.000000' };

describe('what is left decides how long an answer may be', () => {
  test.each([
    { given: 'plenty', left: '1', wanted: 1000, expected: { maxTokens: 1000, amount: '0.012500000000' } },
    {
      given: 'just enough',
      left: '0.0125',
      wanted: 1000,
      expected: { maxTokens: 1000, amount: '0.012500000000' },
    },
    {
      given: 'a bit less',
      left: '0.012499',
      wanted: 1000,
      expected: { maxTokens: 999, amount: '0.012490000000' },
    },
    {
      given: 'the least',
      left: '0.00506',
      wanted: 1000,
      expected: { maxTokens: 256, amount: '0.005060000000' },
    },
    { given: 'less than the least', left: '0.005059', wanted: 1000, expected: null },
    {
      given: 'a short answer wanted',
      left: '0.0026',
      wanted: 10,
      expected: { maxTokens: 10, amount: '0.002600000000' },
    },
    { given: 'not even the question', left: '0.0024', wanted: 10, expected: null },
    { given: 'nothing', left: '0', wanted: 10, expected: null },
    { given: 'less than nothing', left: '-1', wanted: 10, expected: null },
  ])('$given', ({ left, wanted, expected }) => {
    expect(reserve({ inputBytes: 1000, wanted }, PRICES, left)).toEqual(expected);
  });
});

test('no call within its reservation costs more than it, and no reservation more than what is left', () => {
  const count = fc.integer({ min: 0, max: 2_000_000 });
  fc.assert(
    fc.property(
      count,
      count,
      fc.bigInt({ min: 0n, max: 10n ** 13n }),
      count,
      count,
      (bytes, wanted, left, less, out) => {
        const reserved = reserve({ inputBytes: bytes, wanted }, PRICES, toDollars(left));
        if (!reserved) return;
        expect(toPicodollars(reserved.amount)).toBeLessThanOrEqual(left);
        const usage = {
          inputTokens: Math.min(bytes, less),
          outputTokens: Math.min(reserved.maxTokens, out),
          cachedInputTokens: 0,
          reasoningTokens: null,
        };
        expect(toPicodollars(costOf(usage, PRICES)!)).toBeLessThanOrEqual(toPicodollars(reserved.amount));
      },
    ),
  );
});

test('dollars as text and back', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (picodollars) => {
      expect(toPicodollars(toDollars(picodollars))).toBe(picodollars);
    }),
  );
  expect(toPicodollars('1.5')).toBe(1_500_000_000_000n);
});
