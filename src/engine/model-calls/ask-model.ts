import { setTimeout as wait } from 'node:timers/promises';
import { isRetryable, type ModelRequest, type ProviderError } from '../../providers/provider.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import { nextWait } from '../../rules/runs/retry.ts';
import { type Lease, RunDeferred } from '../../store/log/lease.ts';
import type { BegunCall } from '../../store/money/begin-model-call.ts';
import { restartAttempt } from '../../store/runs/restart-attempt.ts';
import type { EngineContext } from '../context.ts';
import { costsNothing } from './costs-nothing.ts';
import { callModel, ModelCallFailed, type ModelCallResult } from './model-call.ts';
import { MODEL_CALL_RETRIES, planQueueRetry } from './retry-policy.ts';

/**
 * Gets one answer from a model. Failed calls are retried by policy; then fallback models are tried; and while
 * the provider is unavailable, the run is returned to the queue between attempts.
 * @param requestTo the request for the model that is called next
 * @param firstCall when the first call is already recorded
 * @throws ProviderError when no further attempt is worthwhile, RunDeferred, LeaseLost
 */
export async function askModel(
  context: EngineContext,
  lease: Lease,
  tries: Tries,
  requestTo: (asked: ModelReference) => Omit<ModelRequest, 'model'>,
  firstCall: BegunCall | null = null,
): Promise<ModelCallResult & ModelReference> {
  for (let begun = firstCall; ; begun = null) {
    const { provider, model } = tries.reference();
    const request = { ...requestTo({ provider, model }), model };
    let queueMs: number | null = null;
    const planRetry = async (error: ProviderError) => {
      if (tries.failed(error)) return true;
      // Only errors that cost nothing wait in the queue: an interrupted answer may be billed on every
      // attempt.
      if (isRetryable(error) && costsNothing(error)) queueMs = await planQueueRetry(context, lease, error);
      return queueMs !== null;
    };
    try {
      const result = await callModel(context, lease, provider, request, planRetry, begun);
      return { ...result, provider, model };
    } catch (error) {
      if (!(error instanceof ModelCallFailed)) throw error;
      if (queueMs !== null) throw new RunDeferred(queueMs, error.error);
      const waitMs = tries.wait();
      if (waitMs) await wait(waitMs, undefined, { signal: lease.signal });
      if (waitMs !== null || (error.hasText && tries.goesOn(error.error))) {
        await restartAttempt(context.store, lease, { voidCallId: error.callId, reason: 'provider_error' });
      }
      if (waitMs === null) throw error.error;
    }
  }
}

/** Which model to call, and when to retry. */
export interface Tries {
  reference(): ModelReference;
  /** Decides what follows an error. @returns whether there is another attempt */
  failed(error: ProviderError): boolean;
  /** Milliseconds to wait before the next attempt; null: there is none. */
  wait(): number | null;
  /** Whether the run may continue after the last error; the text of that call is then discarded. */
  goesOn(error: ProviderError): boolean;
  /** After an answer that does not match its schema: whether to ask again. */
  isWorthAnother(): boolean;
}

/** Another model may have a larger context window, be available, or support tools. */
function mayBeOfOneModel(error: ProviderError): boolean {
  if (isRetryable(error) || error.code === 'CONTEXT_TOO_LONG' || error.code === 'MODEL_NOT_FOUND')
    return true;
  return error.code === 'PROVIDER_BAD_REQUEST' && /not support\w* (chat|tools?|function)/i.test(error.said);
}

const isTooLong = ({ code }: ProviderError) => code === 'CONTEXT_TOO_LONG';

/** The same model may succeed at a second attempt, which costs as much again. */
const MAX_INVALID_ANSWERS = 2;

/**
 * All models except the last are called once: a client that named fallbacks wants an answer rather than a
 * delay.
 * @param isForNext whether the error may not occur with the next model
 * @param goesOn see `Tries`; after a context that is too long, the caller may shorten the request
 */
export function createTries(
  [first, ...rest]: readonly [ModelReference, ...ModelReference[]],
  {
    isForNext = mayBeOfOneModel,
    goesOn = isTooLong,
  }: Partial<Pick<Tries, 'goesOn'> & { isForNext: (error: ProviderError) => boolean }> = {},
): Tries {
  let reference = first;
  const others = [...rest];
  let failures = 0;
  let waitMs: number | null = null;
  let invalidAnswers = 0;
  return {
    reference: () => reference,
    failed(error) {
      const next = isForNext(error) ? others.shift() : undefined;
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
    goesOn,
    isWorthAnother() {
      invalidAnswers += 1;
      reference = others.shift() ?? reference;
      return invalidAnswers < MAX_INVALID_ANSWERS + rest.length;
    },
  };
}
