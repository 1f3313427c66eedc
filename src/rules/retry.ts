/** How often and after which waits a model call is tried again. */
export interface RetryPolicy {
  tries: number;
  firstWaitMs: number;
  /** A longer `retry-after` is not honoured: the call fails. */
  maxRetryAfterMs: number;
}

export const MODEL_CALL_RETRIES: RetryPolicy = { tries: 4, firstWaitMs: 500, maxRetryAfterMs: 30_000 };

/**
 * The wait before the next try: the vendor's wish when it told one, else doubling with jitter, so that runs that
 * failed together do not come back together.
 * @param failures how many tries have failed so far, at least 1. @param random from 0 to 1.
 * @returns milliseconds, or null when it is not to be tried again.
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
