import { carryOutTask } from '../engine/carry-out-task.ts';
import { claimRun } from '../store/claim-run.ts';
import { jobPayloads } from '../store/job-queue.ts';
import { type Lease, LeaseLost, openLease } from '../store/lease.ts';
import type { JobContext } from './context.ts';

/** The vehicle of a run. The run row decides: a job whose run is not waiting for it has nothing to do. */
export async function carryOutRun(context: JobContext, payload: unknown): Promise<void> {
  const { runId } = jobPayloads['carry-out-run'].parse(payload);
  const { store } = context.engine;
  const task = await claimRun(store, runId, context.workerId());
  if (!task) return;
  const lease = openLease(task);
  const unwatch = watchForLoss(context, lease);
  context.leases.add(lease);
  try {
    await carryOutTask(context.engine, lease, task);
  } finally {
    context.leases.delete(lease);
    unwatch();
  }
}

/** The bus tells of a cancel at once; the watch, of anything that raised the epoch, within its interval. */
function watchForLoss({ engine: { store } }: JobContext, lease: Lease): () => void {
  const subscription = store.bus.subscribe(lease.runId, (events) => {
    if (events.some(({ type }) => type === 'RunCancelled'))
      lease.abort(new LeaseLost('the run was cancelled'));
  });
  const unwatch = store.watch.add(lease.runId, (state) => {
    if (state?.epoch !== lease.epoch) lease.abort(new LeaseLost('the run was taken or ended by another'));
  });
  return () => {
    subscription.close();
    unwatch();
  };
}
