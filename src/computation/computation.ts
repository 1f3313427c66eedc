import { availableParallelism } from 'node:os';
import type { ComputationInput, ComputationName, ComputationResult } from '../rules/computations.ts';
import { TooComplex } from '../rules/watch.ts';
import { createTurns, TooManyWaiting } from '../turns.ts';
import { createAllowances, tooMuch } from './allowance.ts';
import { createPool } from './pool.ts';
import type { ThreadAnswer } from './thread.ts';

/** Computes in a thread. @throws TooComplex, and DomainError RATE_LIMITED when an account has computed too much */
export type Compute = <Name extends ComputationName>(
  name: Name,
  input: ComputationInput<Name>,
) => Promise<ComputationResult<Name>>;

/** Runs what callers wrote outside of the event loop, within limits. */
export interface Computation {
  /** Of one request: all it computes together has one allowance, and its account another. */
  ofRequest(account: string): Compute;
  /** Of runs, which wait for as long as it takes: each computation has an allowance of its own. */
  ofRuns(account: string): Compute;
  stop(): Promise<void>;
}

/** CPU time of one request, or of one step of a run, in milliseconds. */
const ALLOWANCE_MS = 1_000;

/** Of an account's requests. More than one document has, and few enough for a second or two. */
const MOST_WAITING = 100;

/** @param factor multiplies what an account may spend over time */
export function createComputation(factor: number): Computation {
  const threads = Math.min(4, Math.max(2, availableParallelism()));
  const pool = createPool(threads);
  const turns = createTurns({ perAccount: 1, total: threads });
  const allowances = createAllowances(factor);
  return {
    ofRequest(account) {
      let leftMs = ALLOWANCE_MS;
      return (name, input) =>
        takeTurn(account, MOST_WAITING, async () => {
          await allowances.require(account);
          if (leftMs <= 0) throw new TooComplex('');
          const answer = await pool.run(name, input, leftMs);
          leftMs -= answer.cpuMs;
          await allowances.charge(account, answer.cpuMs);
          return resultOf(answer);
        });
    },
    ofRuns(account) {
      return (name, input) =>
        takeTurn(account, Number.POSITIVE_INFINITY, async () =>
          resultOf(await pool.run(name, input, ALLOWANCE_MS)),
        );
    },
    stop: () => pool.stop(),
  };

  async function takeTurn<Result>(
    account: string,
    most: number,
    work: () => Promise<unknown>,
  ): Promise<Result> {
    const endTurn = await turns.take(account, { most }).catch((error) => {
      throw error instanceof TooManyWaiting ? tooMuch(1_000) : error;
    });
    try {
      return (await work()) as Result;
    } finally {
      endTurn();
    }
  }
}

function resultOf(answer: ThreadAnswer): unknown {
  if ('overran' in answer) throw new TooComplex(answer.overran);
  return answer.result;
}
