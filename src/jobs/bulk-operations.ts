import { setTimeout as wait } from 'node:timers/promises';
import { coerceError } from '../errors.ts';
import { findReadyBulk } from '../store/bulk/find-ready.ts';
import type { JobContext } from './context.ts';
import { claimOne, executeRun } from './execute-run.ts';

const INTERVAL_MS = 500;

/**
 * Executes bulk operations beside the slots of this worker, one at a time, until `signal` aborts: with all slots held
 * by runs that are to be cancelled, it would wait for them. A free slot may take it as well, and more of them at once.
 */
export async function executeBulkOperations(context: JobContext, signal: AbortSignal): Promise<void> {
  const { store, log } = context.engine;
  while (!signal.aborted) {
    try {
      const runId = await findReadyBulk(store.database);
      const run = runId && (await claimOne(context, runId));
      if (run) {
        await executeRun(context, run);
        continue;
      }
    } catch (error) {
      log.warn({ error: coerceError(error).message }, 'could not look for bulk operations; retrying');
    }
    await wait(INTERVAL_MS, undefined, { signal }).catch(() => {});
  }
}
