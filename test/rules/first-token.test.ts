import { describe, expect, test } from 'vitest';
import {
  firstPartMs,
  OWN_SERVER_RATES,
  slower,
  VENDOR_RATES,
  withMeasure,
} from '../../src/rules/first-token.ts';

describe('the wait for the first token', () => {
  test.each([
    { tokens: 10, rates: OWN_SERVER_RATES, expected: 240_000 },
    { tokens: 18_500, rates: OWN_SERVER_RATES, expected: 1_115_000 },
    { tokens: 18_500, rates: VENDOR_RATES, expected: 275_000 },
    { tokens: 1e9, rates: OWN_SERVER_RATES, expected: 3_600_000 },
  ])('for $tokens tokens: $expected ms', ({ tokens, rates, expected }) => {
    expect(firstPartMs(240_000, tokens, rates)).toBe(expected);
  });

  test('follows what the model has shown: slower ones at once, faster ones by and by', () => {
    const first = withMeasure(null, 6_000, 10_000)!;
    expect(first).toEqual({ assumed: 200, measured: 600 });
    expect(withMeasure(first, 3_000, 10_000)).toEqual({ assumed: 100, measured: 300 });
    expect(withMeasure(first, 16_000, 10_000)).toMatchObject({ measured: 800 });
  });

  test('learns nothing of short prompts', () => {
    expect(withMeasure(null, 999, 10)).toBeNull();
    expect(withMeasure(OWN_SERVER_RATES, 0, 10)).toBe(OWN_SERVER_RATES);
  });

  test('is longer after one in vain, within reason', () => {
    expect(slower({ assumed: 20, measured: null })).toEqual({ assumed: 10, measured: null });
    expect(slower({ assumed: 200, measured: 600 })).toEqual({ assumed: 100, measured: 300 });
    expect(slower({ assumed: 1, measured: 2 })).toMatchObject({ assumed: 1 });
  });
});
