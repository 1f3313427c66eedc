import { tooLarge } from '../../resolvers/read-budget.ts';

/** Maximum JSON size of one response, or of one event of a stream. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** A control character is escaped as `\u0001`; every other UTF-16 unit takes at most three bytes. */
const MOST_BYTES_OF_CHARACTER = 6;
/** Numbers, dates, booleans and null. */
const MOST_BYTES_OF_SCALAR = 26;

type Leaf = string | number | bigint | boolean | Date | null | undefined;

/** Measures a value without serializing it. @throws DomainError PAYLOAD_TOO_LARGE when its JSON would be too long. */
export function checkSize(value: unknown): void {
  if (sizeOf(value, upperBound) > MAX_ANSWER_BYTES && sizeOf(value, exactly) > MAX_ANSWER_BYTES) {
    throw tooLarge();
  }
}

/** Stops at the limit. A value that is referenced several times counts each time, as JSON repeats it. */
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
