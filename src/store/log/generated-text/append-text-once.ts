import type { Log } from '../../../log.ts';
import { isConnectionLoss, outlastConnectionLoss } from '../../database/connection-loss.ts';
import type { Database } from '../../database/database.ts';
import type { Lease } from '../lease.ts';
import { type Committed, commitBatches, type LeaseBatches, readWritten } from './commit-text.ts';

/**
 * Appends exactly once, even across a restart of Postgres: a statement whose response was lost is repeated,
 * and writes only what is missing. Events written by the lost statement are not returned, and so not
 * published.
 */
export function createSureCommit(database: Database, log: Log) {
  const written = new WeakMap<Lease, number>();
  const writtenBefore = (lease: Lease) => written.get(lease) ?? 0;

  async function addWrittenBefore(committed: Committed, runs: readonly LeaseBatches[]): Promise<void> {
    const missing = runs.filter(({ lease }) => !committed.has(lease));
    const present = await outlastConnectionLoss(() =>
      readWritten(
        database,
        missing.map(({ lease }) => lease),
      ),
    );
    for (const { lease, batches } of missing) {
      if (present.get(lease) === writtenBefore(lease) + batches.length) committed.set(lease, []);
    }
  }

  return async (runs: readonly LeaseBatches[]): Promise<Committed> => {
    let isUncertain = false;
    const committed = await outlastConnectionLoss(async () => {
      try {
        return await commitBatches(database, runs, writtenBefore);
      } catch (error) {
        if (isConnectionLoss(error))
          log.warn({ runs: runs.length }, 'the database connection was lost during a write');
        isUncertain = true;
        throw error;
      }
    });
    if (isUncertain) await addWrittenBefore(committed, runs);
    for (const { lease, batches } of runs) written.set(lease, writtenBefore(lease) + batches.length);
    return committed;
  };
}
