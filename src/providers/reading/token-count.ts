/** The maximum of the column in the database. */
const MOST = 2 ** 31 - 1;

/** A vendor's count; null, unknown, if it sent none or one that would result in a wrong cost. */
export function tokenCount(sent: unknown): number | null {
  return typeof sent === 'number' && Number.isInteger(sent) && sent >= 0 && sent <= MOST ? sent : null;
}

/** The sum of counts that are parts of one; a part that was not sent counts as 0 if any was sent. */
export function sumOfCounts(...sent: unknown[]): number | null {
  const parts = sent.filter((part) => part !== null && part !== undefined);
  if (parts.length === 0) return null;
  return tokenCount(parts.reduce<number>((sum, part) => sum + (tokenCount(part) ?? Number.NaN), 0));
}
