/** Size limits of a JSON value. */
export interface JsonLimits {
  /** Characters of all strings and member names. */
  characters: number;
  /** Numbers, strings, lists, objects and so on, at any depth. */
  values?: number;
  /** Members of all objects; absent: as many as values. */
  members?: number;
}

const MAX_VALUES = 100_000;
const MAX_DEPTH = 500;

/**
 * Checks the size of a JSON value and returns the error message; null: it is within the limits. Stops at the
 * first exceeded limit, so that its cost is bounded; call it before anything that walks the whole value.
 */
export function jsonSizeProblem(
  given: unknown,
  { characters, values = MAX_VALUES, members = values }: JsonLimits,
): string | null {
  let leftCharacters = characters;
  let leftValues = values;
  let leftMembers = members;
  let level: unknown[] = [given];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return 'is nested too deeply';
    leftValues -= level.length;
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'string') leftCharacters -= value.length;
      else if (typeof value === 'object' && value !== null) {
        const before = next.length;
        leftCharacters -= addMembers(value, next, leftValues - before);
        if (!Array.isArray(value)) leftMembers -= next.length - before;
      }
      if (next.length > leftValues) return `must have at most ${values} values`;
      if (leftMembers < 0) return `must have at most ${members} object members`;
      if (leftCharacters < 0) return `must have at most ${characters} characters`;
    }
    level = next;
  }
  return null;
}

/**
 * Appends the members of a list or an object, at most one more than `capacity`. @returns total characters of
 * names
 */
function addMembers(value: object, to: unknown[], capacity: number): number {
  if (Array.isArray(value)) {
    const most = Math.min(value.length, capacity + 1);
    for (let index = 0; index < most; index += 1) to.push(value[index]);
    return 0;
  }
  let characters = 0;
  let added = 0;
  for (const name in value) {
    characters += name.length;
    to.push((value as Record<string, unknown>)[name]);
    added += 1;
    if (added > capacity) break;
  }
  return characters;
}
