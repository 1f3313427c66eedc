import { tooLarge } from '../resolvers/read-budget.ts';

/** Bytes of the JSON of one answer, or of one event of a stream. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/**
 * Bytes that one answer may read from the database, twice as many: rows have columns that are not asked for, and
 * JSON of Postgres has spaces in it.
 */
export const MAX_READ_BYTES = 2 * MAX_ANSWER_BYTES;

/** A control character becomes `\u0001`; all others take at most three bytes. */
const MOST_BYTES_OF_CHARACTER = 6;
/** Numbers, dates and words. */
const MOST_BYTES_OF_SCALAR = 26;

type Leaf = string | number | bigint | boolean | Date | null | undefined;

/** @throws DomainError PAYLOAD_TOO_LARGE when the JSON of the value would be too long; it is not made for that. */
export function checkSize(value: unknown): void {
  if (sizeOf(value, upperBound) > MAX_ANSWER_BYTES && sizeOf(value, exactly) > MAX_ANSWER_BYTES) {
    throw tooLarge();
  }
}

/** Stops as soon as it is too much. A value that stands in many positions counts as often: so it does in JSON. */
function sizeOf(value: unknown, sizeOfLeaf: (leaf: Leaf) => number): number {
  const waiting = [value];
  let size = 0;
  while (waiting.length > 0 && size <= MAX_ANSWER_BYTES) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null || next instanceof Date) {
      size += sizeOfLeaf(next as Leaf);
    } else if (Array.isArray(next)) {
      size += 2 + next.length;
      for (const item of next) waiting.push(item);
    } else {
      size += 2;
      for (const name of Object.keys(next)) {
        size += name.length + 4;
        waiting.push((next as Record<string, unknown>)[name]);
      }
    }
  }
  return size;
}

function upperBound(leaf: Leaf): number {
  return typeof leaf === 'string' ? leaf.length * MOST_BYTES_OF_CHARACTER + 2 : MOST_BYTES_OF_SCALAR;
}

function exactly(leaf: Leaf): number {
  return Buffer.byteLength(JSON.stringify(leaf) ?? '');
}
