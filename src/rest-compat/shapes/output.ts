import type { introspection } from '../graphql-env.d.ts';

/**
 * The id as shown in the older APIs, from the global id: base64url of `User:<uuid>`. For clients of GraphQL
 * that format is opaque; a field of the schema with every id in a second format would invite them to mix the
 * two.
 */
export function plainId(globalId: string): string {
  const decoded = Buffer.from(globalId, 'base64url').toString();
  return decoded.slice(decoded.indexOf(':') + 1);
}

/** `2024-01-01T00:00:00Z`, the documented format of times. */
export function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** GraphQL's enum values are in capitals. */
export function lowerCase<Word extends string>(word: Word): Lowercase<Word> {
  return word.toLowerCase() as Lowercase<Word>;
}

export function upperCase<Word extends string>(word: Word): Uppercase<Word> {
  return word.toUpperCase() as Uppercase<Word>;
}

/** Types that implement Node in the schema. */
type NodeType = introspection['types']['Node']['possibleTypes'];

/** The global id for an id from a path or a body. Whether it exists is checked by the schema. */
export function globalIdOf(type: NodeType, plainId: string): string {
  return Buffer.from(`${type}:${plainId}`).toString('base64url');
}

/** `2025-08-30T09:52:58.278000`, as Python formats a UTC time without a zone. */
export function naiveMicroseconds(date: Date): string {
  return `${date.toISOString().slice(0, 23)}000`;
}
