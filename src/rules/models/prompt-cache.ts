/** Vendors keep what they cache for five minutes from its last use. */
const KEPT_MS = 5 * 60_000;

/**
 * Whether writing a conversation to the vendor's cache is worth its price. At Anthropic a write costs 0.25 of the input
 * more and a read saves 0.9 of it, so that it pays when the next request comes in time with a probability above 0.28. A
 * conversation whose last turn is that recent goes on at this pace more often than that; a first message has shown nothing.
 * @param msSinceLastTurn null: it is the first.
 */
export function isReadInTime(msSinceLastTurn: number | null): boolean {
  return msSinceLastTurn !== null && msSinceLastTurn < KEPT_MS;
}
