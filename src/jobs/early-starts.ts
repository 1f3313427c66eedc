import type { Log } from '../log.ts';
import type { AccountTurns, Choice } from '../rules/accounts/account-turns.ts';
import type { ClaimedRun } from '../store/runs/claims/claim-run.ts';
import type { QueuedTask } from '../store/store.ts';
import type { WorkTaker } from './take-work.ts';

/**
 * Runs that start before their ticket is fetched. The ticket of such a run then waits for it, so that it
 * occupies one slot like any other.
 */
export interface EarlyStarts {
  /**
   * Passes a fetched ticket to the run that it was added for; a second ticket of the same run is surplus.
   * @returns a promise of whether the run is over (false: it may be claimed again); undefined when no run
   * here waits for the ticket
   */
  useTicket(runId: string): Promise<boolean> | undefined;
  has(runId: string): boolean;
  startOwn(task: QueuedTask): void;
  startChosen(choice: Choice): void;
  count(): number;
  /** Waits for all of them. */
  settled(): Promise<unknown>;
}

interface Means {
  taker: WorkTaker;
  turns: AccountTurns;
  /** See `claimRun`. */
  claimOne(runId: string): Promise<ClaimedRun | null>;
  execute(run: ClaimedRun): Promise<boolean>;
  /** The runs that are being claimed by `startOwn`: no ticket is used for them. */
  own: Set<string>;
  onEnd(): void;
  log: Log;
}

export function createEarlyStarts(means: Means): EarlyStarts {
  const { taker, turns, claimOne, execute, own, onEnd, log } = means;
  const running = createRunning();
  const started = new Set<Promise<void>>();

  function track(work: Promise<unknown>): void {
    const tracked = work
      .finally(() => started.delete(tracked))
      .then(onEnd, (error) =>
        log.error({ error: String(error) }, 'a run that was started without a ticket failed'),
      );
    started.add(tracked);
  }

  async function claimOwn({ runId, isReady }: QueuedTask): Promise<ClaimedRun | null> {
    own.add(runId);
    try {
      return (await isReady) ? await claimOne(runId) : null;
    } finally {
      own.delete(runId);
    }
  }

  async function runOwn(task: QueuedTask): Promise<boolean> {
    turns.take(task.ownerId);
    try {
      const claimed = await claimOwn(task);
      return claimed !== null && (await execute(claimed));
    } finally {
      turns.release(task.ownerId);
    }
  }

  async function runChosen(choice: Choice): Promise<void> {
    const work = await taker.take(choice, false);
    if (work?.runId) await running.add(work.runId, work.execute());
    else await work?.execute();
  }

  return {
    useTicket: running.useTicket,
    has: running.has,
    startOwn: (task) => track(running.add(task.runId, runOwn(task))),
    startChosen: (choice) => track(runChosen(choice)),
    count: () => started.size,
    settled: () => Promise.allSettled(started),
  };
}

function createRunning() {
  const runs = new Map<string, { isOver: Promise<boolean>; hasTicket: boolean }>();
  return {
    add(runId: string, run: Promise<boolean>): Promise<boolean> {
      const isOver = run.finally(() => runs.delete(runId));
      runs.set(runId, { isOver, hasTicket: false });
      return isOver;
    },
    has: (runId: string) => runs.has(runId),
    useTicket(runId: string): Promise<boolean> | undefined {
      const run = runs.get(runId);
      if (!run || run.hasTicket) return undefined;
      run.hasTicket = true;
      return run.isOver;
    },
  };
}
