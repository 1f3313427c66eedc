import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ModelReference } from '../../../src/rules/models/model-id.ts';
import {
  bestRound,
  type Decision,
  decide,
  type OrchestrationLimits,
  type Round,
} from '../../../src/rules/orchestrations/orchestration.ts';

const a: ModelReference = { provider: 'openai', model: 'a' };
const b: ModelReference = { provider: 'anthropic', model: 'b' };
const c: ModelReference = { provider: 'ollama', model: 'c' };
const LIMITS: OrchestrationLimits = { evaluationThreshold: 8, maxIterations: 5 };
const FAILED = { code: 'OUTPUT_INVALID', message: 'no JSON' } as const;
const BROKE = { code: 'BUDGET_EXCEEDED', message: 'nothing left' } as const;

/** A round that is over: `score` null is an evaluation that failed. */
function round(iteration: number, score: number | null, by = a, evaluator = b): Round {
  return {
    ...answered(iteration, by),
    evaluation: {
      ...evaluator,
      isSelfEvaluated: false,
      score,
      feedback: score === null ? null : 'more',
      error: score === null ? FAILED : null,
    },
  };
}

function answered(iteration: number, by = a): Round {
  const answer = {
    ...by,
    callId: `call${iteration}`,
    text: `answer ${iteration}`,
    finishReason: 'stop',
  } as const;
  return { ...begun(iteration, by), answer };
}

function begun(iteration: number, by = a): Round {
  return {
    iteration,
    selected: by,
    reason: '',
    improves: null,
    answer: null,
    error: null,
    evaluation: null,
  };
}

const next = (rounds: Round[], candidates = [a, b], limits = LIMITS) =>
  decide(limits, candidates, 'first', rounds);

describe('whether to go on', () => {
  test.each([
    { given: 'nothing yet', rounds: [], expected: null },
    { given: 'a good answer', rounds: [round(1, 8)], expected: 'threshold_reached' },
    { given: 'a middling one', rounds: [round(1, 7.9)], expected: null },
    { given: 'one round without gain', rounds: [round(1, 7), round(2, 7)], expected: null },
    { given: 'two in a row', rounds: [round(1, 7), round(2, 7), round(3, 6)], expected: 'no_gain' },
    { given: 'a gain between', rounds: [round(1, 5), round(2, 4), round(3, 6), round(4, 6)], expected: null },
    { given: 'two evaluations that failed', rounds: [round(1, null), round(2, null)], expected: 'no_gain' },
    { given: 'a score after one that failed', rounds: [round(1, null), round(2, 0)], expected: null },
    {
      given: 'as many rounds as there may be',
      rounds: [round(1, 1), round(2, 2), round(3, 3), round(4, 4), round(5, 5)],
      expected: 'max_iterations',
    },
    {
      given: 'no money for an answer',
      rounds: [round(1, 5), { ...begun(2), error: BROKE }],
      expected: 'cost_limit',
    },
    {
      given: 'no money for an evaluation',
      rounds: [{ ...answered(1), evaluation: { ...round(1, null).evaluation!, error: BROKE } }],
      expected: 'cost_limit',
    },
    {
      given: 'no model that answers',
      rounds: [
        round(1, 5),
        { ...begun(2), error: { code: 'PROVIDER_UNAVAILABLE', message: 'down' } as const },
      ],
      expected: 'models_failed',
    },
  ])('given $given: $expected', ({ rounds, expected }) => {
    const decision = next(rounds);
    expect(decision.next === 'stop' ? decision.reason : null).toBe(expected);
  });
});

describe('which model answers', () => {
  const selectedIn = (decision: Decision) => (decision.next === 'generate' ? decision.round : null);

  test.each([
    { given: 'the first round', rounds: [], selected: a, improves: null },
    { given: 'a first score', rounds: [round(1, 5)], selected: a, improves: 1 },
    { given: 'a gain', rounds: [round(1, 5), round(2, 6, b, a)], selected: b, improves: 2 },
    { given: 'none', rounds: [round(1, 5), round(2, 5)], selected: b, improves: 1 },
    { given: 'none, by the last of them', rounds: [round(1, 5), round(2, 4, c)], selected: a, improves: 1 },
    { given: 'an evaluation that failed', rounds: [round(1, null)], selected: b, improves: 1 },
    {
      given: 'one that had not answered when it was to',
      rounds: [{ ...round(1, 5, a, c), selected: b }, round(2, 5, a, c)],
      selected: c,
      improves: 1,
    },
  ])('given $given', ({ rounds, selected, improves }) => {
    expect(selectedIn(next(rounds, [a, b, c]))).toMatchObject({
      iteration: rounds.length + 1,
      selected,
      improves,
    });
  });

  test('given a round that was interrupted before its answer: the same again', () => {
    expect(next([round(1, 5), begun(2, c)], [a, b, c])).toEqual({ next: 'generate', round: begun(2, c) });
  });
});

