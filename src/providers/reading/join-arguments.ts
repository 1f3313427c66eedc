import { isJsonObject } from '../../rules/json/json-object.ts';

/**
 * The arguments of a call, as JSON where they can be read as such, of the pieces that they came in. Servers begin with
 * an empty object or the word null, repeat the whole in the last piece, or send in each piece all that came before.
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

/** JSON within a string of JSON, as proxies make of it, is meant once; null is nothing. */
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
