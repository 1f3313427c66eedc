import {
  bestRound,
  decide,
  type OrchestrationResult,
  type Round,
} from '../../rules/orchestrations/orchestration.ts';
import type { Lease } from '../../store/log/lease.ts';
import { readSpend } from '../../store/money/model-call-reports.ts';
import { readRounds } from '../../store/orchestrations/rounds.ts';
import {
  type StartedOrchestration,
  startOrchestration,
} from '../../store/orchestrations/start-orchestration.ts';
import type { StopReason } from '../../vocabulary.ts';
import type { EngineContext } from '../context.ts';
import { toMessages } from '../threads/conversation.ts';
import { fitWindow } from '../threads/fit-to-window.ts';
import { type Opening, readConversation } from '../threads/read-conversation.ts';
import { evaluate } from './evaluate.ts';
import { generate } from './generate.ts';
import type { OrchestrationState } from './orchestration-state.ts';

/**
 * Generates, evaluates and improves answers until one is good enough or further rounds are not worthwhile.
 * Each answer and each evaluation is a checkpoint; a worker that takes over continues after the last one.
 * @throws ProviderError, DomainError BUDGET_EXCEEDED, PRICE_UNKNOWN, when there is no answer; LeaseLost
 */
export async function runOrchestration(context: EngineContext, lease: Lease): Promise<OrchestrationResult> {
  const orchestration = await startOrchestration(context.store, lease);
  const opening = toMessages(await fittingOpening(context, lease, orchestration));
  const rounds: Round[] = await readRounds(context.store.database, [orchestration.id]);
  const state = { context, lease, orchestration, opening, rounds };
  for (;;) {
    lease.signal.throwIfAborted();
    const decision = decide(orchestration, orchestration.candidates, orchestration.reasoning, rounds);
    if (decision.next === 'stop') return toResult(state, decision.reason);
    const { iteration } = decision.round;
    rounds[iteration - 1] =
      decision.next === 'generate' ? await generate(state, decision.round) : await evaluate(state, decision);
  }
}

/**
 * Sized for the candidate that is called first; if another one has a smaller window, the next candidate
 * replaces it.
 */
async function fittingOpening(
  context: EngineContext,
  lease: Lease,
  orchestration: StartedOrchestration,
): Promise<Opening> {
  const opening = await readConversation(context, lease, orchestration, null);
  const { candidates, threadId } = orchestration;
  const [first, ...fallbackModels] = candidates;
  return first
    ? fitWindow(context, lease, { ...first, fallbackModels, parameters: {}, threadId }, opening)
    : opening;
}

async function toResult(
  { context, orchestration, rounds }: OrchestrationState,
  stopReason: StopReason,
): Promise<OrchestrationResult> {
  const best = bestRound(rounds);
  if (!best?.answer) throw new Error(`orchestration ${orchestration.id} ended without an answer`);
  const spend = (await readSpend(context.store.database, [orchestration.id])).get(orchestration.id);
  return {
    output: best.answer.text,
    score: best.evaluation?.score ?? null,
    bestIteration: best.iteration,
    iterations: rounds.filter(({ answer }) => answer !== null).length,
    stopReason,
    model: best.answer.model,
    provider: best.answer.provider,
    cost: spend?.cost ?? 0,
    costComplete: spend?.costComplete ?? true,
  };
}
