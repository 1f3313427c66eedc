import { DomainError } from '../../errors.ts';
import { unkeptNumber } from './numbers.ts';

/** A text of 5 MB could have millions, which take a tenth of a second to parse. */
const MAX_VALUES = 100_000;
/** Each may be new to the JavaScript engine, which costs more than a value. */
const MAX_NAMES = 20_000;

/** Bytes of UTF-8. */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACE = 0x7b;
const BRACKET = 0x5b;

export type JsonText = { text: string; error: null } | { text: null; error: DomainError };

/**
 * Decodes JSON in UTF-8, unless it has too many parts, or numbers that parsing would change. It may still be
 * invalid JSON.
 * @param what name of the input for the error message
 */
export function readJsonText(body: Buffer, what: string): JsonText {
  const problem = jsonTextProblem(body);
  if (problem) return { text: null, error: new DomainError('PAYLOAD_TOO_LARGE', `the ${what} ${problem}`) };
  const text = body.toString();
  const error = unkeptNumber(text);
  return error ? { text: null, error } : { text, error: null };
}

/** The error in a JSON text in UTF-8, determined by its characters outside of strings; null: none. */
export function jsonTextProblem(body: Uint8Array): string | null {
  if (body.length <= MAX_NAMES) return null;
  let values = 0;
  let names = 0;
  // A switch takes half the time of comparisons one after the other, which matters for megabytes of spaces.
  for (let index = 0; index < body.length; index += 1) {
    switch (body[index]) {
      case QUOTE:
        index = endOfString(body, index);
        break;
      case COMMA:
      case BRACE:
      case BRACKET:
        values += 1;
        if (values > MAX_VALUES) return `has more than ${MAX_VALUES} values`;
        break;
      case COLON:
        names += 1;
        if (names > MAX_NAMES) return `has more than ${MAX_NAMES} object members`;
        break;
    }
  }
  return null;
}

/**
 * Index of the closing quote of the string that begins at `start`. Node's own search is ten times as fast as a
 * loop, except where the string is full of quotes: each search costs as much as 50 bytes.
 */
function endOfString(body: Uint8Array, start: number): number {
  const next = body.indexOf(QUOTE, start + 1);
  if (next === -1) return body.length;
  if (body[next - 1] !== BACKSLASH) return next;
  for (let index = start + 1; index < body.length; index += 1) {
    if (body[index] === BACKSLASH) index += 1;
    else if (body[index] === QUOTE) return index;
  }
  return body.length;
}
