import { describe, expect, test } from 'vitest';
import type { Work } from '../../../src/rules/prediction/outcomes.ts';
import { type Forecast, type Prediction, readForecast } from '../../../src/rules/prediction/prediction.ts';
import { createWorld, type Differences, summed } from './simulation.ts';

const WORLDS = 20;
const FUTURE = 500;

interface Bin {
  count: number;
  predicted: number;
  succeeded: number;
}

const simulated = new Map<string, ReturnType<typeof carryOut>>();

function simulate(differences: Differences, historyLength: number) {
  const key = JSON.stringify([differences, historyLength]);
  const known = simulated.get(key) ?? carryOut(differences, historyLength);
  simulated.set(key, known);
  return known;
}

/** Twenty worlds: in each a history, and then tasks that were not in it, predicted and carried out. */
function carryOut(differences: Differences, historyLength: number) {
  const sums = { forecast: 0, baseRate: 0, truth: 0, covered: 0, timed: 0 };
  const bins = Array.from({ length: 10 }, (): Bin => ({ count: 0, predicted: 0, succeeded: 0 }));
  for (let world = 1; world <= WORLDS; world += 1) {
    const draw = createWorld(world * 7919 + historyLength, differences);
    const past = Array.from({ length: historyLength }, draw);
    const forecast = remembering(readForecast({ outcomes: summed(past), scores: [] }));
    const baseRate = past.filter(({ hasSucceeded }) => hasSucceeded).length / past.length;
    for (const task of Array.from({ length: FUTURE }, draw)) {
      const { successProbability: predicted, duration } = forecast(task);
      const outcome = Number(task.hasSucceeded);
      sums.forecast += (predicted - outcome) ** 2;
      sums.baseRate += (baseRate - outcome) ** 2;
      sums.truth += (task.probability - outcome) ** 2;
      const bin = bins[Math.floor(predicted * 10)]!;
      bin.count += 1;
      bin.predicted += predicted;
      bin.succeeded += outcome;
      if (!task.hasSucceeded) continue;
      const { low, high } = duration;
      sums.timed += 1;
      if (low <= task.seconds && task.seconds <= high) sums.covered += 1;
    }
  }
  const all = WORLDS * FUTURE;
  return {
    brier: sums.forecast / all,
    baseRate: sums.baseRate / all,
    truth: sums.truth / all,
    coverage: sums.covered / sums.timed,
    bins: bins.filter(({ count }) => count >= 400),
  };
}

/** Many tasks are alike. */
function remembering(forecast: Forecast): (work: Work) => Prediction {
  const known = new Map<string, Prediction>();
  return (work) => {
    const key = JSON.stringify([work.type, work.performer, work.model]);
    const told = known.get(key) ?? forecast.of(work);
    known.set(key, told);
    return told;
  };
}

const DIFFERENT = { each: 1, combinations: 0 };
const TANGLED = { each: 0.7, combinations: 1 };
const ALIKE = { each: 0, combinations: 0 };

describe('given a world in which types, agents and models differ', () => {
  test.each([
    { world: DIFFERENT, history: 20, margin: 0.05, ofTheWay: 0.25 },
    { world: DIFFERENT, history: 100, margin: 0.1, ofTheWay: 0.5 },
    { world: DIFFERENT, history: 300, margin: 0.2, ofTheWay: 0.8 },
    { world: DIFFERENT, history: 1000, margin: 0.2, ofTheWay: 0.9 },
    { world: TANGLED, history: 300, margin: 0.1, ofTheWay: 0.5 },
    { world: TANGLED, history: 1000, margin: 0.15, ofTheWay: 0.7 },
  ])(
    'after $history tasks the Brier score is better than that of the base rate by $margin of it, $ofTheWay of the way to who knows the truth: $world',
    ({ world, history, margin, ofTheWay }) => {
      const { brier, baseRate, truth } = simulate(world, history);
      expect(1 - brier / baseRate).toBeGreaterThan(margin);
      expect((baseRate - brier) / (baseRate - truth)).toBeGreaterThan(ofTheWay);
    },
  );

  test.each([
    { world: DIFFERENT, history: 300 },
    { world: TANGLED, history: 1000 },
  ])('what was predicted is what comes, within 0.06 in every bin: $world', ({ world, history }) => {
    const { bins } = simulate(world, history);
    expect(bins.length).toBeGreaterThanOrEqual(8);
    for (const { count, predicted, succeeded } of bins) {
      expect(Math.abs(predicted - succeeded) / count).toBeLessThan(0.06);
    }
  });

  test.each([
    { history: 20, least: 0.8, most: 0.96 },
    { history: 100, least: 0.78, most: 0.88 },
    { history: 300, least: 0.78, most: 0.84 },
    { history: 1000, least: 0.78, most: 0.84 },
  ])('after $history tasks, $least to $most of the durations lie within their interval', (given) => {
    const { coverage } = simulate(DIFFERENT, given.history);
    expect(coverage).toBeGreaterThan(given.least);
    expect(coverage).toBeLessThan(given.most);
  });
});

describe('given a world in which all are alike', () => {
  test.each([20, 100, 300, 1000])(
    'after %i tasks what is chance costs at most a twenty-fifth of the base rate',
    (history) => {
      const { brier, baseRate } = simulate(ALIKE, history);
      expect(brier / baseRate).toBeLessThan(1.04);
    },
  );
});
