import { describe, expect, test } from 'vitest';
import { type Candidate, chooseModel, type ModelNeeds, NO_NEEDS } from '../../../src/rules/models/choice.ts';
import type { TrackRecord } from '../../../src/rules/models/track-record.ts';

const UNTRIED: TrackRecord = { successes: 0, failures: 0, firstTokenMs: null, circuit: 'closed' };

const candidate = (modelId: string, given: Partial<Candidate> = {}): Candidate => ({
  provider: 'openai',
  modelId,
  rank: 0,
  capabilities: ['text', 'code'],
  specialties: [],
  supportsFunctionCalling: true,
  lacks: [],
  contextWindow: 100_000,
  prices: { input: '2.5', cachedInput: null, output: '10' },
  record: UNTRIED,
  ...given,
});

const demo = candidate('demo', { provider: 'demo' });
const large = candidate('large');
const small = candidate('small', { rank: 1, prices: { input: '0.1', cachedInput: null, output: '0.4' } });
const thinker = candidate('thinker', { rank: 5, provider: 'anthropic', capabilities: ['text', 'reasoning'] });
const local = candidate('local', {
  rank: 1000,
  provider: 'ollama',
  specialties: ['law'],
  contextWindow: null,
});

const names = (given: readonly Candidate[], needs: Partial<ModelNeeds> = {}) => {
  const choice = chooseModel(given, { ...NO_NEEDS, ...needs });
  return choice && [choice.selected, ...choice.alternatives].map(({ model }) => model.modelId);
};

describe('the model of whoever names none', () => {
  test.each([
    { given: [], expected: null },
    { given: [demo], expected: ['demo'] },
    { given: [large], expected: ['large'] },
    { given: [demo, large], expected: ['large'] },
    { given: [large, demo, small], expected: ['large', 'small'] },
    { given: [small, large], expected: ['large', 'small'] },
    { given: [local, thinker, small, large], expected: ['large', 'small', 'thinker', 'local'] },
  ])('given $given.length candidates, then $expected', ({ given, expected }) => {
    expect(names(given)).toEqual(expected);
  });

  test.each([
    { given: [demo], reason: 'no provider is configured, so the demo model answers' },
    { given: [demo, small], reason: 'the first general-purpose model of the configured providers' },
  ])('given $given, it says why', ({ given, reason }) => {
    expect(chooseModel(given, NO_NEEDS)?.reason).toBe(reason);
  });
});

describe('needs', () => {
  const all = [large, small, thinker, local];

  test.each<{ needs: Partial<ModelNeeds>; first: string | null; without?: string }>([
    { needs: { capabilities: ['reasoning'] }, first: 'thinker', without: 'large' },
    { needs: { capabilities: ['audio'] }, first: null },
    { needs: { contextSize: 100_000 }, first: 'large' },
    // An unknown window may be large enough; a known one is not.
    { needs: { contextSize: 100_001 }, first: 'local', without: 'large' },
    { needs: { costSensitivity: 1 }, first: 'small' },
    { needs: { wishes: ['reasoning'] }, first: 'thinker' },
    { needs: { wishes: ['law'] }, first: 'local' },
    { needs: { wishes: ['nothing of this'] }, first: 'large' },
    { needs: { preferredProvider: 'anthropic' }, first: 'thinker' },
    { needs: { preferredProvider: 'ollama' }, first: 'local' },
    { needs: { preferredProvider: 'azure' }, first: 'large' },
  ])('$needs: $first', ({ needs, first, without }) => {
    const found = names(all, needs);
    expect(found?.[0] ?? null).toBe(first);
    if (without) expect(found).not.toContain(without);
  });

  test('what is free is the cheapest, what has no known price the dearest', () => {
    const free = candidate('free', { rank: 2, prices: { input: '0', cachedInput: null, output: '0' } });
    const unknown = candidate('unknown', { rank: 0, prices: null });
    expect(names([unknown, small, free], { costSensitivity: 1 })).toEqual(['free', 'small', 'unknown']);
  });

  test('scores are between 0 and 1, the best first', () => {
    const choice = chooseModel(all, { ...NO_NEEDS, costSensitivity: 0.5, wishes: ['code'] })!;
    const scores = [choice.selected, ...choice.alternatives].map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((one, other) => other - one));
    expect(Math.max(...scores)).toBeLessThanOrEqual(1);
    expect(Math.min(...scores)).toBeGreaterThanOrEqual(0);
  });

  test('the reason names what spoke for it', () => {
    const needs = {
      ...NO_NEEDS,
      preferredProvider: 'openai',
      wishes: ['code'],
      costSensitivity: 0.5,
    } as const;
    expect(chooseModel([small], needs)?.reason).toBe(
      'the best score: served by openai, which is preferred; good at code; at $0.1 and $0.4 per million tokens',
    );
  });
});

describe('what the last calls tell', () => {
  const withRecord = (model: Candidate, record: Partial<TrackRecord>) => ({
    ...model,
    record: { ...UNTRIED, ...record },
  });

  test('one that fails often comes after one that does not', () => {
    expect(names([withRecord(large, { successes: 10, failures: 10 }), small])).toEqual(['small', 'large']);
  });

  test('of two that are equal, the quicker one', () => {
    const slow = withRecord(large, { successes: 9, firstTokenMs: 20_000 });
    const quick = withRecord(candidate('quick'), { successes: 9, firstTokenMs: 200 });
    expect(names([slow, quick])).toEqual(['quick', 'large']);
  });

  test('one whose circuit is open is left out, and the reason says so; a half-open one is not', () => {
    const open = withRecord(large, { circuit: 'open' });
    expect(names([open, small])).toEqual(['small']);
    expect(chooseModel([open, small], NO_NEEDS)?.reason).toMatch(/without openai\/large, which failed/);
    expect(names([withRecord(large, { circuit: 'half_open' }), small])).toEqual(['large', 'small']);
  });

  test('where all circuits are open, one of them is better than none', () => {
    expect(names([withRecord(large, { circuit: 'open' })])).toEqual(['large']);
  });
});
