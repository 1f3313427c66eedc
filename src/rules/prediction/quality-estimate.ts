import type { Scores, Work } from './outcomes.ts';

/** How good an answer will be, in the eyes of another model. */
export interface QualityEstimate {
  /** 0 to 1; null: nothing is known. */
  score: number | null;
  /** Answers of the same model that were scored. */
  answers: number;
  reason: string;
}

/** As many answers that score as the model's others do are added to those of a type. */
const WEIGHT = 3;

/** From what was said about the model's first answers in orchestrations, those about the same domain before others. */
export function readQuality(scores: readonly Scores[]): (work: Work) => QualityEstimate {
  return ({ type, model }) => {
    const own = total(scores.filter((one) => one.model === model));
    if (own.answers === 0) {
      const reason = model
        ? `no other model has scored an answer of ${model} in an orchestration of yours`
        : 'the steps of a template may ask several models';
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

function total(scores: readonly Scores[]): { answers: number; sum: number } {
  return {
    answers: scores.reduce((sum, one) => sum + one.answers, 0),
    sum: scores.reduce((sum, one) => sum + one.sum, 0),
  };
}
