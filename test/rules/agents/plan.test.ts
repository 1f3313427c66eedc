import { expect, test } from 'vitest';
import { planProgress } from '../../../src/rules/agents/plan.ts';

test.each([
  { given: [], progress: 0 },
  { given: ['pending', 'in_progress'], progress: 0 },
  { given: ['completed', 'in_progress', 'pending', 'pending'], progress: 0.25 },
  { given: ['completed', 'completed'], progress: 0.99 },
] as const)('given $given, a plan is carried out to $progress', ({ given, progress }) => {
  const steps = given.map((status, index) => ({ id: `${index}`, description: 'x', status }));
  expect(planProgress({ steps })).toBe(progress);
});
