import { expect, test } from 'vitest';
import { sumOfCounts, tokenCount } from '../../../src/providers/reading/token-count.ts';
import { ABSURD_COUNTS } from '../conversation.ts';

test.each([
  { given: 0, expected: 0 },
  { given: 2 ** 31 - 1, expected: 2 ** 31 - 1 },
  ...[...ABSURD_COUNTS, undefined, Number.NaN, 7n].map((given) => ({ given, expected: null })),
])('a count of $given is $expected', ({ given, expected }) => {
  expect(tokenCount(given)).toBe(expected);
});

test.each([
  { given: [1, 2, 3], expected: 6 },
  { given: [1, null, undefined], expected: 1 },
  { given: [], expected: null },
  { given: [null], expected: null },
  { given: [1, -1], expected: null },
  { given: [2 ** 31 - 1, 1], expected: null },
])('$given together are $expected', ({ given, expected }) => {
  expect(sumOfCounts(...given)).toBe(expected);
});
