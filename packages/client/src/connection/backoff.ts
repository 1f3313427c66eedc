const FIRST_MS = 200;
const LONGEST_MS = 10_000;

/** Doubles with each failure in a row, up to ten seconds; half of it is random, so that clients do not return together. */
export function waitMs(failures: number, retryAfterSeconds: number | null): number {
  const longest = Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
  return (retryAfterSeconds ?? 0) * 1000 + longest * (0.5 + Math.random() / 2);
}
