import { z } from 'zod';
import { missingOr } from './input.ts';

/** The most objects of a list that the schema skips, because each has to be read. */
export const MOST_SKIPPED = 10_000;

/** The type that a query parameter has for clients and in the OpenAPI documents; the server receives text. */
export const ON_THE_WIRE = z.registry<
  { type: 'integer'; minimum: number; maximum: number } | { type: 'boolean' }
>();

/** A number in the query, where everything is text. Both limits are inclusive. */
export function queryInteger(min: number, max: number) {
  const wrong = `must be a whole number from ${min} to ${max}`;
  return z
    .string({ error: missingOr(wrong) })
    .regex(/^-?\d+$/, wrong)
    .transform(Number)
    .refine((given) => given >= min && given <= max, wrong)
    .register(ON_THE_WIRE, { type: 'integer', minimum: min, maximum: max });
}

/** `true` and `false`; Python writes them with a capital, some clients as 1 and 0. */
export function queryFlag() {
  return z
    .stringbool({ truthy: ['true', '1'], falsy: ['false', '0'], error: missingOr('must be true or false') })
    .register(ON_THE_WIRE, { type: 'boolean' });
}

/** Which part of a list: `limit` and `offset`, as the shape of a query. */
export function range(limit: { default: number; max: number }) {
  return {
    limit: queryInteger(1, limit.max)
      .default(limit.default)
      .meta({ description: 'How many to return at most.' }),
    offset: queryInteger(0, MOST_SKIPPED).default(0).meta({ description: 'How many to skip.' }),
  };
}
