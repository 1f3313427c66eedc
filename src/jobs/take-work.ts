import type { AccountTurns, Choice } from '../rules/accounts/account-turns.ts';
import type { ClaimedRun, NextRun } from '../store/runs/claims/claim-run.ts';
import type { AccountJobs } from './account-jobs.ts';

/** The work for a slot. */
export interface Work {
  /** null: an account job. */
  runId: string | null;
  /** @returns whether it is over; false: the run may be claimed again */
  execute(): Promise<boolean>;
}

export interface Sources {
  /** See `claimNextRun`. */
  claimNext(
    accountIds: readonly string[],
    options: { isPatient: boolean; except: readonly string[] },
  ): Promise<NextRun | null>;
  /** @returns whether the run has ended; false: it may be claimed again */
  execute(run: ClaimedRun): Promise<boolean>;
  /** See `readWaitingAccounts`. */
  readWaiting(): Promise<string[]>;
  accountJobs: AccountJobs;
}

/** Finds work for the account whose turn it is. */
export interface WorkTaker {
  /** null: nothing is ready that could start. */
  next(): Promise<Work | null>;
  /** null: none of the chosen accounts has any. */
  take(choice: Choice, isPatient: boolean): Promise<Work | null>;
  /** Queries the database for waiting accounts. */
  lookAround(): Promise<void>;
  /** Account jobs that could not be done before may be possible now. */
  addAccountJobs(): void;
}

/** Maximum number of accounts that one claim considers. */
const CANDIDATES = 16;

/** @param except runs to skip */
export function createWorkTaker(
  { claimNext, execute, readWaiting, accountJobs }: Sources,
  turns: AccountTurns,
  { except, stopping }: { except: ReadonlySet<string>; stopping: AbortSignal },
): WorkTaker {
  /** The work of the first account that has any; null with an account: it has reached its own limit. */
  async function find(accountIds: readonly string[], isPatient: boolean) {
    const first = accountIds[0]!;
    const accountJob =
      accountJobs.canStartJob(first) && !stopping.aborted ? await accountJobs.take(first) : null;
    if (accountJob)
      return { accountId: first, work: { runId: null, execute: () => accountJob().then(() => true) } };
    const found = await claimNext(accountIds, { isPatient, except: [...except] });
    if (!found) return null;
    const { ownerId: accountId, run } = found;
    return { accountId, work: run && { runId: run.id, execute: () => execute(run) } };
  }

  async function take(choice: Choice, isPatient: boolean): Promise<Work | null> {
    // Only the first account is asked for account jobs.
    const end = choice.accountIds.findIndex(
      (accountId, index) => index > 0 && accountJobs.canStartJob(accountId),
    );
    const asked = end === -1 ? choice : { ...choice, accountIds: choice.accountIds.slice(0, end) };
    const found = await find(asked.accountIds, isPatient).catch((error) => {
      turns.undo(asked);
      throw error;
    });
    turns.settle(asked, found && { accountId: found.accountId, isServed: found.work !== null });
    if (!found?.work) return null;
    const { accountId, work } = found;
    return { runId: work.runId, execute: () => work.execute().finally(() => turns.release(accountId)) };
  }

  function addAccountJobs(): void {
    for (const accountId of accountJobs.owners())
      if (accountJobs.canStartJob(accountId) && !turns.has(accountId)) turns.add(accountId);
  }

  async function lookAround(): Promise<void> {
    await accountJobs.findDueJobs();
    for (const accountId of await readWaiting()) turns.add(accountId);
    addAccountJobs();
  }

  return {
    take,
    lookAround,
    addAccountJobs,
    async next() {
      for (let isPatient = false; ; ) {
        const choice = turns.choose(CANDIDATES);
        const work = choice && (await take(choice, isPatient));
        if (work) return work;
        if (choice) continue;
        if (isPatient) return null;
        isPatient = true;
        await lookAround();
      }
    },
  };
}
