import { findReadyBulk } from '../store/bulk/find-ready.ts';
import type { JobContext } from './context.ts';
import { claimOne, executeRun } from './execute-run.ts';
import { type Next, repeat } from './repeat.ts';

const PAUSE_MS = 500;
const IDLE_MS = 5_000;

/**
 * Executes bulk operations beside the slots of this worker, one at a time, until `signal` aborts: with all slots held
 * by runs that are to be cancelled, it would wait for them. A free slot may take it as well, and more of them at once.
 */
export function executeBulkOperations(context: JobContext, signal: AbortSignal): Promise<void> {
  const { store, log } = context.engine;
  const idle = { until: context.notifications, mostMs: IDLE_MS };
  const failure = 'could not look for bulk operations; retrying';
  return repeat({ signal, log, pauseMs: PAUSE_MS, idle, failure }, async (): Promise<Next> => {
    const runId = await findReadyBulk(store.database);
    if (!runId) return 'idle';
    const run = await claimOne(context, runId);
    if (!run) return 'after-pause';
    await executeRun(context, run);
    return 'at-once';
  });
}
