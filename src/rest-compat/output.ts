/**
 * The id as the old documents show it, out of the one that GraphQL prints: base64url of `User:<uuid>`. To the
 * clients of GraphQL that form is opaque; this room is in the house, and a field of the schema that prints
 * every id a second time would invite them to mix the two.
 */
export function plainId(globalId: string): string {
  const decoded = Buffer.from(globalId, 'base64url').toString();
  return decoded.slice(decoded.indexOf(':') + 1);
}

/** `2024-01-01T00:00:00Z`, as the documents write times. */
export function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** GraphQL writes its words in capitals. */
export function lowerCase<Word extends string>(word: Word): Lowercase<Word> {
  return word.toLowerCase() as Lowercase<Word>;
}
