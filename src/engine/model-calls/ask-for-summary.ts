import type { ModelRequest } from '../../providers/provider.ts';
import type { Lease } from '../../store/log/lease.ts';
import type { StartedTask } from '../../store/runs/claims/load-claimed-task.ts';
import { restartAttempt } from '../../store/runs/restart-attempt.ts';
import type { EngineContext } from '../context.ts';
import { askModel, createTries } from './ask-model.ts';
import type { ModelCallResult } from './model-call.ts';

/** A task whose model is asked for a summary. */
export type Summarizing = Pick<StartedTask, 'provider' | 'model' | 'fallbackModels' | 'parameters'>;

/**
 * Asks the model of a task to summarize messages that are too long for it; the summary is not part of the
 * task's own text. Uses the task's `numCtx`, because Ollama reloads a model when the context size changes.
 * @returns null when the answer is empty. @throws ProviderError, after which the task may continue;
 * RunDeferred, LeaseLost
 */
export async function askForSummary(
  context: EngineContext,
  lease: Lease,
  task: Summarizing,
  request: Pick<ModelRequest, 'messages' | 'maxTokens'>,
): Promise<ModelCallResult | null> {
  const { numCtx } = task.parameters;
  const asked = { ...request, ...(numCtx !== undefined && { numCtx }) };
  const tries = createTries([task, ...task.fallbackModels], { goesOn: () => true });
  const call = await askModel(context, lease, tries, () => asked);
  await restartAttempt(context.store, lease, { voidCallId: call.callId, reason: 'context_compacted' });
  return call.text.trim() === '' ? null : call;
}
