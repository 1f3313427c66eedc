import { describe, expect, test } from 'vitest';
import { type Candidate, chooseModel } from '../../src/rules/model-choice.ts';

const demo: Candidate = { provider: 'demo', modelId: 'demo' };
const large: Candidate = { provider: 'openai', modelId: 'gpt-4o' };
const small: Candidate = { provider: 'openai', modelId: 'gpt-4o-mini' };

describe('the model of a task that names none', () => {
  test.each([
    { given: [], selected: undefined, alternatives: undefined },
    { given: [demo], selected: demo, alternatives: [] },
    { given: [large], selected: large, alternatives: [] },
    { given: [demo, large], selected: large, alternatives: [] },
    { given: [large, demo, small], selected: large, alternatives: [small] },
    { given: [small, large], selected: small, alternatives: [large] },
  ])('given $given, then $selected', ({ given, selected, alternatives }) => {
    const choice = chooseModel(given);
    expect(choice?.selected).toEqual(selected);
    expect(choice?.alternatives).toEqual(alternatives);
  });

  test.each([
    { given: [demo], reason: 'no provider is configured, so the demo model answers' },
    { given: [demo, small], reason: 'the first general-purpose model of the configured providers' },
  ])('given $given, it says why', ({ given, reason }) => {
    expect(chooseModel(given)?.reason).toBe(reason);
  });
});
