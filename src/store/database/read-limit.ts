import pLimit, { type LimitFunction } from 'p-limit';
import { DomainError } from '../../errors.ts';
import { createTurns } from '../../fair-slots.ts';

/**
 * Bytes on the wire that one response may read from the database: a quarter more than the limit of its JSON,
 * because rows have columns that are not selected, and JSON of Postgres contains spaces.
 */
const MOST_OF_ANSWER = 20 * 1024 * 1024;

/** Bytes that concurrent responses may hold together. As objects, rows take two to four times as many. */
const MOST_OF_ACCOUNT = 20 * 1024 * 1024;
const MOST_OF_PROCESS = 36 * 1024 * 1024;

/**
 * The first bytes of a response do not count towards the account, so that small requests succeed whatever
 * others read.
 */
const FREE = 64 * 1024;

/**
 * Number of statements that receive many bytes at a time. Data that arrive on many connections at once are
 * processed at once, and delay everything else.
 */
const LARGE_TURNS = { perAccount: 1, total: 2 };

/** The bytes that one response may still read from the database, for all its statements together. */
export interface ReadBudget {
  /** Set when a statement exceeded it: what was read until then is incomplete. */
  spent: DomainError | null;
  /**
   * Runs a statement when the account has a connection left: one account may use at most half of the pool.
   */
  inTurn: LimitFunction;
  /** Waits until a statement may receive many bytes. @returns a function that ends its turn */
  takeLargeTurn(): Promise<() => void>;
  /** Counts a row that has arrived. @returns the error if it is too much, or null */
  count(bytes: number): DomainError | null;
  /** From now on rows are held, and count towards the sums of the account and the process. */
  open(): void;
  /** The response is complete: its rows are no longer held, nor are rows that still arrive. */
  release(): void;
  /** Opens another response with a new budget, such as an event of a subscription. */
  renew(): void;
  /** Between two responses: reads are limited elsewhere, and not counted. */
  suspend(): void;
}

/** Limits for concurrent responses of a process. */
export interface Reading {
  /** @param account of the request, or the address of one without credentials */
  ofRequest(account: string): ReadBudget;
}

/** @param poolMax number of connections for all accounts */
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

/** Limits of accounts, kept while they have anything running or waiting. */
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
  const message = `${who} too many large responses in progress; try again in 1 s, or request fewer rows`;
  return new DomainError(code, message, { retryAfter: 1 });
}

export function tooLarge(): DomainError {
  const remedy = 'request fewer rows, or fewer of the long fields (prompt, result, context, output)';
  return new DomainError('PAYLOAD_TOO_LARGE', `the response would be too large; ${remedy}`);
}
