import type { ProviderError } from '../../providers/provider.ts';
import { waitInQueue } from '../../rules/retry.ts';
import type { Lease } from '../../store/log/lease.ts';
import { readOutage } from '../../store/runs/defer-run.ts';
import type { EngineContext } from '../context.ts';

/**
 * After the tries within a slot: whether a run waits in the queue for its provider.
 * @param error worth another try, and without a charge.
 * @returns milliseconds; null: the run fails. @throws LeaseLost
 */
export async function planWait(
  { store, providerRetryMs: reachMs }: Pick<EngineContext, 'store' | 'providerRetryMs'>,
  lease: Lease,
  error: ProviderError,
): Promise<number | null> {
  if (reachMs === 0) return null;
  const outage = await readOutage(store, lease);
  return waitInQueue({ ...outage, reachMs }, error.retryAfterMs, Math.random());
}
