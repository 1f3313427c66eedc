import type { Log } from '../log.ts';
import { createAccountTurns } from '../rules/accounts/account-turns.ts';
import type { ClaimedRun } from '../store/runs/claims/claim-run.ts';
import type { Ticket } from '../store/runs/job-queue.ts';
import type { QueuedTask, Store } from '../store/store.ts';
import type { AccountJobs } from './account-jobs.ts';
import { createEarlyStarts } from './early-starts.ts';
import { createWorkTaker, type Sources, type WorkTaker } from './take-work.ts';

/** Decides which account's work each free slot of this worker takes. */
export interface Dispatcher {
  /** Resolves when the run started with the ticket has ended or left this worker, or when none was ready. */
  use(ticket: Ticket): Promise<void>;
  /** Counts a slot as used while something is done in it for no account. */
  occupy(work: () => Promise<void>): Promise<void>;
  /** A ticket was added for ready work; the ticket may still wait. */
  added(ticket: Ticket): void;
  /** Notifications may have been missed. */
  lookAround(): Promise<void>;
  /** A slot has looked for tickets and found none. */
  queueIsEmpty(): void;
  /** Whether at least half of the slots are free: time for work that no client waits for. */
  isQuiet(): boolean;
  /** How many other workers share the database. */
  othersAre(count: number): void;
  /** Starts nothing more without a ticket, and waits for what was started that way. */
  stop(): Promise<unknown>;
}

interface Means extends Sources {
  queued: Store['queued'];
  /** See `claimRun`. */
  claimOne(runId: string): Promise<ClaimedRun | null>;
  stopping: AbortSignal;
  log: Log;
}

/**
 * Additional slots, for accounts that hold none while all others are in use: the runs in them may take hours.
 */
const EXTRA_PART = 0.1;

/**
 * A ticket is added for each piece of ready work and is used once, to start any ready work. So there are
 * never fewer tickets than pieces of ready work; a surplus ticket finds nothing. Accounts with ready work are
 * known from notifications and, if those are not enough, from the database.
 * Two kinds of runs start before a ticket is fetched: one of an account that holds no slot while all slots
 * are in use; and, in a worker that is alone and has free slots, one that its own process has just queued,
 * because fetching its ticket would take a quarter of the time to its first token. With several workers
 * another one would fetch the ticket, so only a single worker does the latter.
 * @param share of the slots, from 0 to 1, that one account may hold while others wait
 */
export function createDispatcher(
  means: Means,
  { slots, share }: { slots: number; share: number },
): Dispatcher {
  const { accountJobs, queued, stopping } = means;
  const turns = createAccountTurns(Math.max(1, Math.floor(slots * share)));
  const own = new Set<string>();
  const taker = createWorkTaker(means, turns, { except: own, stopping });
  const early = createEarlyStarts({ ...means, taker, turns, own, onEnd: startIdle });
  const fetched = createCount();
  let isAlone = false;
  // True after a start or a busy period, when other runs may be queued; reset when the queue is found empty.
  let mayWait = true;
  // The last slot is left to a ticket: a run without one and one with a ticket may start at the same moment.
  const isBusy = () => turns.held() >= slots - 1;
  function startIdle(): void {
    while (fetched.value() >= slots && early.count() < extraOf(slots) && !stopping.aborted) {
      const choice = turns.chooseIdle();
      if (!choice) return;
      early.startChosen(choice);
    }
  }

  function startOwn(task: QueuedTask): void {
    mayWait ||= isBusy();
    if (!mayWait && isAlone && !stopping.aborted) early.startOwn(task);
  }

  async function use(ticket: Ticket): Promise<void> {
    if (ticket.runId && (await early.useTicket(ticket.runId))) return;
    note(accountJobs, ticket);
    if (ticket.ownerId && !turns.has(ticket.ownerId)) turns.add(ticket.ownerId);
    await useUp(taker, stopping);
  }

  queued.on('task', startOwn);
  return {
    use(ticket) {
      mayWait ||= isBusy();
      return fetched.during(() => use(ticket));
    },
    occupy(work) {
      const done = fetched.during(work);
      startIdle();
      return done;
    },
    added(ticket) {
      if (!ticket.ownerId || (ticket.runId && early.has(ticket.runId))) return;
      note(accountJobs, ticket);
      turns.add(ticket.ownerId);
      startIdle();
    },
    lookAround: taker.lookAround,
    queueIsEmpty() {
      mayWait = isBusy();
    },
    isQuiet: () => turns.held() <= slots / 2,
    othersAre(count) {
      isAlone = count === 0;
    },
    stop: () => queued.off('task', startOwn) && early.settled(),
  };
}

const extraOf = (slots: number) => Math.max(1, Math.ceil(slots * EXTRA_PART));

/** Counts work in progress. */
function createCount() {
  let count = 0;
  return {
    value: () => count,
    during(work: () => Promise<void>): Promise<void> {
      count += 1;
      return work().finally(() => (count -= 1));
    },
  };
}

/** When a delivery or tick ends, another of its kind may start although its ticket has been used. */
async function useUp(taker: WorkTaker, stopping: AbortSignal): Promise<void> {
  let work = await taker.next();
  await work?.execute();
  while (work?.runId === null && !stopping.aborted) {
    taker.addAccountJobs();
    work = await taker.next();
    await work?.execute();
  }
}

function note(accountJobs: AccountJobs, { ownerId, integrationId, workflowId }: Ticket): void {
  if (ownerId && integrationId) accountJobs.add(ownerId, 'deliver');
  if (ownerId && workflowId) accountJobs.add(ownerId, 'keep-schedule');
}
