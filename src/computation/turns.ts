/** Lets work of several accounts take turns. */
export interface Turns {
  /** Waits for the account's turn. @throws TooMany when so much of the account's work waits already */
  take<Result>(account: string, mostWaiting: number, work: () => Promise<Result>): Promise<Result>;
}

/** An account has too much waiting. */
export class TooMany extends Error {
  override readonly name = 'TooMany';
}

/**
 * One at a time of an account, and `slots` at a time of all: whatever an account has waiting, another one's waits
 * for a single piece of it at most. Accounts are kept only while they have work.
 */
export function createTurns(slots: number): Turns {
  const waiting = new Map<string, (() => void)[]>();
  const busy = new Set<string>();

  function startNext(): void {
    for (const [account, queue] of waiting) {
      if (busy.size >= slots) return;
      if (busy.has(account)) continue;
      const start = queue.shift()!;
      // The account goes to the end of the row.
      waiting.delete(account);
      if (queue.length > 0) waiting.set(account, queue);
      busy.add(account);
      start();
    }
  }

  return {
    async take(account, mostWaiting, work) {
      const queue = waiting.get(account) ?? [];
      if (queue.length >= mostWaiting) throw new TooMany();
      const turn = Promise.withResolvers<void>();
      queue.push(turn.resolve);
      waiting.set(account, queue);
      startNext();
      await turn.promise;
      try {
        return await work();
      } finally {
        busy.delete(account);
        startNext();
      }
    },
  };
}
