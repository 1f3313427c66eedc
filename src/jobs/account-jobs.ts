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
  /** Whether another one may be in progress for the account. */
  hasCapacity(context: AccountJobContext, ownerId: string): boolean;
  /** @returns a function that executes the next one; null: none is due */
  take(context: AccountJobContext, ownerId: string): Promise<(() => Promise<void>) | null>;
  /** Accounts with at least one that is due. */
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

/** The accounts that have some, as far as this worker knows. */
export interface AccountJobs {
  add(ownerId: string, kind: AccountJobKind): void;
  /** Whether one of the account's may start now. */
  mayHave(ownerId: string): boolean;
  take(ownerId: string): Promise<(() => Promise<void>) | null>;
  /** Accounts that may have some. */
  owners(): Iterable<string>;
  /** Asks the database. */
  lookAround(): Promise<void>;
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
    mayHave: (ownerId) => possible(ownerId).length > 0,
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
    async lookAround() {
      for (const kind of ACCOUNT_JOBS)
        for (const ownerId of await KINDS[kind].readOwners(context())) add(ownerId, kind);
    },
  };
}
