import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { stringifyChunked } from '@discoveryjs/json-ext';
import type { SerializeLarge } from '../../context.ts';
import { createTurns, TooManyWaiting } from '../../fair-slots.ts';
import { tooLarge, tooManyAtOnce } from '../../resolvers/request/read-budget.ts';

/** Maximum JSON size of one response, or of one event of a stream. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Longer JSON is created in slices. Creating shorter JSON takes a few milliseconds. */
const LARGE_BYTES = 4 * 1024 * 1024;

/** A control character is escaped as `\u0001`; every other UTF-16 unit takes at most three bytes. */
const MOST_BYTES_OF_CHARACTER = 6;
/** Numbers, dates, booleans and null. */
const MOST_BYTES_OF_SCALAR = 26;

/** Number of characters per slice of JSON. */
const SLICE = 64 * 1024;
/** Milliseconds of work between two iterations of the event loop. */
const BUSY_MS = 5;

/**
 * Whether the JSON of a value may be so long that it has to be created by a `SerializeLarge`. Serializes
 * nothing.
 */
export function isLarge(value: unknown): boolean {
  const waiting = [value];
  let size = 0;
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === 'string') {
      size += next.length * MOST_BYTES_OF_CHARACTER + 2;
    } else if (typeof next !== 'object' || next === null || next instanceof Date) {
      size += MOST_BYTES_OF_SCALAR;
    } else if (Array.isArray(next)) {
      size += 2 + next.length;
      for (const item of next) waiting.push(item);
    } else {
      for (const name of Object.keys(next)) {
        size += name.length + 4;
        waiting.push((next as Record<string, unknown>)[name]);
      }
    }
    if (size > LARGE_BYTES) return true;
  }
  return false;
}

/**
 * Serializes large responses in slices, one at a time: thirty of 16 MB at once would block everything else
 * for seconds.
 */
export function createSerializeLarge(): SerializeLarge {
  const turns = createTurns({ perAccount: 1, total: 1 });
  return async (value, account, maxWaiting = Number.POSITIVE_INFINITY) => {
    const endTurn = await turns.take(account, { maxWaiting }).catch((error) => {
      throw error instanceof TooManyWaiting ? tooManyAtOnce('RATE_LIMITED', 'this account has') : error;
    });
    try {
      return await makeJson(value);
    } finally {
      // Further processing, such as sending, belongs to the turn.
      setImmediate(endTurn);
    }
  };
}

async function makeJson(value: unknown): Promise<Buffer> {
  // Pages that are never written to are not resident.
  const json = Buffer.allocUnsafeSlow(MAX_ANSWER_BYTES);
  let size = 0;
  let begun = performance.now();
  for (const part of stringifyChunked(value, { highWaterMark: SLICE })) {
    if (size + Buffer.byteLength(part) > MAX_ANSWER_BYTES) throw tooLarge();
    size += json.write(part, size);
    if (performance.now() - begun < BUSY_MS) continue;
    await yieldToEventLoop();
    begun = performance.now();
  }
  return json.subarray(0, size);
}
