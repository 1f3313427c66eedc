import { expect, test } from 'vitest';
import { systemCondition } from '../../src/rules/system-condition.ts';

const fine = { liveWorkers: 2, silentWorkers: 0, oldestReadySeconds: null };

test.each([
  { given: fine, expected: 'active' },
  { given: { ...fine, oldestReadySeconds: 30 }, expected: 'active' },
  { given: { ...fine, oldestReadySeconds: 30.1 }, expected: 'degraded' },
  { given: { ...fine, silentWorkers: 1 }, expected: 'degraded' },
  { given: { ...fine, liveWorkers: 0 }, expected: 'stopped' },
  { given: { liveWorkers: 0, silentWorkers: 3, oldestReadySeconds: 100 }, expected: 'stopped' },
])('given $given: $expected', ({ given, expected }) => {
  expect(systemCondition(given)).toBe(expected);
});
