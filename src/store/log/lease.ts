/**
 * A worker's hold on a run. Every write of the run names the lease's epoch; when the run has a higher one the
 * write touches nothing, and the holder is fenced: it drops the run at once.
 */
export interface Lease {
  readonly runId: string;
  readonly epoch: number;
  /** Aborts when the run cannot go on here; its reason is `LeaseLost`, or the fault that ends the run. */
  readonly signal: AbortSignal;
  abort(reason: Error): void;
}

/** Not a failure of the run: somebody else decides about it now, or has to. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Thrown when a provider is unavailable: the holder puts the run back into the queue, to be retried after `waitMs`. */
export class RunDeferred extends LeaseLost {
  readonly waitMs: number;
  /** Whether the run has got on since it was deferred before. */
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

/** The lease's fate when a write of it touched no row. */
export function fenced(lease: Lease): LeaseLost {
  const lost = new LeaseLost(`run ${lease.runId} is no longer held under epoch ${lease.epoch}`);
  lease.abort(lost);
  return lost;
}
