import { executeLeased } from '../engine/runners.ts';
import { advanceExecution } from '../engine/workflows/advance-execution.ts';
import { isLeased } from '../rules/runs/kinds.ts';
import { outlastConnectionLoss } from '../store/database/connection-loss.ts';
import { isEnding } from '../store/log/events.ts';
import { type Lease, LeaseLost, openLease } from '../store/log/lease.ts';
import {
  type ClaimedRun,
  claimNextRun,
  claimRun,
  findClaimed,
  type NextRun,
  newClaimNumber,
} from '../store/runs/claims/claim-run.ts';
import type { JobContext } from './context.ts';

/**
 * A claim whose response was lost may have succeeded; repeating it returns the run that this worker holds.
 */
export function claimNext(
  { engine: { store, providers }, workerId, stopping }: JobContext,
  accountIds: readonly string[],
  options: { isPatient: boolean; except: readonly string[] },
): Promise<NextRun | null> {
  const number = newClaimNumber();
  let isRepeated = false;
  return outlastConnectionLoss(async () => {
    const claimer = { workerId: workerId(), providers: [...providers.keys()] };
    try {
      const runId = isRepeated && (await findClaimed(store, claimer.workerId, number));
      const run = runId ? await claimRun(store, runId, claimer, true) : null;
      return run
        ? { ownerId: run.ownerId, run }
        : await claimNextRun(store, accountIds, claimer, { number, ...options });
    } catch (error) {
      isRepeated = true;
      throw error;
    }
  }, stopping);
}

/** The same for one run. */
export function claimOne(
  { engine: { store, providers }, workerId, stopping }: JobContext,
  runId: string,
): Promise<ClaimedRun | null> {
  let isRepeated = false;
  return outlastConnectionLoss(async () => {
    try {
      return await claimRun(
        store,
        runId,
        { workerId: workerId(), providers: [...providers.keys()] },
        isRepeated,
      );
    } catch (error) {
      isRepeated = true;
      throw error;
    }
  }, stopping);
}

/** @returns whether the run has ended, or waits for what makes it ready again; false: it is ready already */
export async function executeRun(context: JobContext, run: ClaimedRun): Promise<boolean> {
  const lease = openLease(run);
  const unwatch = isLeased(run.kind) ? watchForLoss(context, lease, run.seq) : () => {};
  context.leases.add(lease);
  if (context.stopping.aborted) lease.abort(new LeaseLost('the worker is stopping'));
  try {
    if (isLeased(run.kind)) return await executeLeased(context.engine, lease, { ...run, kind: run.kind });
    await advanceExecution(context.engine, run.id);
    return true;
  } finally {
    context.leases.delete(lease);
    unwatch();
  }
}

/**
 * The bus reports at once when others end the run; the watch reports anything that raised the epoch, within
 * its interval. A retried run may still receive events from before `since`.
 */
function watchForLoss({ engine: { store } }: JobContext, lease: Lease, since: number): () => void {
  const unsubscribe = store.bus.subscribe(lease.runId, (events) => {
    if (events.some((event) => event.seq > since && isEnding(event)))
      lease.abort(new LeaseLost('the run has ended'));
  });
  const unwatch = store.watch.add(lease.runId, (state) => {
    if (state?.epoch !== lease.epoch)
      lease.abort(new LeaseLost('the run was taken or ended by another worker'));
  });
  return () => {
    unsubscribe();
    unwatch();
  };
}
