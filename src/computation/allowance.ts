import { RateLimiterMemory } from 'rate-limiter-flexible';
import { DomainError } from '../errors.ts';

/** CPU time that an account may spend in a process, in milliseconds. */
const PER_ACCOUNT_MS = 5_000;
const PER_SECONDS = 10;

/** Per process, because each process has its own threads. */
export interface Allowances {
  /** @throws DomainError RATE_LIMITED when it is used up */
  require(account: string): Promise<void>;
  /** Rejected or failed computations cost as much. */
  charge(account: string, ms: number): Promise<void>;
}

/** @param factor multiplies the limit */
export function createAllowances(factor: number): Allowances {
  const points = Math.max(1, Math.round(PER_ACCOUNT_MS * factor));
  const limiter = new RateLimiterMemory({ points, duration: PER_SECONDS });
  return {
    async require(account) {
      const spent = await limiter.get(account);
      if (spent && spent.consumedPoints >= points) throw tooMuch(spent.msBeforeNext);
    },
    async charge(account, ms) {
      await limiter.penalty(account, Math.ceil(ms));
    },
  };
}

export function tooMuch(msLeft: number): DomainError {
  const retryAfter = Math.max(1, Math.ceil(msLeft / 1000));
  const what = 'Liquid, JSON Schemas and patterns of this account took too much time';
  return new DomainError('RATE_LIMITED', `${what}; try again in ${retryAfter} s`, { retryAfter });
}
