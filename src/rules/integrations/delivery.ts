const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The delays after the first, second … failed attempt; 8 attempts within about five hours. */
const WAITS_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
] as const;

/** Upper bound for the delay that a receiver requests. */
const MAX_RETRY_AFTER_MS = 6 * HOUR_MS;

/**
 * @param tries number of attempts so far @param retryAfterMs minimum delay requested by the receiver
 * @param random from 0 to 1: spreads deliveries that failed together
 * @returns milliseconds; null when there is no further attempt
 */
export function waitAfter(tries: number, retryAfterMs: number | null, random: number): number | null {
  const wait = WAITS_MS[tries - 1];
  if (wait === undefined) return null;
  return Math.max(wait * (0.9 + random / 5), Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
}
