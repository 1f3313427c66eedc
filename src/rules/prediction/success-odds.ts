import type { PredictionLevel } from '../../vocabulary.ts';
import { type Outcomes, placeWorks, type Work } from './outcomes.ts';
import { likeliestEffects, type Measurement, sumOf } from './shrunken-effects.ts';

/** Assumed share of tasks that succeed before any has ended. */
export const PRIOR_SUCCESS = 0.8;

/**
 * Expected standard deviation of log-odds on each level. Lower values lose the strong differences of a short
 * history; with higher ones noise looks like a difference.
 */
const SPREADS = { history: 1.5, type: 0.6, doer: 0.6, model: 0.6, combination: 0.5 } satisfies Record<
  PredictionLevel,
  number
>;

/**
 * The probability that a work succeeds, from 0 to 1 exclusive. The log-odds are the sum of the effects of the
 * whole history, of its type, its performer, its model and the combination of the three, each shrunk towards
 * 0. So each task counts once, and what is known about an agent applies to new types as well.
 */
export function readSuccessOdds(outcomes: readonly Outcomes[]): (work: Work) => number {
  const { levels, find } = placeWorks(outcomes);
  const records = outcomes.map((past) => ({ ...past, effects: find(past).known }));
  const effects = likeliest(
    records,
    levels.map((level) => 1 / SPREADS[level] ** 2),
  );
  return (work) => probability(sumOf(effects, find(work).known));
}

interface Tally extends Pick<Outcomes, 'tasks' | 'succeeded'> {
  effects: readonly number[];
}

const MAX_STEPS = 25;
const TOLERANCE = 1e-6;

/** Newton's method: each step linearizes the odds at the current point. */
function likeliest(records: readonly Tally[], precisions: readonly number[]): number[] {
  let effects = precisions.map(() => 0);
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const next = likeliestEffects(
      records.map((record) => straightened(record, sumOf(effects, record.effects))),
      precisions,
    );
    const change = Math.max(0, ...next.map((value, place) => Math.abs(value - effects[place]!)));
    effects = next;
    if (change < TOLERANCE) break;
  }
  return effects;
}

function straightened({ tasks, succeeded, effects }: Tally, sum: number): Measurement {
  const expected = probability(sum);
  const weight = tasks * expected * (1 - expected);
  return { effects, weight, value: sum + (succeeded - tasks * expected) / weight };
}

const PRIOR_LOG_ODDS = Math.log(PRIOR_SUCCESS / (1 - PRIOR_SUCCESS));

function probability(effect: number): number {
  return 1 / (1 + Math.exp(-PRIOR_LOG_ODDS - effect));
}
