/** Accounts that may have ready work, and how many slots of a worker each of them holds. */
export interface AccountTurns {
  /** Work of an account has become ready. */
  add(accountId: string): void;
  has(accountId: string): boolean;
  /**
   * Accounts in the order in which they are to be served, the first `limit` of them. The first one is counted as
   * served until `settle`, so that choices made at the same time differ. Null: none is known to wait.
   */
  choose(limit: number): Choice | null;
  /** The next account that holds no slot. */
  chooseIdle(): Choice | null;
  /**
   * What came of a choice.
   * @param found the first account that had ready work, and whether it got the slot or has reached a limit of its
   * own; null: none of them had any.
   */
  settle(choice: Choice, found: { accountId: string; isServed: boolean } | null): void;
  /** What came of a choice is unknown. */
  undo(choice: Choice): void;
  /** A slot is free again. */
  release(accountId: string): void;
  /** Slots that are held, with the choices that are not settled yet. */
  held(): number;
  holds(accountId: string): number;
}

export interface Choice {
  accountIds: string[];
  /** What had been added when this was chosen: an account that had no work then may have some now. */
  revision: number;
}

/**
 * Accounts take turns. Those that hold nothing come first; then those that hold less than `share`, the one that was
 * served longest ago first; the others only when no one else waits, the one that holds least first.
 * @param share slots that one account may hold while others wait.
 */
export function createAccountTurns(share: number): AccountTurns {
  /** In turn, as one that is served goes to the end; with the revision of the last addition. */
  const waiting = new Map<string, number>();
  const slots = new Map<string, number>();
  let revision = 0;

  const holds = (accountId: string) => slots.get(accountId) ?? 0;

  function hold(accountId: string, change: number): void {
    const count = holds(accountId) + change;
    if (count > 0) slots.set(accountId, count);
    else slots.delete(accountId);
  }

  function toTheEnd(accountId: string): void {
    const added = waiting.get(accountId);
    if (added === undefined) return;
    waiting.delete(accountId);
    waiting.set(accountId, added);
  }

  function forget(accountId: string, chosenAt: number): void {
    const added = waiting.get(accountId);
    if (added !== undefined && added <= chosenAt) waiting.delete(accountId);
  }

  function inOrder(limit: number): string[] {
    const idle: string[] = [];
    const below: string[] = [];
    const above: string[] = [];
    for (const accountId of waiting.keys()) {
      const count = holds(accountId);
      (count === 0 ? idle : count < share ? below : above).push(accountId);
      if (idle.length === limit) break;
    }
    above.sort((one, other) => holds(one) - holds(other));
    return [...idle, ...below, ...above].slice(0, limit);
  }

  function reserve(accountIds: string[]): Choice | null {
    const [first] = accountIds;
    if (first === undefined) return null;
    hold(first, 1);
    toTheEnd(first);
    return { accountIds, revision };
  }

  return {
    add(accountId) {
      revision += 1;
      waiting.set(accountId, revision);
    },
    has: (accountId) => waiting.has(accountId),
    choose: (limit) => reserve(inOrder(limit)),
    chooseIdle: () => reserve(inOrder(1).filter((accountId) => holds(accountId) === 0)),
    settle({ accountIds, revision: chosenAt }, found) {
      hold(accountIds[0]!, -1);
      const end = found ? accountIds.indexOf(found.accountId) : accountIds.length;
      for (const empty of accountIds.slice(0, end)) forget(empty, chosenAt);
      if (!found) return;
      if (!found.isServed) return forget(found.accountId, chosenAt);
      hold(found.accountId, 1);
      toTheEnd(found.accountId);
    },
    undo: ({ accountIds }) => hold(accountIds[0]!, -1),
    release: (accountId) => hold(accountId, -1),
    held: () => [...slots.values()].reduce((sum, count) => sum + count, 0),
    holds,
  };
}
