import type { PredictionLevel } from '../../vocabulary.ts';
import { isSameWork, type Outcomes, placeWorks, type Work } from './outcomes.ts';
import { likeliestEffects, type Measurement, sumOf, varianceOfSum } from './shrunken-effects.ts';

/** Seconds. */
export interface DurationEstimate {
  median: number;
  /** 10th percentile. */
  low: number;
  /** 90th percentile. */
  high: number;
}

/** Assumed median before any task has ended. */
export const PRIOR_SECONDS = 60;
const PRIOR_LOG_SECONDS = Math.log(PRIOR_SECONDS);
/** Prior variance of the logarithm of seconds among identical tasks; counts like this many tasks. */
const PRIOR_VARIANCE = { value: 1, weight: 2 };
/**
 * Minimum variance: identical tasks are assumed to differ by a tenth at least, however little they did so
 * far.
 */
const LEAST_VARIANCE = 0.01;
/** This many tasks with the overall variance are added to those of a combination. */
const VARIANCE_WEIGHT = 10;

/** Expected standard deviation of the logarithms of seconds on each level. */
const SPREADS = { history: 1.5, type: 1, doer: 1, model: 1, combination: 0.5 } satisfies Record<
  PredictionLevel,
  number
>;

/** 90% of a normal distribution are below this many standard deviations. */
const NINETIETH = 1.2816;

/** Estimates the duration of a successful task. Durations are assumed to be log-normal. */
export function readDurations(outcomes: readonly Outcomes[]): (work: Work) => DurationEstimate {
  const records = outcomes.filter(({ succeeded }) => succeeded > 0);
  const { levels, find } = placeWorks(records);
  const precisions = levels.map((level) => 1 / SPREADS[level] ** 2);
  const variance = commonVariance(records);
  const measurements = records.map((record) => measured(record, find(record).known, variance));
  const effects = likeliestEffects(measurements, precisions);
  return (work) => {
    const { known, unseen } = find(work);
    const ofMean =
      varianceOfSum(measurements, precisions, known) +
      unseen.reduce((sum, level) => sum + SPREADS[level] ** 2, 0);
    const ofOne = ownVariance(
      records.find((record) => isSameWork(record, work)),
      variance,
    );
    return estimate(PRIOR_LOG_SECONDS + sumOf(effects, known), Math.sqrt(ofMean + ofOne));
  };
}

function measured(
  { succeeded, logSeconds }: Outcomes,
  effects: readonly number[],
  variance: number,
): Measurement {
  return { effects, value: logSeconds / succeeded - PRIOR_LOG_SECONDS, weight: succeeded / variance };
}

function estimate(logSeconds: number, deviation: number): DurationEstimate {
  const at = (deviations: number) => Math.exp(logSeconds + deviations * deviation);
  return { median: at(0), low: at(-NINETIETH), high: at(NINETIETH) };
}

/** Variance of the logarithms among identical tasks. */
function commonVariance(records: readonly Outcomes[]): number {
  const squares = records.reduce((sum, record) => sum + squaresWithin(record), 0);
  const degrees = records.reduce((sum, { succeeded }) => sum + succeeded - 1, 0);
  const found = (squares + PRIOR_VARIANCE.value * PRIOR_VARIANCE.weight) / (degrees + PRIOR_VARIANCE.weight);
  return Math.max(found, LEAST_VARIANCE);
}

function ownVariance(record: Outcomes | undefined, common: number): number {
  if (!record) return common;
  return (squaresWithin(record) + common * VARIANCE_WEIGHT) / (record.succeeded - 1 + VARIANCE_WEIGHT);
}

/** Sum of squares around the mean; rounding must not make it negative. */
function squaresWithin({ succeeded, logSeconds, squaredLogSeconds }: Outcomes): number {
  return Math.max(0, squaredLogSeconds - logSeconds ** 2 / succeeded);
}
