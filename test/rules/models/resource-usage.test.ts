import { expect, test } from 'vitest';
import { totalUsage } from '../../../src/rules/models/resource-usage.ts';

const usage = { modelName: 'a', seconds: 1, memoryGb: 4, inputTokens: 10, outputTokens: 20 };

test('times and tokens add up, memory is the most at once', () => {
  expect(
    totalUsage([
      { ...usage, memoryGb: 8 },
      { ...usage, modelName: 'b' },
    ]),
  ).toEqual({
    modelName: 'b',
    seconds: 2,
    memoryGb: 8,
    inputTokens: 20,
    outputTokens: 40,
  });
});

test('what one did not tell is not known of all', () => {
  expect(totalUsage([usage, { ...usage, seconds: null, memoryGb: null }])).toMatchObject({
    seconds: null,
    memoryGb: 4,
  });
});

test('nothing is null', () => {
  expect(totalUsage([])).toBeNull();
});
