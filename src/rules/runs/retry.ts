/** How often and after which delays a model call is retried. */
export interface RetryPolicy {
  tries: number;
  firstWaitMs: number;
  /**
   * A longer `retry-after` is not waited for in the worker's slot; the run may wait for it in the queue, see
   * `waitInQueue`.
   */
  maxRetryAfterMs: number;
}

/**
 * `retry-after` is seconds or an HTTP date (RFC 9110, 10.2.3).
 * @param now milliseconds since 1970. @returns milliseconds; null when there is none.
 */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}

/**
 * The delay before the next attempt: as requested by the vendor, otherwise doubling with jitter, so that runs
 * that failed together do not retry together.
 * @param failures number of failed attempts so far, at least 1 @param random from 0 to 1
 * @returns milliseconds, or null when there is no further attempt
 */
export function nextWait(
  policy: RetryPolicy,
  failures: number,
  retryAfterMs: number | null,
  random: number,
): number | null {
  if (failures >= policy.tries) return null;
  if (retryAfterMs !== null) return retryAfterMs <= policy.maxRetryAfterMs ? retryAfterMs : null;
  return policy.firstWaitMs * 2 ** (failures - 1) * (0.5 + random / 2);
}

/** The state of a run while its provider is unavailable. Times are in milliseconds. */
export interface Outage {
  /** Since the run was first requeued for it. */
  elapsedMs: number;
  /** How long a run is retried. */
  reachMs: number;
  /** Until the run's own time limit; null: it has none. */
  msLeft: number | null;
}

const SHORTEST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * The delay in the queue before a run is retried: as long as the outage has lasted, within limits. The last
 * attempt is at the end of `reachMs`, or just before the time limit of the run.
 * @param retryAfterMs delay requested by the vendor; null: none. An earlier attempt would fail @param random
 * from 0 to 1
 * @returns null when the run is not retried
 */
export function waitInQueue(
  { elapsedMs, reachMs, msLeft }: Outage,
  retryAfterMs: number | null,
  random: number,
): number | null {
  const most = Math.min(reachMs - elapsedMs, (msLeft ?? Number.POSITIVE_INFINITY) - LAST_TRY_MS);
  if (most <= 0 || (retryAfterMs ?? 0) > most) return null;
  const usual = Math.min(Math.max(elapsedMs, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
  return Math.min(Math.max(retryAfterMs ?? 0, usual) * (1 + random * JITTER), most);
}

/** Time left for the last attempt before a time limit. */
const LAST_TRY_MS = 2_000;

/** Spreads the retries of runs that failed together. */
const JITTER = 0.2;
