import { setTimeout as wait } from 'node:timers/promises';
import { DomainError } from '../../errors.ts';
import { isRetryable, type Provider, ProviderError } from '../../providers/provider.ts';
import { nextWait } from '../../rules/runs/retry.ts';
import type { PullResult } from '../../rules/tasks/task.ts';
import { type Lease, RunDeferred } from '../../store/log/lease.ts';
import type { StartedTask } from '../../store/runs/claims/load-claimed-task.ts';
import { recordProgress } from '../../store/runs/record-progress.ts';
import type { EngineContext } from '../context.ts';
import { MODEL_CALL_RETRIES, planQueueRetry } from '../model-calls/retry-policy.ts';
import { findModelsOf } from '../models/find-models.ts';

/**
 * Lets a provider download a model and adds it to the catalog. The provider keeps what was downloaded before
 * an error or crash, and resumes from there.
 * @throws ProviderError when no further attempt is worthwhile, RunDeferred, LeaseLost
 */
export async function runPull(
  context: EngineContext,
  lease: Lease,
  { provider: id, model }: StartedTask,
): Promise<PullResult> {
  const provider = context.providers.get(id);
  if (!provider?.pull) {
    throw new DomainError('PROVIDER_NOT_CONFIGURED', `${id} cannot download models on this worker`);
  }
  let hasProgressed = false;
  let failures = 0;
  const report = createReporter(context, lease, () => {
    hasProgressed = true;
    failures = 0;
  });
  for (;;) {
    try {
      await pullOnce(provider.pull(model, lease.signal), report);
      break;
    } catch (error) {
      failures += 1;
      await waitForNext(context, lease, error, { failures, hasProgressed });
    }
  }
  await findModelsOf(context, provider, lease.signal);
  return { output: `${model} has been downloaded`, model, provider: id };
}

async function pullOnce(
  parts: ReturnType<NonNullable<Provider['pull']>>,
  report: (share: number) => Promise<void>,
): Promise<void> {
  for await (const arrived of parts) {
    const last = arrived.findLast((part) => part.type === 'progress');
    if (last) await report(last.share);
  }
}

/** One event per percent, so that a log has at most a hundred of them. */
function createReporter(
  { store }: EngineContext,
  lease: Lease,
  onProgress: () => void,
): (share: number) => Promise<void> {
  let reported = 0;
  return async (share) => {
    // The last percent is for verifying the download: a task reaches 1 when it has completed.
    const percent = Math.min(99, Math.floor(share * 100));
    if (percent <= reported) return;
    // What was downloaded in an earlier slot is reported at once.
    if (reported > 0) onProgress();
    reported = percent;
    await recordProgress(store, lease, percent / 100);
  };
}

async function waitForNext(
  context: EngineContext,
  lease: Lease,
  error: unknown,
  { failures, hasProgressed }: { failures: number; hasProgressed: boolean },
): Promise<void> {
  if (lease.signal.aborted || !(error instanceof ProviderError) || !isRetryable(error)) throw error;
  const waitMs = nextWait(MODEL_CALL_RETRIES, failures, error.retryAfterMs, Math.random());
  if (waitMs === null) {
    const queueMs = await planQueueRetry(context, lease, error, hasProgressed);
    throw queueMs === null ? error : new RunDeferred(queueMs, error, hasProgressed);
  }
  await wait(waitMs, undefined, { signal: lease.signal });
}
