import type { ProviderError } from '../../providers/provider.ts';
import { type RetryPolicy, waitInQueue } from '../../rules/runs/retry.ts';
import { outlastConnectionLoss } from '../../store/database/connection-loss.ts';
import type { Lease } from '../../store/log/lease.ts';
import { readOutage } from '../../store/runs/times/defer-run.ts';
import type { EngineContext } from '../context.ts';

/** Within the worker's slot. */
export const MODEL_CALL_RETRIES: RetryPolicy = { tries: 4, firstWaitMs: 500, maxRetryAfterMs: 30_000 };

/** A gateway timed out, but the model may still be generating, and be billed. */
const GATEWAY_TIMEOUTS: readonly number[] = [408, 504, 524];

/**
 * Decides, after the retries within the worker slot, how long a run waits in the queue for its provider.
 * @param error is retryable and cost nothing
 * @param hasProgressed whether the run made progress in this slot without a checkpoint, so that this is a new
 * outage
 * @returns milliseconds, or null when the run fails. @throws LeaseLost
 */
export async function planQueueRetry(
  { store, providerRetryMs: reachMs }: Pick<EngineContext, 'store' | 'providerRetryMs'>,
  lease: Lease,
  error: ProviderError,
  hasProgressed = false,
): Promise<number | null> {
  if (reachMs === 0 || GATEWAY_TIMEOUTS.includes(error.status ?? 0)) return null;
  const outage = await outlastConnectionLoss(() => readOutage(store, lease), lease.signal);
  const elapsedMs = hasProgressed ? 0 : outage.elapsedMs;
  return waitInQueue({ ...outage, elapsedMs, reachMs }, error.retryAfterMs, Math.random());
}
