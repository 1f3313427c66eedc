import { setTimeout as wait } from 'node:timers/promises';
import { coerceError } from '../errors.ts';
import { pruneAudit } from '../store/accounts/audit.ts';
import { pruneLogins } from '../store/accounts/logins.ts';
import { pruneDeliveries } from '../store/integrations/deliveries.ts';
import { pruneChanges } from '../store/log/changes.ts';
import { pruneFailedJobs } from '../store/runs/job-queue.ts';
import type { JobContext } from './context.ts';
import { pruneRuns } from './prune-runs.ts';

const INTERVAL_MS = 3_600_000;

/** Deletes rows whose retention time is over, every hour until `signal` aborts. */
export async function prune({ engine }: JobContext, signal: AbortSignal): Promise<void> {
  const { store, log, metrics } = engine;
  const { database, retention } = store;
  const countExpired = (subject: string) => (rows: number) => metrics.expired(subject, rows);
  const work = [
    () => pruneLogins(database, signal),
    () => pruneAudit(database, signal),
    () => pruneChanges(database, signal),
    () => pruneDeliveries(database, retention.deliveries, signal).then(countExpired('deliveries')),
    () => pruneFailedJobs(database, retention.failedJobs).then(countExpired('failedJobs')),
    () => pruneRuns(engine, signal),
  ];
  while (!signal.aborted) {
    for (const deleteOld of work) {
      await deleteOld().catch((error) => {
        log.warn({ error: coerceError(error).message }, 'could not delete old rows; trying again in an hour');
      });
    }
    await wait(INTERVAL_MS, undefined, { signal }).catch(() => {});
  }
}
