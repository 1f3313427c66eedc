/** Postgres can store neither U+0000 nor unpaired surrogates; in text from outside they become U+FFFD. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/**
 * Whether the database can store a JSON value, given as output of `JSON.stringify`, which escapes U+0000 and
 * lone surrogates: one search is faster than walking all members.
 */
export function isStorableJson(json: string): boolean {
  return !UNSTORABLE.test(json);
}

/** Preceded by an even number of backslashes, so that it is an escape and not literal text. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/**
 * Splits off a trailing high surrogate: a vendor may cut a character in two, and its other half arrives with
 * the next piece. Returns the text to pass on, and the text to keep for later.
 */
export function splitIncomplete(text: string): [complete: string, rest: string] {
  const last = text.charCodeAt(text.length - 1);
  const isHighSurrogate = last >= 0xd800 && last <= 0xdbff;
  return isHighSurrogate ? [text.slice(0, -1), text.slice(-1)] : [text, ''];
}
