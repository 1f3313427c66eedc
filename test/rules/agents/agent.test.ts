import { describe, expect, test } from 'vitest';
import { chooseAgent, stricter } from '../../../src/rules/agents/agent.ts';
import { agentCondition } from '../../../src/rules/agents/condition.ts';

describe('the agent for a task that names none', () => {
  const agents = ['code', 'security', 'general', 'code'].map((type, place) => ({ type, place }));

  test.each([
    { given: 'code', place: 0 },
    { given: 'CODE', place: 0 },
    { given: 'security_scan', place: 1 },
    { given: 'scan-security', place: 1 },
    { given: 'insecurity', place: 2 },
    { given: 'knitting', place: 2 },
    { given: null, place: 2 },
  ])('given the type $given, it is number $place', ({ given, place }) => {
    expect(chooseAgent(agents, given)?.agent.place).toBe(place);
  });

  test('given nobody who could do it, there is none', () => {
    expect(chooseAgent([{ type: 'code' }], 'knitting')).toBeNull();
    expect(chooseAgent([], null)).toBeNull();
  });
});

test.each([
  { one: {}, other: {}, both: {} },
  { one: { maxIterations: 3 }, other: {}, both: { maxIterations: 3 } },
  {
    one: { maxIterations: 3, maxCost: 1 },
    other: { maxIterations: 2, timeoutSeconds: 5 },
    both: { maxIterations: 2, maxCost: 1, timeoutSeconds: 5 },
  },
])('of the limits $one and $other the stricter are $both', ({ one, other, both }) => {
  expect(stricter(one, other)).toEqual(both);
  expect(stricter(other, one)).toEqual(both);
});

test.each([
  { succeeded: 0, finished: 0, condition: 'unknown' },
  { succeeded: 4, finished: 5, condition: 'healthy' },
  { succeeded: 3, finished: 5, condition: 'degraded' },
  { succeeded: 1, finished: 2, condition: 'degraded' },
  { succeeded: 2, finished: 5, condition: 'failing' },
])('given $succeeded of $finished tasks, an agent is $condition', ({ succeeded, finished, condition }) => {
  expect(agentCondition(succeeded, finished)).toBe(condition);
});
