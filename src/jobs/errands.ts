import type { EngineContext } from '../engine/context.ts';
import type { Deliveries } from '../engine/deliveries/deliveries.ts';
import { readOwnersOfDue } from '../store/integrations/send-deliveries.ts';
import { findDueWorkflow, keepSchedule, readOwnersOfTicks } from '../store/workflows/keep-schedule.ts';

/** Work of an account other than runs, which takes precedence over its runs. */
export const ERRANDS = ['deliver', 'keep-schedule'] as const;
export type ErrandKind = (typeof ERRANDS)[number];

/** The dependencies of errands. */
export interface ErrandContext {
  engine: EngineContext;
  /** Notifications about the ends of runs. */
  deliveries: Deliveries;
  /** Aborts when this worker stops: work claimed after that is released at once. */
  stopping: AbortSignal;
}

interface Errand {
  /** Whether another one may be in progress for the account. */
  hasCapacity(context: ErrandContext, ownerId: string): boolean;
  /** @returns a function that executes the next one; null: none is due */
  take(context: ErrandContext, ownerId: string): Promise<(() => Promise<void>) | null>;
  /** Accounts with at least one that is due. */
  readOwners(context: ErrandContext): Promise<string[]>;
}

const deliver: Errand = {
  hasCapacity: ({ deliveries }, ownerId) => deliveries.hasCapacity(ownerId),
  take: ({ deliveries, stopping }, ownerId) => deliveries.take(ownerId, stopping),
  readOwners: ({ engine }) => readOwnersOfDue(engine.store.database),
};

const tick: Errand = {
  hasCapacity: () => true,
  async take({ engine: { store, log } }, ownerId) {
    const workflowId = await findDueWorkflow(store, ownerId);
    if (!workflowId) return null;
    return async () => {
      const refused = await keepSchedule(store, workflowId);
      if (refused) log.warn({ workflow: workflowId, reason: refused.message }, 'scheduled execution skipped');
    };
  },
  readOwners: ({ engine }) => readOwnersOfTicks(engine.store),
};

const KINDS: Record<ErrandKind, Errand> = { deliver, 'keep-schedule': tick };

/** The accounts that have errands, as far as this worker knows. */
export interface Errands {
  add(ownerId: string, kind: ErrandKind): void;
  /** Whether one of the account's may start now. */
  mayHave(ownerId: string): boolean;
  take(ownerId: string): Promise<(() => Promise<void>) | null>;
  /** Accounts that may have some. */
  owners(): Iterable<string>;
  /** Asks the database. */
  lookAround(): Promise<void>;
}

export function createErrands(context: () => ErrandContext): Errands {
  const known = new Map<string, Set<ErrandKind>>();

  const possible = (ownerId: string) =>
    [...(known.get(ownerId) ?? [])].filter((kind) => KINDS[kind].hasCapacity(context(), ownerId));

  function add(ownerId: string, kind: ErrandKind): void {
    known.set(ownerId, (known.get(ownerId) ?? new Set()).add(kind));
  }

  function remove(ownerId: string, kind: ErrandKind): void {
    const kinds = known.get(ownerId);
    kinds?.delete(kind);
    if (kinds?.size === 0) known.delete(ownerId);
  }

  return {
    add,
    mayHave: (ownerId) => possible(ownerId).length > 0,
    async take(ownerId) {
      for (const kind of possible(ownerId)) {
        const errand = await KINDS[kind].take(context(), ownerId);
        // There may be another one.
        if (errand) return () => errand().finally(() => add(ownerId, kind));
        remove(ownerId, kind);
      }
      return null;
    },
    owners: () => known.keys(),
    async lookAround() {
      for (const kind of ERRANDS)
        for (const ownerId of await KINDS[kind].readOwners(context())) add(ownerId, kind);
    },
  };
}
