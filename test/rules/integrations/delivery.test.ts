import { expect, test } from 'vitest';
import { waitAfter } from '../../../src/rules/integrations/delivery.ts';

const waits = (retryAfterMs: number | null, random: number) =>
  Array.from({ length: 9 }, (_, failed) => waitAfter(failed + 1, retryAfterMs, random));

test('a message is tried eight times, within about five hours', () => {
  const all = waits(null, 0.5);
  expect(all.map((wait) => wait && Math.round(wait / 1000))).toEqual([
    5,
    30,
    120,
    600,
    1800,
    3600,
    10_800,
    null,
    null,
  ]);
});

test('what failed together does not come back together', () => {
  const [least, most] = [waits(null, 0)[0]!, waits(null, 1)[0]!];
  expect([Math.round(least), Math.round(most)]).toEqual([4_500, 5_500]);
});

test('a receiver is not asked before it wants to be, but within six hours', () => {
  const hour = 3_600_000;
  expect(waits(hour, 0.5).slice(0, 8)).toEqual([hour, hour, hour, hour, hour, hour, 3 * hour, null]);
  expect(waits(100 * hour, 0.5)[0]).toBe(6 * hour);
});
