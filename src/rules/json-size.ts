/** What a JSON value may consist of. */
export interface JsonLimits {
  /** Characters of all its texts and names. */
  characters: number;
  /** Numbers, texts, lists, objects and so on, at any depth. */
  values?: number;
}

const MAX_VALUES = 100_000;
const MAX_DEPTH = 500;

/**
 * What is wrong with the size of a JSON value; null: nothing. It ends at the first limit that is exceeded, so that
 * it costs no more than those allow, and comes before anything that walks through the whole value.
 */
export function jsonSizeFault(
  given: unknown,
  { characters, values = MAX_VALUES }: JsonLimits,
): string | null {
  let leftCharacters = characters;
  let leftValues = values;
  let level: unknown[] = [given];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return 'is nested too deep';
    leftValues -= level.length;
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'string') leftCharacters -= value.length;
      else if (typeof value === 'object' && value !== null) {
        leftCharacters -= addMembers(value, next, leftValues - next.length);
      }
      if (next.length > leftValues) return `must have at most ${values} values`;
      if (leftCharacters < 0) return `must have at most ${characters} characters`;
    }
    level = next;
  }
  return null;
}

/** Adds what is in a list or an object, as far as there is room for it and one more. @returns characters of names */
function addMembers(value: object, to: unknown[], room: number): number {
  if (Array.isArray(value)) {
    const most = Math.min(value.length, room + 1);
    for (let index = 0; index < most; index += 1) to.push(value[index]);
    return 0;
  }
  let characters = 0;
  let added = 0;
  for (const name in value) {
    characters += name.length;
    to.push((value as Record<string, unknown>)[name]);
    added += 1;
    if (added > room) break;
  }
  return characters;
}
