import { setTimeout as wait } from 'node:timers/promises';
import { coerceError } from '../errors.ts';
import { pruneAudit } from '../store/accounts/audit.ts';
import { pruneLogins } from '../store/accounts/logins.ts';
import { pruneDeliveries } from '../store/integrations/deliveries.ts';
import { pruneChanges } from '../store/log/changes.ts';
import { makeMonths } from '../store/log/months.ts';
import { pruneFailedJobs } from '../store/runs/job-queue.ts';
import type { JobContext } from './context.ts';

const INTERVAL_MS = 3_600_000;

/** In this order. */
const HOURLY = [makeMonths, pruneLogins, pruneAudit, pruneChanges, pruneDeliveries, pruneFailedJobs];

/** Makes partitions for coming months and deletes rows whose retention time is over, every hour until `signal` aborts. */
export async function prune({ engine }: JobContext, signal: AbortSignal): Promise<void> {
  const { store, log } = engine;
  while (!signal.aborted) {
    for (const act of HOURLY) {
      await act(store.database, signal).catch((error) => {
        log.warn(
          { error: coerceError(error).message },
          'could not make partitions, or delete old rows; trying again in an hour',
        );
      });
    }
    await wait(INTERVAL_MS, undefined, { signal }).catch(() => {});
  }
}
