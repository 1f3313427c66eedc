/** Accounts that may have ready work, and how many slots of a worker each of them holds. */
export interface AccountTurns {
  /** Work of an account has become ready. @param count pieces of it; Infinity: unknown. */
  add(accountId: string, count?: number): void;
  has(accountId: string): boolean;
  /** Whether only this account waits, or none. */
  isAlone(accountId: string): boolean;
  /**
   * Accounts in the order in which they are to be served, the first `limit` of them. The first one is counted as
   * served until `settle`, so that choices made at the same time differ.
   */
  choose(limit: number): Choice | null;
  /** The same for the next account that holds no slot. */
  chooseIdle(): Choice | null;
  /**
   * What came of a choice.
   * @param found the first account that had ready work, and whether it got the slot or has reached a limit of its
   * own; null: none of them had any.
   */
  settle(choice: Choice, found: { accountId: string; isServed: boolean } | null): void;
  /** Nobody knows what came of a choice. */
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

interface Waiting {
  count: number;
  /** Of the last addition. */
  revision: number;
}

/**
 * Accounts take turns. Those that hold nothing come first; then those that hold less than `share`, the one that was
 * served longest ago first; the others only when nobody else waits, the one that holds least first.
 * @param share slots that one account may hold while others wait.
 */
export function createAccountTurns(share: number): AccountTurns {
  /** In turn: whoever is served goes to the end. */
  const waiting = new Map<string, Waiting>();
  const slots = new Map<string, number>();
  let revision = 0;

  const holds = (accountId: string) => slots.get(accountId) ?? 0;

  function hold(accountId: string, change: number): void {
    const count = holds(accountId) + change;
    if (count > 0) slots.set(accountId, count);
    else slots.delete(accountId);
  }

  function toTheEnd(accountId: string): void {
    const entry = waiting.get(accountId);
    if (!entry) return;
    waiting.delete(accountId);
    waiting.set(accountId, entry);
  }

  function inOrder(limit: number): string[] {
    const [idle, below, above]: string[][] = [[], [], []];
    for (const accountId of waiting.keys()) {
      const count = holds(accountId);
      (count === 0 ? idle! : count < share ? below! : above!).push(accountId);
      if (idle!.length === limit) break;
    }
    above!.sort((one, other) => holds(one) - holds(other));
    return [...idle!, ...below!, ...above!].slice(0, limit);
  }

  function reserve(accountIds: string[]): Choice | null {
    const [first] = accountIds;
    if (first === undefined) return null;
    hold(first, 1);
    toTheEnd(first);
    return { accountIds, revision };
  }

  function served(accountId: string): void {
    const entry = waiting.get(accountId);
    if (!entry) return;
    entry.count -= 1;
    if (entry.count > 0) toTheEnd(accountId);
    else waiting.delete(accountId);
  }

  function forget(accountId: string, chosenAt: number): void {
    const entry = waiting.get(accountId);
    if (entry && entry.revision <= chosenAt) waiting.delete(accountId);
  }

  return {
    add(accountId, count = 1) {
      revision += 1;
      const before = waiting.get(accountId)?.count ?? 0;
      waiting.set(accountId, { count: before + count, revision });
    },
    has: (accountId) => waiting.has(accountId),
    isAlone: (accountId) => waiting.size === 0 || (waiting.size === 1 && waiting.has(accountId)),
    choose: (limit) => reserve(inOrder(limit)),
    chooseIdle: () => reserve(inOrder(1).filter((accountId) => holds(accountId) === 0)),
    settle({ accountIds, revision: chosenAt }, found) {
      hold(accountIds[0]!, -1);
      const end = found ? accountIds.indexOf(found.accountId) : accountIds.length;
      for (const empty of accountIds.slice(0, end)) forget(empty, chosenAt);
      if (!found) return;
      if (!found.isServed) return forget(found.accountId, chosenAt);
      hold(found.accountId, 1);
      served(found.accountId);
    },
    undo: ({ accountIds }) => hold(accountIds[0]!, -1),
    release: (accountId) => hold(accountId, -1),
    held: () => [...slots.values()].reduce((sum, count) => sum + count, 0),
    holds,
  };
}
