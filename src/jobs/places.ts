import type { Job } from 'graphile-worker';
import pLimit from 'p-limit';
import type { Log } from '../log.ts';
import type { QueuedTask, Store } from '../store/store.ts';

/** What tells a job apart from what became of it since: who wakes a run raises the revision of its job, or adds another. */
export type JobVersion = Pick<Job, 'id' | 'revision'>;

/** Where the runs of a worker are carried out. */
export interface Places {
  /** Resolves when the run is carried out, at once or when there is a place, unless that has begun already. */
  carryOut(runId: string, job: JobVersion): Promise<void>;
  /** Takes no more head starts, and waits for the runs that had one. */
  stop(): Promise<void>;
}

/**
 * A task that was queued by this process begins at once while there is a place: until its job is fetched, a quarter
 * of the time to its first word would have passed. Nothing rests on it: the job is in the queue as any other, waits
 * for the run that has begun when it is fetched here, and finds nothing to do when it is fetched elsewhere.
 */
export function createPlaces(
  {
    count,
    queued,
    stopping,
    log,
  }: { count: number; queued: Store['queued']; stopping: AbortSignal; log: Log },
  carryOut: (runId: string) => Promise<void>,
): Places {
  const inPlace = pLimit(count);
  const begun = new Map<string, Promise<void>>();

  function begin({ runId, jobId }: QueuedTask): void {
    if (inPlace.activeCount + inPlace.pendingCount >= count || stopping.aborted) return;
    const run = inPlace(() => carryOut(runId)).finally(() => begun.delete(jobId));
    begun.set(jobId, run);
    run.catch((error) => log.error({ error: String(error), runId }, 'a run that had a head start broke off'));
  }

  queued.on('task', begin);
  return {
    carryOut: async (runId, { id, revision }) =>
      (revision === 0 ? begun.get(id) : undefined) ?? inPlace(() => carryOut(runId)),
    async stop() {
      queued.off('task', begin);
      await Promise.allSettled(begun.values());
    },
  };
}
