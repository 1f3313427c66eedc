import { expect, test } from 'vitest';
import { memoryOf } from '../../../src/engine/sandbox/limits.ts';

const GiB = 2 ** 30;

test.each([
  { what: 'a container’s bound', constrained: 2 * GiB, expected: 2 * GiB },
  { what: 'no known bound', constrained: 0, expected: 16 * GiB },
  { what: 'a bound beyond the machine', constrained: 2 ** 63, expected: 16 * GiB },
])('with $what of memory, the limits are made of what there is', ({ constrained, expected }) => {
  expect(memoryOf(16 * GiB, constrained)).toBe(expected);
});
