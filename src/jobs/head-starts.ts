import type { Job } from 'graphile-worker';
import type { Log } from '../log.ts';
import type { QueuedTask, Store } from '../store/store.ts';

/** Tells a job from what became of it since: who wakes a run raises the revision of its job, or adds another. */
export type JobVersion = Pick<Job, 'id' | 'revision'>;

export interface HeadStarts {
  /** Resolves when the run of a job that was fetched is carried out; one that had a head start is waited for. */
  carryOut(runId: string, job: JobVersion): Promise<void>;
  /** Somebody looked for jobs, and there was none. */
  queueIsEmpty(): void;
  /** How many other workers share the database. */
  othersAre(count: number): void;
  /** Gives no more of them, and waits for the runs that had one. */
  stop(): Promise<void>;
}

/**
 * A task that this process has queued begins at once while there are places, and nobody waits who was before it: until
 * its job is fetched, a quarter of the time to its first word would have passed. Nothing rests on it: the job is in
 * the queue as any other, and waits for the run that has begun.
 *
 * Only a worker that is alone gives them. Another one would fetch the job, find nothing to do, and leave this one with
 * a run that takes none of the places for which it fetches jobs. The last place is left to a job: a run that was not
 * fetched yet and one that was may begin in the same moment.
 * @param places how many runs this worker carries out at once
 */
export function createHeadStarts(
  queued: Store['queued'],
  { places, stopping, log }: { places: number; stopping: AbortSignal; log: Log },
  carryOut: (runId: string) => Promise<void>,
): HeadStarts {
  const begun = new Map<string, Promise<void>>();
  let running = 0;
  let isAlone = false;
  // Whoever was in the queue before this process, or comes while it is busy: then it holds, whatever a look says.
  let mayWait = true;
  const isBusy = () => running >= places - 1;

  async function occupy(runId: string): Promise<void> {
    running += 1;
    mayWait ||= isBusy();
    await carryOut(runId).finally(() => (running -= 1));
  }

  function begin({ runId, jobId }: QueuedTask): void {
    if (mayWait || !isAlone || stopping.aborted) return;
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
      mayWait = isBusy();
    },
    othersAre(count) {
      isAlone = count === 0;
    },
    async stop() {
      queued.off('task', begin);
      await Promise.allSettled(begun.values());
    },
  };
}
