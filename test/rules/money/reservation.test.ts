import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pricesOf } from '../../../src/rules/models/price-list.ts';
import { reserve } from '../../../src/rules/money/budget.ts';
import { costOf, type Prices, toPicodollars } from '../../../src/rules/money/money.ts';

/** What vendors bill by: list prices with and without tiers and prices of writing, and those of an admin. */
const SOLD = [
  { provider: 'anthropic', model: 'claude-sonnet-4-5' },
  { provider: 'anthropic', model: 'claude-opus-4-5' },
  { provider: 'openai', model: 'gpt-5.6' },
  { provider: 'openai', model: 'gpt-5.4' },
  { provider: 'openai', model: 'gpt-4o' },
] as const;

const price = fc.integer({ min: 0, max: 100_000_000 }).map((micros) => (micros / 1e6).toFixed(6));
const own = fc.record({
  input: price,
  cachedInput: fc.option(price),
  cacheWrite: fc.option(price),
  cacheWriteHour: fc.option(price),
  output: price,
});
const share = fc.double({ min: 0, max: 1, noNaN: true });
/** Shares of the bytes that are tokens, and of what is left of them each time. */
const billed = fc.record({ tokens: share, read: share, written: share, hour: share, output: share });

test('a reservation is never lower than what the vendor bills, whatever it reads from its cache and writes to it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SOLD),
      fc.option(own),
      fc.integer({ min: 1, max: 4_000_000 }),
      fc.integer({ min: 1, max: 200_000 }),
      billed,
      (reference, ownPrices, inputBytes, wanted, of) => {
        const prices = (tokens: number) => pricesOf(ownPrices, reference, tokens) as Prices;
        const reserved = reserve({ inputBytes, wanted }, prices(inputBytes), '1000000')!;
        const inputTokens = Math.floor(inputBytes * of.tokens);
        const cachedInputTokens = Math.floor(inputTokens * of.read);
        const cacheWriteTokens = Math.floor((inputTokens - cachedInputTokens) * of.written);
        const usage = {
          inputTokens,
          cachedInputTokens,
          cacheWriteTokens,
          cacheWriteHourTokens: Math.floor(cacheWriteTokens * of.hour),
          outputTokens: Math.floor(reserved.maxTokens * of.output),
          reasoningTokens: null,
        };
        const cost = toPicodollars(costOf(usage, prices(inputTokens))!);
        expect(cost).toBeLessThanOrEqual(toPicodollars(reserved.amount));
      },
    ),
    { numRuns: 2_000 },
  );
});
