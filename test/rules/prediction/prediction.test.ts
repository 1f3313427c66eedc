import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcomes, Work } from '../../../src/rules/prediction/outcomes.ts';
import { workOf } from '../../../src/rules/prediction/outcomes.ts';
import { readForecast } from '../../../src/rules/prediction/prediction.ts';
import {
  expectedQuality,
  PRIOR_QUALITY,
  readQuality,
} from '../../../src/rules/prediction/quality-estimate.ts';
import { PRIOR_SUCCESS } from '../../../src/rules/prediction/success-odds.ts';

const SCAN: Work = { type: 'scan', performer: 'agent:a', model: 'demo/demo' };

/** Each of them took as many seconds as the other. */
const outcomes = (work: Partial<Work>, tasks: number, succeeded: number, seconds = 10): Outcomes => ({
  ...SCAN,
  ...work,
  tasks,
  succeeded,
  logSeconds: succeeded * Math.log(seconds),
  squaredLogSeconds: succeeded * Math.log(seconds) ** 2,
});

const probability = (past: readonly Outcomes[], work: Work = SCAN) =>
  readForecast({ outcomes: past, scores: [] }).successProbability(work);
const duration = (past: readonly Outcomes[], work: Work = SCAN) =>
  readForecast({ outcomes: past, scores: [] }).of(work).duration;

const words = fc.constantFrom('a', 'b', 'c');
const anyWork = fc.record({ type: fc.option(words), performer: words, model: fc.option(words) });
const anyOutcomes = fc
  .tuple(anyWork, fc.nat(1_000), fc.nat(1_000), fc.double({ min: 0.001, max: 1e6, noNaN: true }))
  .map(([work, one, other, seconds]) =>
    outcomes(work, one + other || 1, Math.min(one, one + other || 1), seconds),
  );
const anyPast = fc.uniqueArray(anyOutcomes, {
  selector: ({ type, performer, model }) => JSON.stringify([type, performer, model]),
  maxLength: 12,
});

describe('the probability of success', () => {
  test('given nothing, then the prior', () => {
    expect(probability([])).toBeCloseTo(PRIOR_SUCCESS, 12);
  });

  test('given any history, then between 0 and 1, and the interval around the median', () => {
    fc.assert(
      fc.property(anyPast, anyWork, (past, work) => {
        const told = readForecast({ outcomes: past, scores: [] }).of(work);
        expect(told.successProbability).toBeGreaterThan(0);
        expect(told.successProbability).toBeLessThan(1);
        expect(told.duration.low).toBeGreaterThan(0);
        expect(told.duration.low).toBeLessThan(told.duration.median);
        expect(told.duration.median).toBeLessThan(told.duration.high);
        expect(told.duration.high).toBeLessThan(Number.POSITIVE_INFINITY);
      }),
    );
  });

  test('given one success in place of a failure, then more', () => {
    fc.assert(
      fc.property(anyPast, anyOutcomes, (past, own) => {
        const others = past.filter(
          ({ type, performer, model }) =>
            type !== own.type || performer !== own.performer || model !== own.model,
        );
        const failed = { ...own, tasks: own.tasks + 1 };
        const succeeded = { ...failed, succeeded: own.succeeded + 1 };
        expect(probability([...others, succeeded], own)).toBeGreaterThan(
          probability([...others, failed], own),
        );
      }),
    );
  });

  test('in whatever order the history comes', () => {
    fc.assert(
      fc.property(anyPast, anyWork, (past, work) => {
        expect(probability(past.toReversed(), work)).toBeCloseTo(probability(past, work), 2);
        expect(Math.log(duration(past.toReversed(), work).high)).toBeCloseTo(
          Math.log(duration(past, work).high),
          2,
        );
      }),
    );
  });

  test.each([0.02, 0.3, 0.5, 0.9, 0.99])('given ever more tasks of which %d succeed, then that', (share) => {
    const errors = [100, 1_000, 10_000, 100_000].map((tasks) =>
      Math.abs(probability([outcomes({}, tasks, tasks * share)]) - share),
    );
    expect(errors).toEqual(errors.toSorted((one, other) => other - one));
    expect(errors.at(-1)).toBeLessThan(0.0005);
  });

  test('a task counts once, though it is of a type, an agent and a model', () => {
    // With a weight of their own on each level, ten successes would be near certainty.
    expect(probability([outcomes({}, 10, 10)])).toBeLessThan(0.97);
  });

  test.each([
    {
      what: 'a bad agent is expected to be bad at a new type',
      work: { type: 'new', performer: 'agent:bad' },
    },
    { what: 'and so is a bad type with a new agent', work: { type: 'bad', performer: 'agent:new' } },
    { what: 'and a bad model', work: { type: 'new', model: 'demo/bad' } },
  ])('$what', ({ work }) => {
    const past = [
      outcomes({}, 100, 90),
      outcomes({ performer: 'agent:bad' }, 50, 5),
      outcomes({ type: 'bad' }, 50, 5),
      outcomes({ model: 'demo/bad' }, 50, 5),
    ];
    expect(probability(past, { ...SCAN, ...work })).toBeLessThan(0.45);
    expect(probability(past)).toBeGreaterThan(0.8);
  });

  test('what only one agent did badly is no fault of the type, when another does it well', () => {
    const past = [outcomes({ performer: 'agent:bad' }, 50, 5), outcomes({ performer: 'agent:good' }, 50, 48)];
    expect(probability(past, { ...SCAN, performer: 'agent:good' })).toBeGreaterThan(0.9);
    expect(probability(past, { ...SCAN, performer: 'agent:bad' })).toBeLessThan(0.2);
  });
});

