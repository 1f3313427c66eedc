/** Postgres can store neither U+0000 nor half a surrogate pair; in what others send they become U+FFFD. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/**
 * Whether a database can hold a JSON value, given as output of `JSON.stringify`, which escapes U+0000 and lone
 * surrogates: one search is faster than a walk through all members.
 */
export function isStorableJson(json: string): boolean {
  return !UNSTORABLE.test(json);
}

/** An even number of backslashes comes before it, so that it is an escape and not literal text. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/**
 * Splits off a trailing high surrogate: a vendor may cut a character in two, and its other half comes with the
 * next piece. Returns what may be passed on, and what has to wait.
 */
export function splitIncomplete(text: string): [complete: string, rest: string] {
  const last = text.charCodeAt(text.length - 1);
  const isHighSurrogate = last >= 0xd800 && last <= 0xdbff;
  return isHighSurrogate ? [text.slice(0, -1), text.slice(-1)] : [text, ''];
}
