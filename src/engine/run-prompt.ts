import { setTimeout as wait } from 'node:timers/promises';
import {
  isRetryable,
  type ModelMessage,
  type ModelRequest,
  type ProviderError,
} from '../providers/provider.ts';
import { MODEL_CALL_RETRIES, nextWait } from '../rules/retry.ts';
import type { TaskResult } from '../rules/task.ts';
import type { ClaimedTask } from '../store/claim-run.ts';
import type { Lease } from '../store/lease.ts';
import { restartAttempt } from '../store/restart-attempt.ts';
import type { EngineContext } from './context.ts';
import { callModel, ModelCallFailed } from './model-call.ts';

/**
 * A prompt task: one model call, tried again by policy while its failures are worth it.
 * @throws ProviderError when it is not worth another try, LeaseLost
 */
export async function runPrompt(
  context: EngineContext,
  lease: Lease,
  task: ClaimedTask,
): Promise<TaskResult> {
  const request = toRequest(task);
  for (let failures = 0; ; ) {
    let waitMs: number | null = null;
    const willRetry = (error: ProviderError) => {
      failures += 1;
      waitMs = isRetryable(error)
        ? nextWait(MODEL_CALL_RETRIES, failures, error.retryAfterMs, Math.random())
        : null;
      return waitMs !== null;
    };
    try {
      const { text, finishReason } = await callModel(context, lease, task.provider, request, willRetry);
      return { output: text, model: task.model, provider: task.provider, finishReason };
    } catch (error) {
      if (!(error instanceof ModelCallFailed)) throw error;
      if (waitMs === null) throw error.error;
      await wait(waitMs, undefined, { signal: lease.signal });
      await restartAttempt(context.store, lease, error.callId);
    }
  }
}

function toRequest(task: ClaimedTask): ModelRequest {
  const messages: ModelMessage[] = [{ role: 'user', content: task.prompt }];
  if (task.system) messages.unshift({ role: 'system', content: task.system });
  return { model: task.model, messages, ...task.parameters };
}
