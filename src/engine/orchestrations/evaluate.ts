import { DomainError } from '../../errors.ts';
import type { Decision, Evaluation, Round, RoundAnswer } from '../../rules/orchestrations/orchestration.ts';
import { readVerdict, VERDICT_SCHEMA } from '../../rules/orchestrations/verdict.ts';
import { boundedText } from '../../rules/text/bounded.ts';
import { outlastConnectionLoss } from '../../store/database/connection-loss.ts';
import type { NewEvent } from '../../store/log/events.ts';
import { roundChange } from '../../store/orchestrations/rounds.ts';
import { completeStep } from '../../store/runs/checkpoints.ts';
import { restartAttempt } from '../../store/runs/restart-attempt.ts';
import { askModel, createTries } from '../model-calls/ask-model.ts';
import { knownRunError } from '../run-error.ts';
import { correctedMessages, evaluationMessages } from './messages.ts';
import type { OrchestrationState } from './orchestration-state.ts';

const LONGEST_FEEDBACK = 10_000;

type Evaluating = Extract<Decision, { next: 'evaluate' }>;

/**
 * Lets another model evaluate the answer of a round. If that fails, the error is recorded; a score is never
 * invented.
 * @returns the round with its evaluation. @throws LeaseLost, and unexpected errors
 */
export async function evaluate(state: OrchestrationState, evaluating: Evaluating): Promise<Round> {
  const { context, lease, orchestration } = state;
  const { round } = evaluating;
  const { evaluation, callId } = await judge(state, evaluating);
  const events = [told(round, evaluation, callId)];
  const progress = Math.min(1, round.iteration / orchestration.maxIterations);
  if (progress < 1) events.push({ type: 'ProgressMade', data: { progress } });
  const over = { ...round, evaluation };
  const step = { key: `evaluate:${round.iteration}`, output: { callId }, events, change: roundChange(over) };
  await outlastConnectionLoss(() => completeStep(context.store, lease, step));
  return over;
}

interface Judged {
  evaluation: Evaluation;
  /** null: there was no answer at all. */
  callId: string | null;
}

async function judge(
  state: OrchestrationState,
  { round, evaluator, isSelfEvaluated }: Evaluating,
): Promise<Judged> {
  const known = { ...evaluator, isSelfEvaluated };
  try {
    const { callId, ...judgement } = await askForVerdict(state, round.answer!, evaluator);
    return { callId, evaluation: { ...known, ...judgement } };
  } catch (thrown) {
    state.lease.signal.throwIfAborted();
    const error = knownRunError(thrown);
    if (!error) throw thrown;
    return { callId: null, evaluation: { ...known, score: null, feedback: null, error } };
  }
}

type Judgement = Pick<Evaluation, 'score' | 'feedback' | 'error'> & { callId: string };

/** @throws ProviderError, DomainError OUTPUT_INVALID, BUDGET_EXCEEDED, PRICE_UNKNOWN, LeaseLost */
async function askForVerdict(
  { context, lease, opening }: OrchestrationState,
  { text }: RoundAnswer,
  evaluator: Evaluating['evaluator'],
): Promise<Judgement> {
  const tries = createTries([evaluator]);
  let messages = evaluationMessages(opening, text);
  for (;;) {
    const request = { messages, responseSchema: VERDICT_SCHEMA };
    const said = await askModel(context, lease, tries, () => request);
    const read = readVerdict(said.text);
    if (read.problem === undefined) {
      const feedback = boundedText(read.verdict.feedback, LONGEST_FEEDBACK);
      return { callId: said.callId, score: read.verdict.score, feedback, error: null };
    }
    if (!tries.isWorthAnother()) throw new DomainError('OUTPUT_INVALID', read.problem);
    await restartAttempt(context.store, lease, { voidCallId: said.callId, reason: 'output_invalid' });
    messages = correctedMessages(messages, said.text, read.problem);
  }
}

function told({ iteration }: Round, evaluation: Evaluation, callId: string | null): NewEvent {
  const { provider, model, isSelfEvaluated, score, feedback, error } = evaluation;
  if (score !== null && callId !== null) {
    const data = { iteration, callId, provider, model, score, feedback: feedback ?? '', isSelfEvaluated };
    return { type: 'EvaluationCompleted', data };
  }
  return { type: 'EvaluationFailed', data: { iteration, provider, model, error: error! } };
}
