const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The waits after the first, second … failed try; 8 tries within about five hours. */
const WAITS_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
] as const;

/** A receiver that asks for more is asked again after this. */
const MAX_RETRY_AFTER_MS = 6 * HOUR_MS;

/**
 * @param tries how many there have been. @param retryAfterMs the receiver's wish: not sooner than that.
 * @param random from 0 to 1: what failed together does not come back together.
 * @returns milliseconds; null when it is not to be tried again.
 */
export function waitAfter(tries: number, retryAfterMs: number | null, random: number): number | null {
  const wait = WAITS_MS[tries - 1];
  if (wait === undefined) return null;
  return Math.max(wait * (0.9 + random / 5), Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
}
