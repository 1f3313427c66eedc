import { setTimeout as wait } from 'node:timers/promises';
import { isRetryable, type ModelRequest, type ProviderError } from '../../providers/provider.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import { MODEL_CALL_RETRIES, nextWait } from '../../rules/runs/retry.ts';
import { type Lease, RunDeferred } from '../../store/log/lease.ts';
import type { BegunCall } from '../../store/money/model-calls.ts';
import { restartAttempt } from '../../store/runs/restart-attempt.ts';
import type { EngineContext } from '../context.ts';
import { costsNothing } from './costs-nothing.ts';
import { callModel, ModelCallFailed, type ModelCallResult } from './model-call.ts';
import { planQueueRetry } from './plan-queue-retry.ts';

/**
 * One answer of a model: its call is tried again by policy while its failures are worth it; with fallback models,
 * on the next one; and while its provider is unavailable, the run is put back into the queue between tries.
 * @param requestTo what the model that is asked next is sent.
 * @param firstCall when the first of them is written already.
 * @throws ProviderError when it is not worth another try, RunDeferred, LeaseLost
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
      // Only errors that cost nothing wait in the queue: an answer that breaks off may be billed on every try.
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

/** Which model is asked, and when again. */
export interface Tries {
  reference(): ModelReference;
  /** Decides what follows a failure. @returns whether there is another try. */
  failed(error: ProviderError): boolean;
  /** How long to wait before it, in milliseconds; null: there is none. */
  wait(): number | null;
  /** Whether the run may continue after the last failure; the text of that call is then void. */
  goesOn(error: ProviderError): boolean;
  /** After an answer that does not meet its schema: whether to ask again. */
  isWorthAnother(): boolean;
}

/** Another model may have a longer context, be there, or call tools. */
function mayBeOfOneModel(error: ProviderError): boolean {
  if (isRetryable(error) || error.code === 'CONTEXT_TOO_LONG' || error.code === 'MODEL_NOT_FOUND')
    return true;
  return error.code === 'PROVIDER_BAD_REQUEST' && /not support\w* (chat|tools?|function)/i.test(error.said);
}

const isTooLong = ({ code }: ProviderError) => code === 'CONTEXT_TOO_LONG';

/** The same model may do better once; it costs as much again. */
const MAX_INVALID_ANSWERS = 2;

/**
 * All but the last model are asked once: a caller who named others wants an answer, not a wait.
 * @param isForNext whether a failure may be none of the next model.
 * @param goesOn see `Tries`; after a context that is too long, the caller may ask for less.
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
