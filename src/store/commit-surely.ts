import type { Log } from '../log.ts';
import { type Batch, commitBatches, countBatches, type RunBatches } from './commit-batches.ts';
import { isConnectionLoss, outlastConnectionLoss } from './connection-loss.ts';
import type { Database } from './database.ts';
import type { LoggedEvent } from './events.ts';
import type { Lease } from './lease.ts';

export interface LeaseBatches {
  lease: Lease;
  batches: Batch[];
}

/** By run; an empty list was written, but nobody was told. A run that is missing was fenced. */
type Committed = Map<string, LoggedEvent[]>;

/**
 * Appends exactly once, also across a restart of Postgres: when a connection breaks during a commit, the log
 * itself tells by the number of its batches whether that commit happened.
 */
export function createSureCommit(database: Database, log: Log) {
  const written = new WeakMap<Lease, number>();
  const writtenBefore = ({ lease }: LeaseBatches) => written.get(lease) ?? 0;

  /** One statement is whole or not at all: when it reached one run, a run that it did not reach was fenced. */
  async function findOut(runs: readonly LeaseBatches[]): Promise<Committed | null> {
    const counts = await countBatches(
      database,
      runs.map(({ lease }) => lease),
    );
    const reached = runs.filter((run) => (counts.get(run.lease.runId) ?? 0) > writtenBefore(run));
    return reached.length > 0 ? new Map(reached.map(({ lease }) => [lease.runId, []])) : null;
  }

  return async (runs: readonly LeaseBatches[]): Promise<Committed> => {
    let isUncertain = false;
    const committed = await outlastConnectionLoss(async () => {
      const found = isUncertain ? await findOut(runs) : null;
      try {
        return found ?? (await commitBatches(database, runs.map(toRunBatches)));
      } catch (error) {
        if (isConnectionLoss(error)) log.warn({ runs: runs.length }, 'the database went away during a write');
        isUncertain = true;
        throw error;
      }
    });
    for (const run of runs) written.set(run.lease, writtenBefore(run) + run.batches.length);
    return committed;
  };
}

function toRunBatches({ lease: { runId, epoch }, batches }: LeaseBatches): RunBatches {
  return { runId, epoch, batches };
}
