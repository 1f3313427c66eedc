import { availableParallelism } from 'node:os';
import { DomainError } from '../errors.ts';
import { createTurns, TooManyWaiting } from '../fair-slots.ts';
import type { ComputationInput, ComputationName, ComputationResult } from '../rules/computations.ts';
import { TooComplex } from '../rules/liquid/watch.ts';
import { createAllowances, tooMuch } from './allowance.ts';
import { createPool, Starved } from './pool.ts';
import type { ThreadAnswer } from './thread.ts';

/**
 * Computes in a thread. @throws TooComplex, and DomainError RATE_LIMITED when an account has computed too
 * much, UNAVAILABLE for a request that got no processor time
 */
export type Compute = <Name extends ComputationName>(
  name: Name,
  input: ComputationInput<Name>,
) => Promise<ComputationResult<Name>>;

/** Evaluates users' code outside of the event loop, within limits. */
export interface Computation {
  /** For one request: all its computations share one allowance, and count towards that of the account. */
  ofRequest(account: string): Compute;
  /** For runs, which wait as long as necessary: each computation has an allowance of its own. */
  ofRuns(account: string): Compute;
  stop(): Promise<void>;
}

/** CPU time of one request, or of one step of a run, in milliseconds. */
const ALLOWANCE_MS = 1_000;

/**
 * Maximum waiting requests of an account: more than one document contains, and few enough for a second or
 * two.
 */
const MOST_WAITING = 100;

/**
 * @param factor multiplies what an account may use over time
 * @param longestMs how long a computation may wait for processor time
 */
export function createComputation(factor: number, longestMs?: number): Computation {
  const threads = Math.min(4, Math.max(2, availableParallelism()));
  const pool = createPool(threads, longestMs);
  const turns = createTurns({ perAccount: 1, total: threads });
  const allowances = createAllowances(factor);
  return {
    ofRequest(account) {
      let leftMs = ALLOWANCE_MS;
      return (name, input) =>
        takeTurn(account, MOST_WAITING, async () => {
          await allowances.require(account);
          if (leftMs <= 0) throw new TooComplex('');
          const answer = await pool.run(name, input, leftMs).catch(unavailable);
          leftMs -= answer.cpuMs;
          await allowances.charge(account, answer.cpuMs);
          return resultOf(answer);
        });
    },
    ofRuns(account) {
      return (name, input) =>
        takeTurn(account, Number.POSITIVE_INFINITY, async () => resultOf(await persist(name, input)));
    },
    stop: () => pool.stop(),
  };

  /** Computations that got no processor time are retried as long as necessary. */
  async function persist(name: ComputationName, input: unknown): Promise<ThreadAnswer> {
    for (;;) {
      try {
        return await pool.run(name, input, ALLOWANCE_MS);
      } catch (error) {
        if (!(error instanceof Starved)) throw error;
      }
    }
  }

  async function takeTurn<Result>(
    account: string,
    most: number,
    work: () => Promise<unknown>,
  ): Promise<Result> {
    const endTurn = await turns.take(account, { maxWaiting: most }).catch((error) => {
      throw error instanceof TooManyWaiting ? tooMuch(1_000) : error;
    });
    try {
      return (await work()) as Result;
    } finally {
      endTurn();
    }
  }
}

const RETRY_SECONDS = 10;

/** @throws DomainError UNAVAILABLE instead of Starved */
function unavailable(error: unknown): never {
  if (!(error instanceof Starved)) throw error;
  const message = `the server is too busy to run Liquid, JSON Schemas and patterns; try again in ${RETRY_SECONDS} s`;
  throw new DomainError('UNAVAILABLE', message, { retryAfter: RETRY_SECONDS });
}

function resultOf(answer: ThreadAnswer): unknown {
  if ('overran' in answer) throw new TooComplex(answer.overran);
  return answer.result;
}
