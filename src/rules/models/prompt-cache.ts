/** Vendors keep cached input for five minutes after its last use. */
const KEPT_MS = 5 * 60_000;

/**
 * Whether writing a conversation to the vendor's cache is worth its price. At Anthropic a write costs 0.25 of
 * the input price more and a read saves 0.9 of it, so it pays off if the next request comes in time with a
 * probability above 0.28. A conversation whose last turn was that recent continues at this pace more often
 * than that; for a first message there is no evidence.
 * @param msSinceLastTurn null: it is the first
 */
export function isReadInTime(msSinceLastTurn: number | null): boolean {
  return msSinceLastTurn !== null && msSinceLastTurn < KEPT_MS;
}
