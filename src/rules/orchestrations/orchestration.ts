import type { RunError } from '../../errors.ts';
import type { FinishReason, StopReason } from '../../vocabulary.ts';
import { type ModelReference, sameModel } from '../models/model-id.ts';

/** When an orchestration ends. */
export interface OrchestrationLimits {
  /** 0 to 10: the score at which an answer is good enough. */
  evaluationThreshold: number;
  /** Maximum number of rounds. */
  maxIterations: number;
}

/** A model's answer. */
export interface RoundAnswer extends ModelReference {
  callId: string;
  text: string;
  finishReason: FinishReason;
}

/** The evaluation of an answer by another model: a score from 0 to 10, or the error. */
export interface Evaluation extends ModelReference {
  isSelfEvaluated: boolean;
  /** null: it failed. */
  score: number | null;
  feedback: string | null;
  error: RunError | null;
}

/** An answer and its evaluation, as far as available. */
export interface Round {
  /** From 1. */
  iteration: number;
  selected: ModelReference;
  reason: string;
  /** The round whose answer it improves; null: it answers independently. */
  improves: number | null;
  answer: RoundAnswer | null;
  /** Why it has no answer. */
  error: RunError | null;
  evaluation: Evaluation | null;
}

/** The result of an orchestration. */
export interface OrchestrationResult {
  /** The best answer. */
  output: string;
  /** null: no evaluation of it succeeded. */
  score: number | null;
  bestIteration: number;
  /** Number of answers generated. */
  iterations: number;
  stopReason: StopReason;
  model: string;
  provider: string;
  /** US dollars: the sum over all calls with a known cost. */
  cost: number;
  costComplete: boolean;
}

export type Decision =
  | { next: 'generate'; round: Round }
  | { next: 'evaluate'; round: Round; evaluator: ModelReference; isSelfEvaluated: boolean }
  | { next: 'stop'; reason: StopReason };

/** Consecutive rounds without gain that end an orchestration. */
const PATIENCE = 2;

/**
 * Decides the next action from the current state, also after a worker was lost in the middle of a round.
 * @param candidates best first, at least one @param opening why the first of them ranks first
 */
export function decide(
  limits: OrchestrationLimits,
  candidates: readonly ModelReference[],
  opening: string,
  rounds: readonly Round[],
): Decision {
  const last = rounds.at(-1);
  if (last && !last.answer && !last.error) return { next: 'generate', round: last };
  if (last?.answer && !last.evaluation) {
    return { next: 'evaluate', round: last, ...chooseEvaluator(candidates, last.answer, rounds) };
  }
  const reason = stopReason(limits, rounds);
  if (reason) return { next: 'stop', reason };
  return { next: 'generate', round: nextRound(candidates, opening, rounds) };
}

function stopReason(limits: OrchestrationLimits, rounds: readonly Round[]): StopReason | null {
  const last = rounds.at(-1);
  if (!last) return null;
  const error = last.error ?? last.evaluation?.error;
  if (error?.code === 'BUDGET_EXCEEDED') return 'cost_limit';
  if (last.error) return 'models_failed';
  if (scoreOf(last) !== null && scoreOf(last)! >= limits.evaluationThreshold) return 'threshold_reached';
  if (rounds.length >= limits.maxIterations) return 'max_iterations';
  return roundsWithoutGain(rounds) >= PATIENCE ? 'no_gain' : null;
}

function scoreOf({ evaluation }: Round): number | null {
  return evaluation?.score ?? null;
}

/** The number of latest rounds that brought no higher score than those before. */
function roundsWithoutGain(rounds: readonly Round[]): number {
  const scores = rounds.map((round) => scoreOf(round) ?? Number.NEGATIVE_INFINITY);
  const highest = Math.max(...scores);
  const lastGain = highest === Number.NEGATIVE_INFINITY ? -1 : scores.indexOf(highest);
  return rounds.length - 1 - lastGain;
}

/**
 * The round with the best answer: the highest score, the earliest among equals; if none has a score, the
 * latest answer. null: there is no answer.
 */
export function bestRound<Any extends Round>(rounds: readonly Any[]): Any | null {
  const answered = rounds.filter(({ answer }) => answer !== null);
  const scored = answered.filter((round) => scoreOf(round) !== null);
  if (scored.length === 0) return answered.at(-1) ?? null;
  return scored.reduce((best, round) => (scoreOf(round)! > scoreOf(best)! ? round : best));
}

/** A model other than the one that answered, if there is any: the best that has not failed. */
function chooseEvaluator(
  candidates: readonly ModelReference[],
  author: ModelReference,
  rounds: readonly Round[],
): { evaluator: ModelReference; isSelfEvaluated: boolean } {
  const others = candidates.filter((candidate) => !sameModel(candidate, author));
  const sound = others.find((other) => !gaveNoAnswer(other, rounds) && !gaveNoEvaluation(other, rounds));
  return { evaluator: pick(sound ?? others[0] ?? author), isSelfEvaluated: others.length === 0 };
}

/** Whether another model had to answer instead when it was last selected. */
function gaveNoAnswer(model: ModelReference, rounds: readonly Round[]): boolean {
  const last = rounds.findLast(({ selected }) => sameModel(selected, model));
  return last !== undefined && (!last.answer || !sameModel(last.answer, model));
}

function gaveNoEvaluation(model: ModelReference, rounds: readonly Round[]): boolean {
  const last = rounds.findLast(({ evaluation }) => evaluation && sameModel(evaluation, model));
  return Boolean(last?.evaluation?.error);
}

/**
 * The model of the best answer continues while that brings a gain; after a round without gain, the next model
 * does.
 */
function nextRound(candidates: readonly ModelReference[], opening: string, rounds: readonly Round[]): Round {
  const best = bestRound(rounds);
  const last = rounds.at(-1);
  const open = { iteration: rounds.length + 1, answer: null, error: null, evaluation: null };
  if (!best?.answer || !last?.answer) {
    return { ...open, selected: pick(candidates[0]!), reason: opening, improves: null };
  }
  const isGain = best === last && scoreOf(best) !== null;
  const others = after(candidates, last.answer);
  const selected = pick(
    isGain ? best.answer : (others.find((one) => !gaveNoAnswer(one, rounds)) ?? others[0]!),
  );
  const reason = isGain
    ? `its answer has the highest score so far, ${scoreOf(best)}; it improves it`
    : `round ${last.iteration} brought no gain, so the next model improves the answer of round ${best.iteration}`;
  return { ...open, selected, reason, improves: best.iteration };
}

/** All candidates, beginning after the author of an answer. */
function after(candidates: readonly ModelReference[], author: ModelReference): ModelReference[] {
  const place = candidates.findIndex((candidate) => sameModel(candidate, author)) + 1;
  return [...candidates.slice(place), ...candidates.slice(0, place)];
}

function pick({ provider, model }: ModelReference): ModelReference {
  return { provider, model };
}
