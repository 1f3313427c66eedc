import type { Placeholders } from '../database/statement.ts';

/**
 * A worker's exclusive hold on a run. Every write of the run names the lease's epoch; if the run has a higher
 * one the write changes nothing, and the holder is fenced: it drops the run at once.
 */
export interface Lease {
  readonly runId: string;
  readonly epoch: number;
  /** Aborts when the run cannot continue here; its reason is `LeaseLost`, or the error that ends the run. */
  readonly signal: AbortSignal;
  abort(reason: Error): void;
}

/** Not an error of the run: another worker has taken over, or has to. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * Thrown when a provider is unavailable: the holder returns the run to the queue, to be retried after
 * `waitMs`.
 */
export class RunDeferred extends LeaseLost {
  readonly waitMs: number;
  /** Whether the run has made progress since it was last deferred. */
  readonly isNewOutage: boolean;

  constructor(waitMs: number, cause: Error, isNewOutage = false) {
    super(`retrying in ${Math.ceil(waitMs / 1000)} s: ${cause.message}`, { cause });
    this.waitMs = waitMs;
    this.isNewOutage = isNewOutage;
  }
}

export function openLease(claimed: { id: string; epoch: number }): Lease {
  const controller = new AbortController();
  return {
    runId: claimed.id,
    epoch: claimed.epoch,
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
  };
}

/** The parameters of `heldSql`. */
export const LEASE = { runId: 'text', epoch: 'integer' } as const;

/** SQL: the row of `run` is held under the lease. */
export function heldSql($: Placeholders<typeof LEASE>): string {
  return `run.id = ${$.runId} and run.epoch = ${$.epoch} and run.status = 'running'`;
}

/** Ends the lease after a write of it changed no row. */
export function fenced(lease: Lease): LeaseLost {
  const lost = new LeaseLost(`run ${lease.runId} is no longer held under epoch ${lease.epoch}`);
  lease.abort(lost);
  return lost;
}