describe('which model evaluates', () => {
  test.each([
    { given: 'two', candidates: [a, b], rounds: [answered(1)], evaluator: b, isSelfEvaluated: false },
    {
      given: 'another author',
      candidates: [a, b],
      rounds: [answered(1, b)],
      evaluator: a,
      isSelfEvaluated: false,
    },
    { given: 'one', candidates: [a], rounds: [answered(1)], evaluator: a, isSelfEvaluated: true },
    {
      given: 'one whose last evaluation failed',
      candidates: [a, b, c],
      rounds: [round(1, null, a, b), answered(2)],
      evaluator: c,
      isSelfEvaluated: false,
    },
    {
      given: 'one that had not answered when it was to',
      candidates: [b, a, c],
      rounds: [{ ...answered(1, a), selected: b }],
      evaluator: c,
      isSelfEvaluated: false,
    },
    {
      given: 'only such',
      candidates: [a, b],
      rounds: [round(1, null, a, b), answered(2)],
      evaluator: b,
      isSelfEvaluated: false,
    },
  ])('given $given', ({ candidates, rounds, evaluator, isSelfEvaluated }) => {
    expect(next(rounds, candidates)).toMatchObject({ next: 'evaluate', evaluator, isSelfEvaluated });
  });
});

describe('which round wins', () => {
  test.each([
    { given: 'none', rounds: [], expected: null },
    { given: 'one without an answer', rounds: [begun(1)], expected: null },
    { given: 'a higher score before', rounds: [round(1, 7), round(2, 6)], expected: 1 },
    { given: 'a higher score after', rounds: [round(1, 6), round(2, 7)], expected: 2 },
    { given: 'equal scores', rounds: [round(1, 7), round(2, 7)], expected: 1 },
    { given: 'a score of 0 and none', rounds: [round(1, 0), round(2, null)], expected: 1 },
    { given: 'no scores', rounds: [round(1, null), round(2, null)], expected: 2 },
    { given: 'no evaluation yet', rounds: [answered(1)], expected: 1 },
  ])('given $given: $expected', ({ rounds, expected }) => {
    expect(bestRound(rounds)?.iteration ?? null).toBe(expected);
  });
});

/** Plays an orchestration to its end with the scores that the evaluators give. */
function play(scores: readonly (number | null)[], limits: OrchestrationLimits, candidates: ModelReference[]) {
  const rounds: Round[] = [];
  for (;;) {
    const decision = decide(limits, candidates, 'first', rounds);
    if (decision.next === 'stop') return { rounds, reason: decision.reason };
    const { iteration } = decision.round;
    rounds[iteration - 1] =
      decision.next === 'generate'
        ? { ...decision.round, ...{ answer: answered(iteration, decision.round.selected).answer } }
        : {
            ...decision.round,
            evaluation: { ...round(iteration, scores[iteration - 1]!).evaluation!, ...decision.evaluator },
          };
  }
}

const scores = fc.array(fc.option(fc.integer({ min: 0, max: 10 })), { minLength: 20, maxLength: 20 });
const limits = fc.record({
  evaluationThreshold: fc.integer({ min: 0, max: 10 }),
  maxIterations: fc.integer({ min: 1, max: 20 }),
});
const candidates = fc.constantFrom<ModelReference[][]>([a], [a, b], [a, b, c]);

test('whatever the scores: the best answer wins, within all limits, and not a round too many', () => {
  fc.assert(
    fc.property(scores, limits, candidates, (given, limit, models) => {
      const { rounds, reason } = play(given, limit, models);
      const told = given.slice(0, rounds.length);
      const known = told.filter((score) => score !== null);
      expect(rounds.length).toBeLessThanOrEqual(limit.maxIterations);
      const best = bestRound(rounds)!;
      if (known.length > 0) {
        expect(best.evaluation!.score).toBe(Math.max(...known));
        expect(best.iteration).toBe(told.indexOf(Math.max(...known)) + 1);
      }
      const isGood = (score: number | null) => score !== null && score >= limit.evaluationThreshold;
      expect(told.slice(0, -1).some(isGood)).toBe(false);
      expect(reason === 'threshold_reached').toBe(isGood(told.at(-1)!));
      const isGain = told.map(
        (score, at) => score !== null && told.slice(0, at).every((one) => (one ?? -1) < score),
      );
      const idle = isGain.map((gain, at) => !gain && at > 0 && !isGain[at - 1]);
      expect(idle.slice(0, -1)).not.toContain(true);
      if (reason === 'no_gain') expect(idle.at(-1)).toBe(true);
      if (reason === 'max_iterations') expect(rounds.length).toBe(limit.maxIterations);
    }),
    { numRuns: 500 },
  );
});

test('whatever the scores: nobody evaluates an answer of their own, unless they are alone', () => {
  fc.assert(
    fc.property(scores, limits, candidates, (given, limit, models) => {
      for (const { answer, evaluation } of play(given, limit, models).rounds)
        expect(evaluation!.model === answer!.model).toBe(models.length === 1);
    }),
  );
});
