/** How many pieces of work run at once. */
export interface TurnLimits {
  perAccount: number;
  total: number;
}

export interface Wait {
  /** Stops waiting when it aborts. */
  signal?: AbortSignal;
  /** How many others of the account may be waiting. */
  maxWaiting?: number;
}

/** Distributes slots fairly between accounts. */
export interface Turns {
  /**
   * Waits for a slot: in order within the account; of accounts, the one with the fewest slots is next.
   * @returns a function that frees the slot. @throws TooManyWaiting, and the reason of the signal when it
   * aborts before
   */
  take(account: string, wait?: Wait): Promise<() => void>;
}

/** Too much work of an account is waiting. */
export class TooManyWaiting extends Error {
  override readonly name = 'TooManyWaiting';
}

interface Account {
  running: number;
  waiting: (() => void)[];
}

export function createTurns({ perAccount, total }: TurnLimits): Turns {
  /** Only those with work. Of equals the first is next: an account that takes a slot moves to the end. */
  const accounts = new Map<string, Account>();
  let running = 0;
  const next = () => {
    if (running >= total) return;
    const ready = [...accounts].filter(([, each]) => each.running < perAccount && each.waiting.length > 0);
    const [first] = ready.toSorted(([, a], [, b]) => a.running - b.running);
    if (!first) return;
    const [name, account] = first;
    accounts.delete(name);
    accounts.set(name, account);
    running += 1;
    account.running += 1;
    account.waiting.shift()!();
  };
  const release = (name: string) => {
    const account = accounts.get(name)!;
    running -= 1;
    account.running -= 1;
    if (account.running === 0 && account.waiting.length === 0) accounts.delete(name);
    next();
  };
  return {
    async take(name, { signal, maxWaiting = Number.POSITIVE_INFINITY } = {}) {
      signal?.throwIfAborted();
      const account = accounts.get(name) ?? { running: 0, waiting: [] };
      if (account.waiting.length >= maxWaiting) throw new TooManyWaiting();
      accounts.set(name, account);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const abandon = () => {
        account.waiting.splice(account.waiting.indexOf(begin), 1);
        if (account.running === 0 && account.waiting.length === 0) accounts.delete(name);
        reject(signal?.reason);
      };
      account.waiting.push(begin);
      signal?.addEventListener('abort', abandon);
      function begin(): void {
        signal?.removeEventListener('abort', abandon);
        resolve();
      }
      next();
      await promise;
      return once(() => release(name));
    },
  };
}

function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) run();
    isDone = true;
  };
}
