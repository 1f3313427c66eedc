import type { EngineContext } from '../engine/context.ts';
import type { Deliveries } from '../engine/deliveries/deliveries.ts';
import { readOwnersOfDue } from '../store/integrations/send-deliveries.ts';
import {
  findDueWorkflow,
  readOwnersOfDueSchedules,
  runDueWorkflow,
} from '../store/workflows/run-due-workflow.ts';

/** Work of an account other than runs, which takes precedence over its runs. */
export const ACCOUNT_JOBS = ['deliver', 'keep-schedule'] as const;
export type AccountJobKind = (typeof ACCOUNT_JOBS)[number];

/** The dependencies of account jobs. */
export interface AccountJobContext {
  engine: EngineContext;
  /** Notifications about the ends of runs. */
  deliveries: Deliveries;
  /** Aborts when this worker stops: work claimed after that is released at once. */
  stopping: AbortSignal;
}

interface AccountJob {
  /** Whether the account may have another job of this kind in progress. */
  hasCapacity(context: AccountJobContext, ownerId: string): boolean;
  /** @returns a function that executes the next job of this kind; null: none is due */
  take(context: AccountJobContext, ownerId: string): Promise<(() => Promise<void>) | null>;
  /** Accounts with at least one due job of this kind. */
  readOwners(context: AccountJobContext): Promise<string[]>;
}

const deliver: AccountJob = {
  hasCapacity: ({ deliveries }, ownerId) => deliveries.hasCapacity(ownerId),
  take: ({ deliveries, stopping }, ownerId) => deliveries.take(ownerId, stopping),
  readOwners: ({ engine }) => readOwnersOfDue(engine.store.database),
};

const tick: AccountJob = {
  hasCapacity: () => true,
  async take({ engine: { store, log } }, ownerId) {
    const workflowId = await findDueWorkflow(store, ownerId);
    if (!workflowId) return null;
    return async () => {
      const refused = await runDueWorkflow(store, workflowId);
      if (refused) log.warn({ workflow: workflowId, reason: refused.message }, 'scheduled execution skipped');
    };
  },
  readOwners: ({ engine }) => readOwnersOfDueSchedules(engine.store),
};

const KINDS: Record<AccountJobKind, AccountJob> = { deliver, 'keep-schedule': tick };

/** The accounts that have account jobs, as far as this worker knows. */
export interface AccountJobs {
  add(ownerId: string, kind: AccountJobKind): void;
  /** Whether a job of this account may start now. */
  canStartJob(ownerId: string): boolean;
  take(ownerId: string): Promise<(() => Promise<void>) | null>;
  /** Accounts that may have jobs. */
  owners(): Iterable<string>;
  /** Finds accounts with due jobs in the database. */
  findDueJobs(): Promise<void>;
}

export function createAccountJobs(context: () => AccountJobContext): AccountJobs {
  const known = new Map<string, Set<AccountJobKind>>();

  const possible = (ownerId: string) =>
    [...(known.get(ownerId) ?? [])].filter((kind) => KINDS[kind].hasCapacity(context(), ownerId));

  function add(ownerId: string, kind: AccountJobKind): void {
    known.set(ownerId, (known.get(ownerId) ?? new Set()).add(kind));
  }

  function remove(ownerId: string, kind: AccountJobKind): void {
    const kinds = known.get(ownerId);
    kinds?.delete(kind);
    if (kinds?.size === 0) known.delete(ownerId);
  }

  return {
    add,
    canStartJob: (ownerId) => possible(ownerId).length > 0,
    async take(ownerId) {
      for (const kind of possible(ownerId)) {
        const accountJob = await KINDS[kind].take(context(), ownerId);
        // There may be another one.
        if (accountJob) return () => accountJob().finally(() => add(ownerId, kind));
        remove(ownerId, kind);
      }
      return null;
    },
    owners: () => known.keys(),
    async findDueJobs() {
      for (const kind of ACCOUNT_JOBS)
        for (const ownerId of await KINDS[kind].readOwners(context())) add(ownerId, kind);
    },
  };
}
