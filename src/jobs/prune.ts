import { coerceError } from '../errors.ts';
import { pruneAudit } from '../store/accounts/audit.ts';
import { pruneLogins } from '../store/accounts/logins.ts';
import { pruneDeliveries } from '../store/integrations/deliveries.ts';
import { pruneChanges } from '../store/log/changes.ts';
import { makeMonths } from '../store/log/months.ts';
import { pruneFailedJobs } from '../store/runs/job-queue.ts';
import type { JobContext } from './context.ts';
import { pruneRuns } from './prune-runs.ts';
import { repeat } from './repeat.ts';

const INTERVAL_MS = 3_600_000;

/** Makes partitions for coming months and deletes rows whose retention time is over, every hour until `signal` aborts. */
export function prune({ engine }: JobContext, signal: AbortSignal): Promise<void> {
  const { store, log, metrics } = engine;
  const { database, retention } = store;
  const countExpired = (subject: string) => (rows: number) => metrics.expired(subject, rows);
  const work = [
    () => makeMonths(database),
    () => pruneLogins(database, signal),
    () => pruneAudit(database, signal),
    () => pruneChanges(database, signal),
    () => pruneDeliveries(database, retention.deliveries, signal).then(countExpired('deliveries')),
    () => pruneFailedJobs(database, retention.failedJobs).then(countExpired('failedJobs')),
    () => pruneRuns(engine, signal),
  ];
  const failure = 'could not make partitions, or delete old rows; trying again in an hour';
  return repeat({ signal, log, pauseMs: INTERVAL_MS, failure }, async () => {
    for (const act of work)
      await act().catch((error) => {
        log.warn({ error: coerceError(error).message }, failure);
      });
    return 'after-pause';
  });
}
