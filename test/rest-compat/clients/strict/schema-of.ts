import { z } from 'zod';

const ZULU = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const NAIVE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/;
const HEX = /^[0-9a-f]{24}$/;

/** Documented as `{ ... }`. */
export const ELIDED = Symbol('elided');

/**
 * The schema that someone would generate from the examples of a document: every member is required, with the type that
 * the examples have, and there are no others. Times and ids have the format of the examples.
 * @param examples of the same thing; a member that is null in one of them may be null
 */
export function schemaOf(...examples: readonly unknown[]): z.ZodType {
  const known = examples.filter((example) => example !== null);
  const schema = known.length > 0 ? schemaOfAll(known) : z.unknown();
  return known.length < examples.length ? schema.nullable() : schema;
}

function schemaOfAll(examples: readonly unknown[]): z.ZodType {
  const [first] = examples;
  if (first === ELIDED) return z.record(z.string(), z.unknown());
  if (typeof first === 'number') return z.number();
  if (typeof first === 'boolean') return z.boolean();
  if (Array.isArray(first)) {
    const items = examples.flatMap((example) => example as unknown[]);
    return z.array(items.length > 0 ? schemaOf(...items) : z.unknown());
  }
  if (typeof first === 'object') return z.strictObject(membersOf(examples as Record<string, unknown>[]));
  const format = [ZULU, NAIVE, HEX].find((each) => each.test(String(first)));
  return format ? z.string().regex(format) : z.string();
}

function membersOf(examples: readonly Record<string, unknown>[]): Record<string, z.ZodType> {
  const names = [...new Set(examples.flatMap(Object.keys))];
  return Object.fromEntries(
    names.map((name) => {
      const having = examples.filter((example) => name in example);
      const schema = schemaOf(...having.map((example) => example[name]));
      return [name, having.length < examples.length ? schema.optional() : schema];
    }),
  );
}
