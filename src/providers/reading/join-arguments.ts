import { isJsonObject } from '../../rules/json/json-object.ts';

/**
 * Joins the pieces of a call's arguments, as JSON if possible. Servers begin with an empty object or the word
 * null, repeat the whole in the last piece, or send in each piece everything before it.
 */
export function joinArguments(pieces: readonly string[]): string {
  const joined = pieces.join('');
  if (joined.trim() === '' || parse(joined) !== undefined) return unwrapped(joined);
  const last = pieces.at(-1) ?? '';
  const before = pieces.slice(0, -1).join('');
  const candidates = [
    joined.replace(/^(\{\}|null)+(?=.)/, ''),
    ...(pieces.length > 1 && (last === before || isGrowing(pieces)) ? [last] : []),
    ...(isSame(before, last) ? [last] : []),
  ];
  return candidates.find((candidate) => parse(candidate) !== undefined) ?? joined;
}

/** Whether each piece begins with the one before it. */
function isGrowing(pieces: readonly string[]): boolean {
  return pieces.every((piece, index) => piece.startsWith(pieces[index - 1] ?? ''));
}

function isSame(one: string, other: string): boolean {
  const value = parse(one);
  return isJsonObject(value) && JSON.stringify(value) === JSON.stringify(parse(other));
}

/** JSON within a JSON string, as some proxies create it, is unwrapped; null means nothing. */
function unwrapped(json: string): string {
  const value = parse(json);
  if (value === null) return '';
  return typeof value === 'string' && isJsonObject(parse(value)) ? value : json;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
