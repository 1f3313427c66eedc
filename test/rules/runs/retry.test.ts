import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MODEL_CALL_RETRIES } from '../../../src/engine/model-calls/retry-policy.ts';
import { nextWait, waitInQueue } from '../../../src/rules/runs/retry.ts';

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

describe('the wait of a run in the queue while its provider is unavailable', () => {
  const SECOND = 1000;
  const given = { elapsedMs: 0, reachMs: 150 * SECOND, msLeft: null };
  test.each([
    { what: 'at first', more: {}, retryAfterMs: null, expected: 5 * SECOND },
    {
      what: 'later: as long as it has lasted',
      more: { elapsedMs: 20_000 },
      retryAfterMs: null,
      expected: 20 * SECOND,
    },
    { what: 'at most a minute', more: { elapsedMs: 80_000 }, retryAfterMs: null, expected: 60 * SECOND },
    {
      what: 'to the end of the reach',
      more: { elapsedMs: 140_000 },
      retryAfterMs: null,
      expected: 10 * SECOND,
    },
    { what: 'none beyond the reach', more: { elapsedMs: 150_000 }, retryAfterMs: null, expected: null },
    { what: 'as long as the vendor asks', more: {}, retryAfterMs: 90_000, expected: 90 * SECOND },
    { what: 'no less than usual', more: { elapsedMs: 20_000 }, retryAfterMs: 0, expected: 20 * SECOND },
    {
      what: 'none when the vendor asks for more than is left',
      more: { elapsedMs: 100_000 },
      retryAfterMs: 60_000,
      expected: null,
    },
    {
      what: 'until just before the time limit',
      more: { elapsedMs: 20_000, msLeft: 12_000 },
      retryAfterMs: null,
      expected: 10 * SECOND,
    },
    { what: 'none without time for a try', more: { msLeft: 2_000 }, retryAfterMs: null, expected: null },
    { what: 'none where it is switched off', more: { reachMs: 0 }, retryAfterMs: null, expected: null },
  ])('$what', ({ more, retryAfterMs, expected }) => {
    expect(waitInQueue({ ...given, ...more }, retryAfterMs, 0)).toBe(expected);
  });

  test('given tries that fail at once, then the last is at the end of the reach, and there are few', () => {
    const draw = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3600 }),
        fc.array(draw, { minLength: 100, maxLength: 100 }),
        (seconds, draws) => {
          let elapsedMs = 0;
          let tries = 0;
          for (const random of draws) {
            const wait = waitInQueue({ elapsedMs, reachMs: seconds * SECOND, msLeft: null }, null, random);
            if (wait === null) break;
            tries += 1;
            elapsedMs += wait;
          }
          expect(elapsedMs).toBeCloseTo(seconds * SECOND, 3);
          expect(tries).toBeLessThanOrEqual(5 + Math.ceil(seconds / 60));
        },
      ),
    );
  });
});
