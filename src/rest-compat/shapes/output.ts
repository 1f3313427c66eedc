import type { introspection } from '../graphql-env.d.ts';

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

export function upperCase<Word extends string>(word: Word): Uppercase<Word> {
  return word.toUpperCase() as Uppercase<Word>;
}

/** Of Node in the schema. */
type NodeType = introspection['types']['Node']['possibleTypes'];

/** The id that GraphQL takes, of one from a path or a body. Whether it names anything is for the schema to say. */
export function globalIdOf(type: NodeType, plainId: string): string {
  return Buffer.from(`${type}:${plainId}`).toString('base64url');
}

/** `2025-08-30T09:52:58.278000`, as Python writes a UTC time that has forgotten that it is one. */
export function naiveMicroseconds(date: Date): string {
  return `${date.toISOString().slice(0, 23)}000`;
}
