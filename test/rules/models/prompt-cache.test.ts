import { expect, test } from 'vitest';
import { isReadInTime } from '../../../src/rules/models/prompt-cache.ts';

test.each([
  { given: 'the first turn', ms: null, expected: false },
  { given: 'a turn just before', ms: 0, expected: true },
  { given: 'a turn that is cached still', ms: 299_999, expected: true },
  { given: 'a turn that is no longer cached', ms: 300_000, expected: false },
])('a conversation with $given is worth a write: $expected', ({ ms, expected }) => {
  expect(isReadInTime(ms)).toBe(expected);
});
