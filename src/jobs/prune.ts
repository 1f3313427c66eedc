import { coerceError } from '../errors.ts';
import { pruneAudit } from '../store/accounts/audit.ts';
import { pruneLogins } from '../store/accounts/logins.ts';
import { pruneDeliveries } from '../store/integrations/deliveries.ts';
import { pruneChanges } from '../store/log/changes.ts';
import { pruneFailedJobs } from '../store/runs/job-queue.ts';
import type { JobContext } from './context.ts';
import { repeat } from './repeat.ts';

const INTERVAL_MS = 3_600_000;

/** Deletes rows whose retention time is over, every hour until `signal` aborts. */
export function prune({ engine }: JobContext, signal: AbortSignal): Promise<void> {
  const { store, log } = engine;
  const failure = 'could not delete old rows; trying again in an hour';
  return repeat({ signal, log, pauseMs: INTERVAL_MS, failure }, async () => {
    for (const deleteOld of [pruneLogins, pruneAudit, pruneChanges, pruneDeliveries, pruneFailedJobs]) {
      await deleteOld(store.database, signal).catch((error) => {
        log.warn({ error: coerceError(error).message }, failure);
      });
    }
    return 'after-pause';
  });
}
