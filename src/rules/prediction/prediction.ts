import type { PredictionLevel } from '../../vocabulary.ts';
import { type DurationEstimate, PRIOR_SECONDS, readDurations } from './duration-estimate.ts';
import { type Evidence, evidenceFor, type History, type Work } from './outcomes.ts';
import { type QualityEstimate, readQuality } from './quality-estimate.ts';
import { PRIOR_SUCCESS, readSuccessOdds } from './success-odds.ts';

/** What is expected of a task. */
export interface Prediction {
  /** From 0 to 1, both excluded. */
  successProbability: number;
  /** How long it takes if it succeeds, from its start. */
  duration: DurationEstimate;
  quality: QualityEstimate;
  /** What it goes by, the broadest level first; empty: by nothing but what is assumed beforehand. */
  evidence: Evidence[];
  reason: string;
}

/** An agent for a task, and what is expected of it. */
export interface RecommendedAgent {
  agentId: string;
  /** As it was then. */
  name: string;
  successProbability: number;
  /** The viewer's own tasks that it has ended, 0: none. */
  tasks: number;
  reason: string;
}

/** A prediction as it was given out. */
export interface ToldPrediction extends Prediction {
  /** Best first. */
  recommendedAgents: RecommendedAgent[];
}

/** What a history tells of any work. */
export interface Forecast {
  of(work: Work): Prediction;
  /** The same as in a prediction, without the rest. */
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

const PRIOR_REASON = `none of your tasks has ended yet: this is what is assumed beforehand, ${PRIOR_SUCCESS} and a median of ${PRIOR_SECONDS} seconds`;

const ALIKE = {
  history: 'in all',
  type: 'of its type',
  doer: 'done by the same agent, template or plain prompt',
  model: 'with its model',
  combination: 'alike in all of that',
} satisfies Record<PredictionLevel, string>;

function reasonFor(evidence: readonly Evidence[]): string {
  if (evidence.length === 0) return PRIOR_REASON;
  const parts = evidence.map(({ level, tasks, succeeded }) => `${succeeded} of ${tasks} ${ALIKE[level]}`);
  return `of your last tasks succeeded: ${parts.join(', ')}`;
}
