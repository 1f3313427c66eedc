import { carryOut } from '../engine/carry-out.ts';
import { type ClaimedRun, claimRun } from '../store/claim-run.ts';
import { outlastConnectionLoss } from '../store/connection-loss.ts';
import { isEnding } from '../store/events.ts';
import { jobPayloads } from '../store/job-queue.ts';
import { type Lease, LeaseLost, openLease } from '../store/lease.ts';
import type { JobContext } from './context.ts';
import type { JobVersion } from './head-starts.ts';

/** The vehicle of a run. */
export async function carryOutRun(
  { headStarts }: JobContext,
  payload: unknown,
  job: JobVersion,
): Promise<void> {
  await headStarts.carryOut(jobPayloads['carry-out-run'].parse(payload).runId, job);
}

/** The run row decides: one that does not wait for it is left alone. */
export async function attendToRun(context: JobContext, runId: string): Promise<void> {
  const run = await claim(context, runId);
  if (!run) return;
  const lease = openLease(run);
  const unwatch = watchForLoss(context, lease, run.seq);
  context.leases.add(lease);
  if (context.stopping.aborted) lease.abort(new LeaseLost('the worker stops'));
  try {
    await carryOut(context.engine, lease, run);
  } finally {
    context.leases.delete(lease);
    unwatch();
  }
}

/** A claim whose answer was lost may have happened; then it is repeated on the run that this worker holds. */
async function claim({ engine, workerId, stopping }: JobContext, runId: string): Promise<ClaimedRun | null> {
  const providers = [...engine.providers.keys()];
  let isRepeated = false;
  return outlastConnectionLoss(async () => {
    try {
      return await claimRun(engine.store, runId, { workerId: workerId(), providers }, isRepeated);
    } catch (error) {
      isRepeated = true;
      throw error;
    }
  }, stopping);
}

/**
 * The bus tells at once of an end that others have made; the watch, of anything that raised the epoch, within its
 * interval. Of what was before `since`, a run that is tried again may still hear.
 */
function watchForLoss({ engine: { store } }: JobContext, lease: Lease, since: number): () => void {
  const unsubscribe = store.bus.subscribe(lease.runId, (events) => {
    if (events.some((event) => event.seq > since && isEnding(event)))
      lease.abort(new LeaseLost('the run has ended'));
  });
  const unwatch = store.watch.add(lease.runId, (state) => {
    if (state?.epoch !== lease.epoch) lease.abort(new LeaseLost('the run was taken or ended by another'));
  });
  return () => {
    unsubscribe();
    unwatch();
  };
}
