import type { PredictionLevel } from '../../vocabulary.ts';
import { type DurationEstimate, PRIOR_SECONDS, readDurations } from './duration-estimate.ts';
import { type Evidence, evidenceFor, type History, type Work } from './outcomes.ts';
import { type QualityEstimate, readQuality } from './quality-estimate.ts';
import { PRIOR_SUCCESS, readSuccessOdds } from './success-odds.ts';

/** The expected outcome of a task. */
export interface Prediction {
  /** From 0 to 1 exclusive. */
  successProbability: number;
  /** Its duration if it succeeds, from its start. */
  duration: DurationEstimate;
  quality: QualityEstimate;
  /** The tasks it is based on, broadest level first; empty: it contains prior assumptions only. */
  evidence: Evidence[];
  reason: string;
}

/** An agent for a task, and its expected success. */
export interface RecommendedAgent {
  agentId: string;
  /** At the time of the recommendation. */
  name: string;
  successProbability: number;
  /** Number of the viewer's own tasks that it has ended. */
  tasks: number;
  reason: string;
}

/** A prediction as returned to clients. */
export interface ReportedPrediction extends Prediction {
  /** Best first. */
  recommendedAgents: RecommendedAgent[];
}

/** Predictions for any work, derived from a history. */
export interface Forecast {
  of(work: Work): Prediction;
  /** The same value as in a prediction, without the rest. */
  successProbability(work: Work): number;
}

export function readForecast({ outcomes, scores }: History): Forecast {
  const successProbability = readSuccessOdds(outcomes);
  const duration = readDurations(outcomes);
  const quality = readQuality(scores);
  return {
    successProbability,
    of(work) {
      const evidence = evidenceFor(outcomes, work);
      return {
        successProbability: successProbability(work),
        duration: duration(work),
        quality: quality(work),
        evidence,
        reason: reasonFor(evidence),
      };
    },
  };
}

const PRIOR_REASON = `none of your tasks has ended yet; these are default assumptions: ${PRIOR_SUCCESS} and a median of ${PRIOR_SECONDS} seconds`;

const ALIKE = {
  history: 'in total',
  type: 'of its type',
  doer: 'with the same agent, template or plain prompt',
  model: 'with its model',
  combination: 'with all of these',
} satisfies Record<PredictionLevel, string>;

function reasonFor(evidence: readonly Evidence[]): string {
  if (evidence.length === 0) return PRIOR_REASON;
  const parts = evidence.map(({ level, tasks, succeeded }) => `${succeeded} of ${tasks} ${ALIKE[level]}`);
  return `of your last tasks succeeded: ${parts.join(', ')}`;
}
