import type { Log } from '../log.ts';
import { type AccountTurns, type Choice, createAccountTurns } from '../rules/account-turns.ts';
import type { ClaimedRun, NextRun } from '../store/claim-run.ts';
import type { Ticket } from '../store/job-queue.ts';
import type { QueuedTask, Store } from '../store/store.ts';
import type { Errands } from './errands.ts';

/** Decides which account's work each free slot of this worker takes. */
export interface Dispatcher {
  /** Resolves when the work that the ticket was used for has left this worker, or there was none to be had. */
  use(ticket: Ticket): Promise<void>;
  /** Work has become ready; its ticket may still wait. */
  added(ticket: Ticket): void;
  /** Notifications may have been missed. */
  lookAround(): Promise<void>;
  /** How many other workers share the database. */
  othersAre(count: number): void;
  /** Starts nothing more without a ticket, and waits for what was started so. */
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
  errands: Errands;
  stopping: AbortSignal;
  log: Log;
}

/** What a slot got. */
interface Work {
  /** null: an errand. */
  runId: string | null;
  /** @returns whether it is over; false: the run may be claimed again. */
  execute(): Promise<boolean>;
}

/** Accounts that one claim looks at. */
const CANDIDATES = 16;

/**
 * Slots beyond those of the worker, for accounts that hold none while others hold all of them: what they started when
 * they were alone may take hours.
 */
const EXTRA_PART = 0.1;

/**
 * A ticket is added with each piece of ready work, and is used up by starting any. So there are never fewer tickets
 * than ready work, whichever is started; one too many finds nothing and is gone. Accounts with ready work are known
 * from notifications, and when these do not suffice, from the database.
 *
 * Two kinds of runs start before a ticket is fetched: one of an account that holds nothing while all slots are
 * taken; and in a worker that is alone and has slots to spare, one that its own process has just queued, as a fetch would
 * take a quarter of the time to its first word. Their tickets wait for them when they are fetched, so that such runs
 * count as any other. Another worker would fetch the ticket instead, so only one that is alone does the latter.
 * @param share of the slots, from 0 to 1, that one account may hold while others wait.
 */
export function createDispatcher(
  means: Means,
  { slots, share }: { slots: number; share: number },
): Dispatcher {
  const { claimNext, execute, readWaiting, errands, queued, stopping, log } = means;
  const turns: AccountTurns = createAccountTurns(Math.max(1, Math.floor(slots * share)));
  const withoutTicket = new Map<string, Promise<boolean>>();
  const extra = Math.max(1, Math.ceil(slots * EXTRA_PART));
  const starting = new Set<Promise<void>>();
  let fetched = 0;
  let isAlone = false;
  let hasLooked = false;

  /** null: nothing of the account may be done now. */
  async function takeErrand(ownerId: string): Promise<Work | null> {
    const errand = errands.mayHave(ownerId) && !stopping.aborted ? await errands.take(ownerId) : null;
    if (!errand) return null;
    return { runId: null, execute: () => errand().then(() => true) };
  }

  function toWork(run: ClaimedRun): Work {
    return { runId: run.id, execute: () => execute(run) };
  }

  /** The work of the first of the accounts that has any; null with an account: it has reached its own limit. */
  async function find(
    accountIds: readonly string[],
    isPatient: boolean,
  ): Promise<{ accountId: string; work: Work | null } | null> {
    const errand = await takeErrand(accountIds[0]!);
    if (errand) return { accountId: accountIds[0]!, work: errand };
    const found = await claimNext(accountIds, isPatient);
    return found && { accountId: found.ownerId, work: found.run && toWork(found.run) };
  }

  async function take(choice: Choice, isPatient: boolean): Promise<Work | null> {
    // Errands are asked for of the first account alone.
    const end = choice.accountIds.findIndex((accountId, index) => index > 0 && errands.mayHave(accountId));
    const asked = end === -1 ? choice : { ...choice, accountIds: choice.accountIds.slice(0, end) };
    const found = await find(asked.accountIds, isPatient).catch((error) => {
      turns.undo(asked);
      throw error;
    });
    turns.settle(asked, found && { accountId: found.accountId, isServed: found.work !== null });
    return found?.work ? { ...found.work, execute: () => execution(found.accountId, found.work!) } : null;
  }

  async function execution(accountId: string, work: Work): Promise<boolean> {
    try {
      return await work.execute();
    } finally {
      turns.release(accountId);
    }
  }

  /** null: nothing is ready that could start. */
  async function next(): Promise<Work | null> {
    for (let isPatient = false; ; ) {
      const choice = turns.choose(CANDIDATES);
      if (choice) {
        const work = await take(choice, isPatient);
        if (work) return work;
      } else {
        if (isPatient) return null;
        isPatient = true;
        await lookAround();
      }
    }
  }

  async function lookAround(): Promise<void> {
    await errands.lookAround();
    for (const accountId of await readWaiting()) turns.add(accountId);
    addErrands();
    hasLooked = true;
  }

  function addErrands(): void {
    for (const accountId of errands.owners())
      if (errands.mayHave(accountId) && !turns.has(accountId)) turns.add(accountId);
  }

  function note({ ownerId, integrationId, workflowId }: Ticket): void {
    if (!ownerId) return;
    if (integrationId) errands.add(ownerId, 'deliver');
    if (workflowId) errands.add(ownerId, 'keep-schedule');
  }

  async function use(ticket: Ticket): Promise<void> {
    const { ownerId, runId } = ticket;
    const begun = runId && withoutTicket.get(runId);
    if (begun && (await begun)) return;
    note(ticket);
    if (ownerId && !turns.has(ownerId)) turns.add(ownerId);
    let work = await next();
    await work?.execute();
    // The errand's end lets others of its kind begin, whose tickets are used up.
    while (work && work.runId === null && !stopping.aborted) {
      addErrands();
      work = await next();
      await work?.execute();
    }
  }

  /** @param ticketOf the run whose ticket is used up by this; null: that of the run that is started. */
  async function startWithoutTicket(choice: Choice, ticketOf: string | null): Promise<boolean> {
    const work = await take(choice, false);
    if (!work) return false;
    return ticketOf || !work.runId ? work.execute() : remember(work.runId, work.execute());
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
    if (turns.held() >= slots - 1) return;
    turns.add(ownerId);
    begin(turns.choose(CANDIDATES)!, runId);
  }

  queued.on('task', startOwn);
  return {
    async use(ticket) {
      fetched += 1;
      await use(ticket).finally(() => (fetched -= 1));
    },
    added(ticket) {
      const { ownerId, runId } = ticket;
      if (!ownerId || (runId && withoutTicket.has(runId))) return;
      note(ticket);
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
