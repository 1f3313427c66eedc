import type { Job } from 'graphile-worker';
import pLimit from 'p-limit';
import type { Log } from '../log.ts';
import type { QueuedTask, Store } from '../store/store.ts';

/** Tells a job from what became of it since: who wakes a run raises the revision of its job, or adds another. */
export type JobVersion = Pick<Job, 'id' | 'revision'>;

/** Where the runs of a worker are carried out. */
export interface Places {
  /** Resolves when the run of a job that was fetched is carried out: it gets a place, or had a head start. */
  carryOut(runId: string, job: JobVersion): Promise<void>;
  /** Somebody looked for jobs, and there was none. */
  queueIsEmpty(): void;
  /** Gives no more head starts, and waits for the runs that had one. */
  stop(): Promise<void>;
}

/**
 * A task that this process has queued begins at once while there is a place, and nobody waits who was before it: until
 * its job is fetched, a quarter of the time to its first word would have passed. Nothing rests on it. The job is in
 * the queue as any other; when it is fetched here, it waits for the run that has begun, and elsewhere, it finds nothing
 * to do.
 */
export function createPlaces(
  queued: Store['queued'],
  { count, stopping, log }: { count: number; stopping: AbortSignal; log: Log },
  carryOut: (runId: string) => Promise<void>,
): Places {
  const inPlace = pLimit(count);
  const begun = new Map<string, Promise<void>>();
  const isFull = () => inPlace.activeCount + inPlace.pendingCount >= count;
  // Whoever came while all places were taken is in the queue, and whoever was there before this process began.
  let mayWait = true;

  function occupy(runId: string): Promise<void> {
    const run = inPlace(() => carryOut(runId));
    mayWait ||= isFull();
    return run;
  }

  function begin({ runId, jobId }: QueuedTask): void {
    if (mayWait || isFull() || stopping.aborted) return;
    const run = occupy(runId).finally(() => begun.delete(jobId));
    begun.set(jobId, run);
    run.catch((error) => log.error({ error: String(error), runId }, 'a run that had a head start broke off'));
  }

  queued.on('task', begin);
  return {
    async carryOut(runId, { id, revision }) {
      await ((revision === 0 && begun.get(id)) || occupy(runId));
    },
    queueIsEmpty() {
      mayWait = false;
    },
    async stop() {
      queued.off('task', begin);
      await Promise.allSettled(begun.values());
    },
  };
}
