import { setTimeout as wait } from 'node:timers/promises';
import { coerceError } from '../errors.ts';
import { endDeferrals } from '../store/runs/times/defer-run.ts';
import { expireRuns } from '../store/runs/times/expire-runs.ts';
import { wakeDueExecutions } from '../store/workflows/execution-state.ts';
import type { JobContext } from './context.ts';

/** graphile-worker checks for due jobs every few seconds only. */
const INTERVAL_MS = 250;

/**
 * Wakes executions (to retry a failed task, or because one exceeds its time limit) and deferred runs when
 * they are due. Also fails runs that have not started by the time at which they expire.
 */
export async function keepTime({ engine }: JobContext, signal: AbortSignal): Promise<void> {
  const { store, log } = engine;
  while (!signal.aborted) {
    try {
      await wakeDueExecutions(store.database.pool);
      await endDeferrals(store.database);
      while (await expireRuns(store)) if (signal.aborted) break;
    } catch (error) {
      log.warn({ error: coerceError(error).message }, 'could not check for due runs; retrying');
    }
    await wait(INTERVAL_MS, undefined, { signal }).catch(() => {});
  }
}
