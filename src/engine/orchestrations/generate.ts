import { DomainError } from '../../errors.ts';
import type { ModelMessage } from '../../providers/provider.ts';
import { type ModelReference, sameModel } from '../../rules/models/model-id.ts';
import { bestRound, type Round } from '../../rules/orchestrations/orchestration.ts';
import { outlastConnectionLoss } from '../../store/database/connection-loss.ts';
import type { NewEvent } from '../../store/log/events.ts';
import { roundChange } from '../../store/orchestrations/rounds.ts';
import { beginStep, completeStep } from '../../store/runs/checkpoints.ts';
import { askModel, createTries } from '../model-calls/ask-model.ts';
import type { ModelCallResult } from '../model-calls/model-call.ts';
import { knownRunError } from '../run-error.ts';
import { generationMessages } from './messages.ts';
import type { OrchestrationState } from './orchestration-state.ts';

/**
 * Generates the answer of a round with the selected model or, if that fails, with another candidate.
 * @returns the round with its answer, or with an error if there is none but an earlier round has one
 * @throws ProviderError, DomainError, LeaseLost
 */
export async function generate(state: OrchestrationState, round: Round): Promise<Round> {
  const { context, lease } = state;
  const key = `generate:${round.iteration}`;
  await outlastConnectionLoss(() =>
    beginStep(context.store, lease, key, [selection(state, round)], {
      change: roundChange(round),
    }),
  );
  const { over, output, events } = await answer(state, round);
  const step = { key, output, events, change: roundChange(over) };
  await outlastConnectionLoss(() => completeStep(context.store, lease, step));
  return over;
}

interface Generated {
  over: Round;
  output: { callId: string | null };
  events: NewEvent[];
}

async function answer(state: OrchestrationState, round: Round): Promise<Generated> {
  const { lease, opening, rounds } = state;
  const messages = generationMessages(
    opening,
    rounds.find(({ iteration }) => iteration === round.improves),
  );
  try {
    const models = [round.selected, ...otherModels(state, round)] as const;
    const { callId, text, finishReason, usage, provider, model } = await ask(state, models, messages);
    const { iteration } = round;
    const { inputTokens, outputTokens } = usage;
    const told = { iteration, callId, provider, model, preview: preview(text), inputTokens, outputTokens };
    return {
      over: { ...round, answer: { provider, model, callId, text, finishReason } },
      output: { callId },
      events: [{ type: 'ResponseGenerated', data: told }],
    };
  } catch (thrown) {
    lease.signal.throwIfAborted();
    const error = knownRunError(thrown);
    if (!error || bestRound(rounds) === null) throw thrown;
    return { over: { ...round, error }, output: { callId: null }, events: [] };
  }
}

/** Errors that prevent calling a model at all; the next candidate may still be usable. */
const NOT_ASKED: ReadonlySet<unknown> = new Set(['PRICE_UNKNOWN', 'PROVIDER_NOT_CONFIGURED']);

async function ask(
  state: OrchestrationState,
  models: readonly [ModelReference, ...ModelReference[]],
  messages: readonly ModelMessage[],
): Promise<ModelCallResult & ModelReference> {
  const tries = createTries(models, { isForNext: () => true });
  try {
    return await askModel(state.context, state.lease, tries, () => ({ messages }));
  } catch (error) {
    const [next, ...rest] = models.slice(models.indexOf(tries.reference()) + 1);
    if (!next || !(error instanceof DomainError) || !NOT_ASKED.has(error.code)) throw error;
    return ask(state, [next, ...rest], messages);
  }
}

function selection(state: OrchestrationState, round: Round): NewEvent {
  const alternatives = otherModels(state, round).map(({ provider, model }) => `${provider}/${model}`);
  return { type: 'ModelSelected', data: { ...round.selected, reason: round.reason, alternatives } };
}

function otherModels({ orchestration }: OrchestrationState, { selected }: Round) {
  return orchestration.candidates.filter((candidate) => !sameModel(candidate, selected));
}

const PREVIEW = 200;

/** Truncates without splitting a character. */
function preview(text: string): string {
  return text.slice(0, PREVIEW).replace(/[\uD800-\uDBFF]$/, '');
}