describe('the duration', () => {
  test.each([1, 60, 3_600])('given ever more tasks of %d seconds, then that', (seconds) => {
    const { median, low, high } = duration([outcomes({}, 1_000, 1_000, seconds)]);
    expect(median / seconds).toBeCloseTo(1, 2);
    expect(high / low).toBeLessThan(1.35);
  });

  test('given more of them, then a narrower interval', () => {
    const widths = [0, 1, 5, 20, 100].map((tasks) => {
      const { low, high } = duration(tasks === 0 ? [] : [outcomes({}, tasks, tasks)]);
      return high / low;
    });
    expect(widths).toEqual(widths.toSorted((one, other) => other - one));
  });

  test('what failed says nothing about it', () => {
    expect(duration([outcomes({}, 10, 0)])).toEqual(duration([]));
  });

  test('one type takes longer than another with every agent', () => {
    const past = [
      outcomes({ type: 'long' }, 30, 30, 600),
      outcomes({ type: 'short' }, 30, 30, 6),
      outcomes({ type: 'short', performer: 'agent:b' }, 30, 30, 6),
    ];
    const [long, short] = ['long', 'short'].map((type) =>
      duration(past, { ...SCAN, type, performer: 'agent:b' }),
    );
    expect(long!.median / short!.median).toBeGreaterThan(10);
  });
});

describe('the quality', () => {
  const scores = [
    { type: 'code', model: 'demo/demo', answers: 10, sum: 9 },
    { type: 'law', model: 'demo/demo', answers: 10, sum: 5 },
    { type: 'code', model: 'demo/other', answers: 100, sum: 10 },
  ];
  const quality = readQuality(scores);

  test('goes by the scores of the same model, those about the type before others', () => {
    expect(quality({ ...SCAN, type: 'code' })).toMatchObject({ answers: 20 });
    expect(quality({ ...SCAN, type: 'code' }).score).toBeCloseTo((9 + 3 * 0.7) / 13, 12);
    expect(quality({ ...SCAN, type: null }).score).toBeCloseTo(0.7, 12);
  });

  test.each([
    { model: 'demo/unscored', reason: /no other model has scored an answer of demo\/unscored/ },
    { model: null, reason: /a template/ },
  ])('is unknown for $model', ({ model, reason }) => {
    expect(quality({ ...SCAN, model })).toEqual({
      score: null,
      answers: 0,
      reason: expect.stringMatching(reason),
    });
  });

  test('is expected as a number in any case: what is assumed, and closer to the score with each answer', () => {
    expect(expectedQuality({ score: null, answers: 0 })).toBe(PRIOR_QUALITY);
    const expected = [1, 3, 30, 3000].map((answers) => expectedQuality({ score: 1, answers }));
    expect(expected).toEqual(expected.toSorted());
    expect(expected[1]).toBeCloseTo((1 + PRIOR_QUALITY) / 2, 12);
    expect(expected.at(-1)).toBeCloseTo(1, 3);
    expect(expectedQuality({ score: 0, answers: 3 })).toBeCloseTo(PRIOR_QUALITY / 2, 12);
  });
});

test('what it goes by is told level by level, and what has nothing is left out', () => {
  const past = [outcomes({}, 3, 2), outcomes({ type: null, performer: 'prompt' }, 4, 4)];
  const { of } = readForecast({ outcomes: past, scores: [] });
  expect(of({ ...SCAN, performer: 'prompt' })).toMatchObject({
    evidence: [
      { level: 'history', tasks: 7, succeeded: 6 },
      { level: 'type', tasks: 3, succeeded: 2 },
      { level: 'doer', tasks: 4, succeeded: 4 },
      { level: 'model', tasks: 7, succeeded: 6 },
    ],
    reason:
      'of your last tasks succeeded: 6 of 7 in total, 2 of 3 of its type, 4 of 4 with the same agent, template or plain prompt, 6 of 7 with its model',
  });
});

test.each([
  { kind: 'prompt', performer: 'prompt', model: 'demo/m/n' },
  { kind: 'agent', performer: 'agent:a', model: 'demo/m/n' },
  { kind: 'template', performer: 'template:t', model: null },
] as const)('a task of the kind $kind is the work of $performer', ({ kind, performer, model }) => {
  const task = { kind, type: 'Code', agentId: 'a', templateName: 't', provider: 'demo', model: 'm/n' };
  expect(workOf(task)).toEqual({ type: 'code', performer, model });
});
