import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MODEL_CALL_RETRIES, nextWait } from '../../src/rules/retry.ts';

describe('the wait before the next try of a model call', () => {
  test.each([
    { failures: 1, retryAfterMs: null, random: 0, expected: 250 },
    { failures: 1, retryAfterMs: null, random: 1, expected: 500 },
    { failures: 2, retryAfterMs: null, random: 0, expected: 500 },
    { failures: 2, retryAfterMs: null, random: 1, expected: 1000 },
    { failures: 3, retryAfterMs: null, random: 0.5, expected: 1500 },
    { failures: 3, retryAfterMs: null, random: 1, expected: 2000 },
    { failures: 4, retryAfterMs: null, random: 0, expected: null },
    { failures: 5, retryAfterMs: null, random: 0, expected: null },
    { failures: 1, retryAfterMs: 0, random: 1, expected: 0 },
    { failures: 1, retryAfterMs: 7000, random: 1, expected: 7000 },
    { failures: 3, retryAfterMs: 30_000, random: 1, expected: 30_000 },
    { failures: 1, retryAfterMs: 30_001, random: 1, expected: null },
    { failures: 4, retryAfterMs: 1000, random: 1, expected: null },
  ])(
    'after $failures failures, told $retryAfterMs, drawn $random: $expected',
    ({ failures, retryAfterMs, random, expected }) => {
      expect(nextWait(MODEL_CALL_RETRIES, failures, retryAfterMs, random)).toBe(expected);
    },
  );

  test('is spread over the upper half of its range, whatever is drawn', () => {
    const draw = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), draw, (failures, random) => {
        const longest = 500 * 2 ** (failures - 1);
        const wait = nextWait(MODEL_CALL_RETRIES, failures, null, random);
        expect(wait).toBeGreaterThanOrEqual(longest / 2);
        expect(wait).toBeLessThanOrEqual(longest);
      }),
    );
  });
});
