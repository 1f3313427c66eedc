/** Accounts that may have ready work, and how many slots of a worker each of them holds. */
export interface AccountTurns {
  /** Work of an account has become ready. */
  add(accountId: string): void;
  has(accountId: string): boolean;
  /**
   * The first `limit` accounts in the order in which they should be served. The first one counts as served
   * until `settle`, so that concurrent choices differ. Null: no account is known to have ready work.
   */
  choose(limit: number): Choice | null;
  /** The next account that holds no slot. */
  chooseIdle(): Choice | null;
  /**
   * Settles a choice.
   * @param found the first account that had ready work, and whether it got the slot or has reached a limit of
   * its own; null: none of them had any
   */
  settle(choice: Choice, found: { accountId: string; isServed: boolean } | null): void;
  /** Reverts a choice whose outcome is unknown. */
  undo(choice: Choice): void;
  /** Counts a slot that an account got without a choice. */
  take(accountId: string): void;
  /** Counts a slot that an account released. */
  release(accountId: string): void;
  /** Number of slots held, including choices that are not settled yet. */
  held(): number;
  holds(accountId: string): number;
}

export interface Choice {
  accountIds: string[];
  /** The number of additions at the time of the choice: an account without work then may have some now. */
  revision: number;
}

/** Counts the slots of each account. */
function createSlots() {
  const slots = new Map<string, number>();
  const of = (accountId: string) => slots.get(accountId) ?? 0;
  return {
    of,
    change(accountId: string, by: number): void {
      const count = of(accountId) + by;
      if (count > 0) slots.set(accountId, count);
      else slots.delete(accountId);
    },
    sum: () => [...slots.values()].reduce((sum, count) => sum + count, 0),
  };
}

/** Accounts in order; an account that is served moves to the end. */
function createQueue() {
  /** The revision of the last addition, by account. */
  const waiting = new Map<string, number>();
  let revision = 0;
  return {
    accountIds: () => waiting.keys(),
    has: (accountId: string) => waiting.has(accountId),
    revision: () => revision,
    add(accountId: string): void {
      revision += 1;
      waiting.set(accountId, revision);
    },
    toTheEnd(accountId: string): void {
      const added = waiting.get(accountId);
      if (added === undefined) return;
      waiting.delete(accountId);
      waiting.set(accountId, added);
    },
    /** Has no effect if the account was added since. */
    forget(accountId: string, chosenAt: number): void {
      const added = waiting.get(accountId);
      if (added !== undefined && added <= chosenAt) waiting.delete(accountId);
    },
  };
}

/**
 * Accounts take turns. Those that hold no slot come first; then those that hold fewer than `share`, least
 * recently served first; the others only if no one else waits, fewest slots first.
 * @param share slots that one account may hold while others wait
 */
export function createAccountTurns(share: number): AccountTurns {
  const queue = createQueue();
  const slots = createSlots();

  function inOrder(limit: number): string[] {
    const idle: string[] = [];
    const below: string[] = [];
    const above: string[] = [];
    for (const accountId of queue.accountIds()) {
      const count = slots.of(accountId);
      (count === 0 ? idle : count < share ? below : above).push(accountId);
      if (idle.length === limit) break;
    }
    above.sort((one, other) => slots.of(one) - slots.of(other));
    return [...idle, ...below, ...above].slice(0, limit);
  }

  function reserve(accountIds: string[]): Choice | null {
    const [first] = accountIds;
    if (first === undefined) return null;
    slots.change(first, 1);
    queue.toTheEnd(first);
    return { accountIds, revision: queue.revision() };
  }

  return {
    add: queue.add,
    has: queue.has,
    choose: (limit) => reserve(inOrder(limit)),
    chooseIdle: () => reserve(inOrder(1).filter((accountId) => slots.of(accountId) === 0)),
    settle({ accountIds, revision }, found) {
      slots.change(accountIds[0]!, -1);
      const end = found ? accountIds.indexOf(found.accountId) : accountIds.length;
      for (const empty of accountIds.slice(0, end)) queue.forget(empty, revision);
      if (!found) return;
      if (!found.isServed) return queue.forget(found.accountId, revision);
      slots.change(found.accountId, 1);
      queue.toTheEnd(found.accountId);
    },
    undo: ({ accountIds }) => slots.change(accountIds[0]!, -1),
    take: (accountId) => slots.change(accountId, 1),
    release: (accountId) => slots.change(accountId, -1),
    held: slots.sum,
    holds: slots.of,
  };
}
