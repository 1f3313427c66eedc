import type { Log } from '../log.ts';
import { type AccountTurns, type Choice, createAccountTurns } from '../rules/account-turns.ts';
import type { ClaimedRun, NextRun } from '../store/claim-run.ts';
import type { Ticket } from '../store/job-queue.ts';
import type { QueuedTask, Store } from '../store/store.ts';

/** Decides which account's run each free slot of this worker takes. */
export interface Dispatcher {
  /** Resolves when the run that the ticket was used for has left this worker, or there was none to be had. */
  use(ticket: Ticket): Promise<void>;
  /** Work has become ready; its ticket may still wait. */
  added(ticket: Ticket): void;
  /** Notifications may have been missed. */
  lookAround(): Promise<void>;
  /** How many other workers share the database. */
  othersAre(count: number): void;
  /** Starts nothing more without a ticket, and waits for the runs that were started so. */
  stop(): Promise<void>;
}

interface Means {
  queued: Store['queued'];
  /** See `claimNextRun`. */
  claimNext(accountIds: readonly string[], isPatient: boolean): Promise<NextRun | null>;
  /** @returns whether the run has ended; false: it may be claimed again. */
  execute(run: ClaimedRun): Promise<boolean>;
  /** See `readWaitingAccounts`. */
  readWaiting(): Promise<string[]>;
  stopping: AbortSignal;
  log: Log;
}

/** Accounts that one claim looks at. */
const CANDIDATES = 16;

/**
 * Slots beyond those of the worker, for accounts that hold none while others hold all of them: what they started when
 * they were alone may take hours.
 */
const EXTRA_PART = 0.1;

/**
 * A ticket is added with each ready run, and is used up by starting any run. So there are never fewer tickets than
 * ready runs, whichever of them is started; one too many finds nothing and is gone. Accounts with ready runs are known
 * from notifications, and when these do not suffice, from the database.
 *
 * Two kinds of runs start before a ticket is fetched: the run of an account that holds nothing while all slots are
 * taken; and in a worker that is alone and has slots to spare, what its own process has just queued, as a fetch would
 * take a quarter of the time to its first word. Their tickets wait for them when they are fetched, so that such runs
 * count as any other. Another worker would fetch the ticket instead, so only one that is alone does the latter.
 * @param share of the slots, from 0 to 1, that one account may hold while others wait.
 */
export function createDispatcher(
  means: Means,
  { slots, share }: { slots: number; share: number },
): Dispatcher {
  const { claimNext, execute, readWaiting, queued, stopping, log } = means;
  const turns: AccountTurns = createAccountTurns(Math.max(1, Math.floor(slots * share)));
  const withoutTicket = new Map<string, Promise<boolean>>();
  const extra = Math.max(1, Math.ceil(slots * EXTRA_PART));
  const starting = new Set<Promise<void>>();
  let fetched = 0;
  let isAlone = false;
  let hasLooked = false;

  async function claim(choice: Choice, isPatient: boolean): Promise<ClaimedRun | null> {
    const found = await claimNext(choice.accountIds, isPatient).catch((error) => {
      turns.undo(choice);
      throw error;
    });
    turns.settle(choice, found && { accountId: found.ownerId, isServed: found.run !== null });
    return found?.run ?? null;
  }

  async function run(claimed: ClaimedRun): Promise<boolean> {
    try {
      return await execute(claimed);
    } finally {
      turns.release(claimed.ownerId);
    }
  }

  /** null: nothing is ready that could start. */
  async function next(): Promise<ClaimedRun | null> {
    for (let isPatient = false; ; ) {
      const choice = turns.choose(CANDIDATES);
      if (choice) {
        const claimed = await claim(choice, isPatient);
        if (claimed) return claimed;
      } else {
        if (isPatient) return null;
        isPatient = true;
        await lookAround();
      }
    }
  }

  async function lookAround(): Promise<void> {
    for (const accountId of await readWaiting()) turns.add(accountId, Number.POSITIVE_INFINITY);
    hasLooked = true;
  }

  async function use({ ownerId, runId }: Ticket): Promise<void> {
    const begun = runId && withoutTicket.get(runId);
    if (begun && (await begun)) return;
    if (ownerId && !turns.has(ownerId)) turns.add(ownerId);
    const claimed = await next();
    if (claimed) await run(claimed);
  }

  /** @param ticketOf the run whose ticket is used up by this; null: that of the run that is started. */
  async function startWithoutTicket(choice: Choice, ticketOf: string | null): Promise<boolean> {
    const claimed = await claim(choice, false);
    if (!claimed) return false;
    return ticketOf ? run(claimed) : remember(claimed.id, run(claimed));
  }

  function remember(runId: string, running: Promise<boolean>): Promise<boolean> {
    withoutTicket.set(runId, running);
    return running.finally(() => withoutTicket.delete(runId));
  }

  function begin(choice: Choice, ticketOf: string | null): void {
    const running = startWithoutTicket(choice, ticketOf);
    const started = (ticketOf ? remember(ticketOf, running) : running)
      .finally(() => starting.delete(started))
      .then(startIdle, (error) => log.error({ error: String(error) }, 'a run without a ticket broke off'));
    starting.add(started);
  }

  function startIdle(): void {
    while (fetched >= slots && starting.size < extra && !stopping.aborted) {
      const choice = turns.chooseIdle();
      if (!choice) return;
      begin(choice, null);
    }
  }

  function startOwn({ ownerId, runId }: QueuedTask): void {
    if (!isAlone || !hasLooked || stopping.aborted) return;
    // The last slot is left to a ticket: a run without one and one with a ticket may start in the same moment.
    if (turns.held() >= slots - 1 || !turns.isAlone(ownerId)) return;
    if (!turns.has(ownerId)) turns.add(ownerId);
    begin(turns.choose(1)!, runId);
  }

  queued.on('task', startOwn);
  return {
    async use(ticket) {
      fetched += 1;
      await use(ticket).finally(() => (fetched -= 1));
    },
    added({ ownerId, runId }) {
      if (!ownerId || (runId && withoutTicket.has(runId))) return;
      turns.add(ownerId);
      startIdle();
    },
    lookAround,
    othersAre(count) {
      isAlone = count === 0;
    },
    async stop() {
      queued.off('task', startOwn);
      await Promise.allSettled(starting);
    },
  };
}
