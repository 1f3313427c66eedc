import { describe, expect, test } from 'vitest';
import {
  firstPartMs,
  OWN_SERVER_RATES,
  slower,
  VENDOR_RATES,
  withMeasure,
} from '../../../src/rules/models/first-token.ts';

describe('the wait for the first token', () => {
  test.each([
    { tokens: 10, rates: OWN_SERVER_RATES, expected: 240_000 },
    { tokens: 18_500, rates: OWN_SERVER_RATES, expected: 1_115_000 },
    { tokens: 18_500, rates: VENDOR_RATES, expected: 275_000 },
    { tokens: 1e9, rates: OWN_SERVER_RATES, expected: 3_600_000 },
    { tokens: 1e9, rates: VENDOR_RATES, expected: 600_000 },
  ])('for $tokens tokens: $expected ms', ({ tokens, rates, expected }) => {
    expect(firstPartMs(240_000, tokens, rates)).toBe(expected);
  });

  test('follows what the model has shown: slower ones at once, faster ones by and by', () => {
    const first = withMeasure(OWN_SERVER_RATES, 6_000, 10_000);
    expect(first).toMatchObject({ assumed: 200, measured: 600 });
    expect(withMeasure(first, 3_000, 10_000)).toMatchObject({ assumed: 100, measured: 300 });
    expect(withMeasure(first, 16_000, 10_000)).toMatchObject({ measured: 800 });
  });

  test('learns nothing of short prompts', () => {
    expect(withMeasure(VENDOR_RATES, 999, 10)).toBe(VENDOR_RATES);
    expect(withMeasure(OWN_SERVER_RATES, 0, 10)).toBe(OWN_SERVER_RATES);
  });

  test('is longer after one in vain, within reason', () => {
    expect(slower(OWN_SERVER_RATES)).toMatchObject({ assumed: 10, measured: null });
    expect(slower({ ...OWN_SERVER_RATES, assumed: 200, measured: 600 })).toMatchObject({
      assumed: 100,
      measured: 300,
    });
    expect(slower({ ...OWN_SERVER_RATES, assumed: 1 })).toMatchObject({ assumed: 1 });
    expect(slower({ ...VENDOR_RATES, assumed: 100 })).toMatchObject({ assumed: 100 });
  });
});
