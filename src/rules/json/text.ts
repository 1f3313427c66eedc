import { DomainError } from '../../errors.ts';
import { unkeptNumber } from './numbers.ts';

/** A text of 5 MB could have millions, which take a tenth of a second to parse. */
const MAX_VALUES = 100_000;
/** Each may be new to the JavaScript engine, which costs more than a value. */
const MAX_NAMES = 20_000;

const [QUOTE, BACKSLASH, COMMA, COLON, BRACE, BRACKET] = [...'"\\,:{['].map((sign) => sign.charCodeAt(0));

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
  for (let index = 0; index < body.length; index += 1) {
    const sign = body[index];
    if (sign === QUOTE) index = endOfString(body, index);
    else if (sign === COMMA || sign === BRACE || sign === BRACKET) values += 1;
    else if (sign === COLON) names += 1;
    if (values > MAX_VALUES) return `has more than ${MAX_VALUES} values`;
    if (names > MAX_NAMES) return `has more than ${MAX_NAMES} object members`;
  }
  return null;
}

/**
 * Index of the closing quote of the string that begins at `start`; Node's own search is ten times as fast as
 * a loop.
 */
function endOfString(body: Uint8Array, start: number): number {
  for (let end = body.indexOf(QUOTE!, start + 1); end !== -1; end = body.indexOf(QUOTE!, end + 1)) {
    let before = end - 1;
    while (before > start && body[before] === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 1) return end;
  }
  return body.length;
}
