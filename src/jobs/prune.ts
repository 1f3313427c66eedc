import { setTimeout as wait } from 'node:timers/promises';
import { coerceError } from '../errors.ts';
import type { Log } from '../log.ts';
import { pruneAudit } from '../store/accounts/audit.ts';
import { pruneLogins } from '../store/accounts/logins.ts';
import type { Database } from '../store/database/database.ts';
import { pruneDeliveries } from '../store/integrations/deliveries.ts';
import { pruneChanges } from '../store/log/changes.ts';
import { pruneFailedJobs } from '../store/runs/job-queue.ts';

const INTERVAL_MS = 3_600_000;

/** Deletes rows that are kept for a limited time, until `signal` aborts. */
export async function prune(
  { database, log }: { database: Database; log: Log },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    for (const deleteOld of [pruneLogins, pruneAudit, pruneChanges, pruneDeliveries, pruneFailedJobs]) {
      await deleteOld(database).catch((error) => {
        log.warn({ error: coerceError(error).message }, 'could not delete old rows; trying again in an hour');
      });
    }
    await wait(INTERVAL_MS, undefined, { signal }).catch(() => {});
  }
}
