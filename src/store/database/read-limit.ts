import pLimit, { type LimitFunction } from 'p-limit';
import { DomainError } from '../../errors.ts';
import { createTurns } from '../../turns.ts';

/**
 * Bytes on the wire that one answer may read from the database: twice what its JSON may have, because rows have
 * columns that are not asked for, and JSON of Postgres has spaces in it.
 */
const MOST_OF_ANSWER = 32 * 1024 * 1024;

/** Bytes that the answers under construction may hold together. As objects, rows take two to four times as many. */
const MOST_OF_ACCOUNT = 32 * 1024 * 1024;
const MOST_OF_PROCESS = 48 * 1024 * 1024;

/** The first bytes of an answer count for itself alone, so that small requests succeed whatever others read. */
const FREE = 64 * 1024;

/**
 * How many statements receive many bytes at a time. What arrives on many connections at once is handled at once, and
 * keeps everything else waiting.
 */
const LARGE_TURNS = { perAccount: 1, total: 2 };

/** What one answer may still read from the database, for all of its statements together. */
export interface ReadBudget {
  /** Set when a statement exceeded it: what was read until then is not all. */
  spent: DomainError | null;
  /** Runs a statement when the account has a connection left: at most half of the pool is one account's. */
  inTurn: LimitFunction;
  /** Waits until a statement may go on to receive many bytes. @returns what ends its turn */
  takeLargeTurn(): Promise<() => void>;
  /** Counts a row that has arrived. @returns why it is too much, or null. */
  count(bytes: number): DomainError | null;
  /** From now on what is read is held, and counts in the sums of the account and of the process. */
  open(): void;
  /** The answer is made: what it has read is no longer held. Rows that still arrive are not, either. */
  release(): void;
  /** Opens another answer with a whole budget, such as an event of a subscription. */
  renew(): void;
  /** Between two answers: what is read is bounded elsewhere, and not counted. */
  suspend(): void;
}

/** What the answers of a process read at a time. */
export interface Reading {
  /** @param account whose request it is, or the address of one without credentials */
  ofRequest(account: string): ReadBudget;
}

/** @param poolMax connections that there are for all accounts */
export function createReading(poolMax: number): Reading {
  const limitOf = createAccountLimits(Math.max(1, Math.floor(poolMax / 2)));
  const largeTurns = createTurns(LARGE_TURNS);
  const held = new Map<string, number>();
  let total = 0;

  function hold(account: string, bytes: number): DomainError | null {
    const ofAccount = (held.get(account) ?? 0) + bytes;
    if (ofAccount > MOST_OF_ACCOUNT) return tooManyAtOnce('RATE_LIMITED', 'this account has');
    if (total + bytes > MOST_OF_PROCESS) return tooManyAtOnce('UNAVAILABLE', 'there are');
    held.set(account, ofAccount);
    total += bytes;
    return null;
  }

  function letGo(account: string, bytes: number): void {
    const left = (held.get(account) ?? 0) - bytes;
    if (left > 0) held.set(account, left);
    else held.delete(account);
    total -= bytes;
  }

  return {
    ofRequest: (account) =>
      createBudget(
        limitOf(account),
        () => largeTurns.take(account),
        (bytes) => hold(account, bytes),
        (bytes) => letGo(account, bytes),
      ),
  };
}

/** Limits of accounts, kept for as long as something of them is running or waiting. */
function createAccountLimits(most: number): (account: string) => LimitFunction {
  const limits = new Map<string, LimitFunction>();
  return (account) => {
    const known = limits.get(account);
    if (known) return known;
    if (limits.size > MOST_KEPT) forgetIdle(limits);
    const limit = pLimit(most);
    limits.set(account, limit);
    return limit;
  };
}

const MOST_KEPT = 10_000;

function forgetIdle(limits: Map<string, LimitFunction>): void {
  for (const [account, { activeCount, pendingCount }] of limits) {
    if (activeCount + pendingCount === 0) limits.delete(account);
  }
}

function createBudget(
  inTurn: LimitFunction,
  takeLargeTurn: ReadBudget['takeLargeTurn'],
  hold: (bytes: number) => DomainError | null,
  letGo: (bytes: number) => void,
): ReadBudget {
  let isCounting = true;
  let isOpen = false;
  let read = 0;
  let holding = 0;

  function countNow(bytes: number): DomainError | null {
    read += bytes;
    if (read > MOST_OF_ANSWER) return tooLarge();
    if (!isOpen || read <= FREE) return null;
    const refusal = hold(bytes);
    if (refusal === null) holding += bytes;
    return refusal;
  }

  const budget: ReadBudget = {
    spent: null,
    inTurn,
    takeLargeTurn,
    count(bytes) {
      if (!isCounting) return null;
      const refusal = countNow(bytes);
      budget.spent ??= refusal;
      return refusal;
    },
    open() {
      isOpen = true;
    },
    release() {
      letGo(holding);
      holding = 0;
      isOpen = false;
    },
    renew() {
      budget.release();
      budget.spent = null;
      isCounting = true;
      read = 0;
      budget.open();
    },
    suspend() {
      budget.release();
      budget.spent = null;
      isCounting = false;
    },
  };
  return budget;
}

export function tooManyAtOnce(code: 'RATE_LIMITED' | 'UNAVAILABLE', who: string): DomainError {
  const message = `${who} too many large answers under way; try again in 1 s, or ask for fewer rows`;
  return new DomainError(code, message, { retryAfter: 1 });
}

export function tooLarge(): DomainError {
  const remedy = 'ask for fewer rows, or for fewer of the long fields (prompt, result, context, output)';
  return new DomainError('PAYLOAD_TOO_LARGE', `the answer would be too large; ${remedy}`);
}
