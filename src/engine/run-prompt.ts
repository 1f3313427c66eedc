import { setTimeout as wait } from 'node:timers/promises';
import { DomainError } from '../errors.ts';
import {
  isRetryable,
  type ModelMessage,
  type ModelRequest,
  type ProviderError,
} from '../providers/provider.ts';
import { type Answer, readAnswer } from '../rules/answer-schema.ts';
import type { ModelReference } from '../rules/model-id.ts';
import { MODEL_CALL_RETRIES, nextWait } from '../rules/retry.ts';
import type { TaskResult } from '../rules/task.ts';
import type { ClaimedTask } from '../store/claim-run.ts';
import type { Lease } from '../store/lease.ts';
import { restartAttempt } from '../store/restart-attempt.ts';
import { readTurns } from '../store/threads.ts';
import type { EngineContext } from './context.ts';
import { callModel, ModelCallFailed } from './model-call.ts';

/**
 * A prompt task: one model call, tried again by policy while its failures are worth it; with fallback models, on
 * the next one.
 * @throws ProviderError when it is not worth another try, LeaseLost
 */
export async function runPrompt(
  context: EngineContext,
  lease: Lease,
  task: ClaimedTask,
): Promise<TaskResult> {
  const messages = await toMessages(context, task);
  const tries = createTries([task, ...task.fallbackModels]);
  for (;;) {
    const { provider, model } = tries.reference();
    const request: ModelRequest = { model, messages, ...task.parameters, ...shapeOf(task) };
    try {
      const { callId, text, finishReason } = await callModel(context, lease, provider, request, tries.failed);
      const answer: Answer | { fault?: undefined } = task.responseSchema
        ? readAnswer(task.responseSchema, text)
        : {};
      if (answer.fault === undefined) return { output: text, ...answer, model, provider, finishReason };
      if (!tries.isWorthAnother()) throw new DomainError('OUTPUT_INVALID', answer.fault);
      await restartAttempt(context.store, lease, { voidCallId: callId, reason: 'output_invalid' });
    } catch (error) {
      if (!(error instanceof ModelCallFailed)) throw error;
      const waitMs = tries.wait();
      if (waitMs === null) throw error.error;
      if (waitMs > 0) await wait(waitMs, undefined, { signal: lease.signal });
      await restartAttempt(context.store, lease, { voidCallId: error.callId, reason: 'provider_error' });
    }
  }
}

/** Which model is asked, and when again. */
interface Tries {
  reference(): ModelReference;
  /** Decides what follows a failure. @returns whether there is another try. */
  failed(error: ProviderError): boolean;
  /** How long to wait before it, in milliseconds; null: there is none. */
  wait(): number | null;
  /** After an answer that does not meet its schema: whether to ask again. */
  isWorthAnother(): boolean;
}

/** The same model may do better once; it costs as much again. */
const MAX_INVALID_ANSWERS = 2;

/** All but the last model are asked once: a caller who named others wants an answer, not a wait. */
function createTries([first, ...rest]: readonly [ModelReference, ...ModelReference[]]): Tries {
  let reference = first;
  const others = [...rest];
  let failures = 0;
  let waitMs: number | null = null;
  let invalidAnswers = 0;
  return {
    reference: () => reference,
    failed(error) {
      const next = isRetryable(error) ? others.shift() : undefined;
      if (next) {
        reference = next;
        waitMs = 0;
        return true;
      }
      failures += 1;
      waitMs = isRetryable(error)
        ? nextWait(MODEL_CALL_RETRIES, failures, error.retryAfterMs, Math.random())
        : null;
      return waitMs !== null;
    },
    wait: () => waitMs,
    isWorthAnother() {
      invalidAnswers += 1;
      reference = others.shift() ?? reference;
      return invalidAnswers < MAX_INVALID_ANSWERS + rest.length;
    },
  };
}

function shapeOf({ responseSchema }: ClaimedTask): Pick<ModelRequest, 'responseSchema'> {
  return responseSchema ? { responseSchema } : {};
}

/** Beyond these the conversation's beginning is left out. */
const MAX_TURNS = 100;

async function toMessages({ store }: EngineContext, task: ClaimedTask): Promise<ModelMessage[]> {
  const turns = task.threadId ? await readTurns(store.database, task.threadId, task.id, MAX_TURNS) : [];
  return [
    ...(task.system ? [{ role: 'system' as const, content: task.system }] : []),
    ...turns.flatMap(({ prompt, output }) => [
      { role: 'user' as const, content: prompt },
      { role: 'assistant' as const, content: output },
    ]),
    { role: 'user', content: task.prompt },
  ];
}
