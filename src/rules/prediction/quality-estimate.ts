import type { Scores, Work } from './outcomes.ts';

/** The expected quality of an answer, as evaluated by another model. */
export interface QualityEstimate {
  /** 0 to 1; null: there is no data. */
  score: number | null;
  /** Number of scored answers of the same model. */
  answers: number;
  reason: string;
}

/** This many answers with the model's average score are added to those of a type. */
const WEIGHT = 3;

/**
 * From the evaluations of the model's first answers in orchestrations, with more weight on the same domain.
 */
export function readQuality(scores: readonly Scores[]): (work: Work) => QualityEstimate {
  return ({ type, model }) => {
    const own = total(scores.filter((one) => one.model === model));
    if (own.answers === 0) {
      const reason = model
        ? `no other model has scored an answer of ${model} in your orchestrations yet`
        : 'the steps of a template may use several models';
      return { score: null, answers: 0, reason };
    }
    const alike = total(scores.filter((one) => one.model === model && type !== null && one.type === type));
    const mean = own.sum / own.answers;
    return {
      score: (alike.sum + WEIGHT * mean) / (alike.answers + WEIGHT),
      answers: own.answers,
      reason: `other models scored ${own.answers} answers of ${model} in your orchestrations, ${alike.answers} of them in the domain ${type ?? '-'}`,
    };
  };
}

/** Assumed quality of an answer of a model that no other model has scored. */
export const PRIOR_QUALITY = 0.7;
/** It counts like this many scored answers. */
const PRIOR_WEIGHT = 3;

/** The score, closer to the assumed quality the fewer answers were scored; never null. */
export function expectedQuality({ score, answers }: Pick<QualityEstimate, 'score' | 'answers'>): number {
  return PRIOR_QUALITY + (((score ?? 0) - PRIOR_QUALITY) * answers) / (PRIOR_WEIGHT + answers);
}

function total(scores: readonly Scores[]): { answers: number; sum: number } {
  return {
    answers: scores.reduce((sum, one) => sum + one.answers, 0),
    sum: scores.reduce((sum, one) => sum + one.sum, 0),
  };
}
