import { z } from 'zod';

/** The ids and names in a path; any value may name something. */
export function path<Name extends string>(...names: Name[]) {
  const shape = Object.fromEntries(names.map((name) => [name, z.string()]));
  return z.object(shape as Record<Name, z.ZodString>);
}

/** A JSON object; limits are checked by the use cases, so that they are the same in every API. */
export function jsonBody<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape, { error: missingOr('must be a JSON object') });
}

/** zod needs a microsecond or two for each; lower limits are checked by the use cases. */
const MAX_MEMBERS = 10_000;

/** An object with arbitrary members. */
export function anyObject() {
  return z.preprocess(
    (given, context) => {
      const count = typeof given === 'object' && given !== null ? Object.keys(given).length : 0;
      if (count <= MAX_MEMBERS) return given;
      context.addIssue({ code: 'custom', message: `must have at most ${MAX_MEMBERS} members` });
      return z.NEVER;
    },
    z.record(z.string(), z.unknown(), { error: missingOr('must be a JSON object') }),
  );
}

export function text() {
  return z.string({ error: missingOr('must be text') });
}

export function number() {
  return z.number({ error: missingOr('must be a number') });
}

/** 32 bits, as in GraphQL. */
export function integer() {
  return z.int32({ error: missingOr('must be a whole number') });
}

export function flag() {
  return z.boolean({ error: missingOr('must be true or false') });
}

/** An upper bound for all lists; the use-cases check the limit of each. */
const MAX_ITEMS = 1_000;

export function list<Item extends z.ZodType>(item: Item) {
  return z.preprocess(
    (given, context) => {
      if (!Array.isArray(given) || given.length <= MAX_ITEMS) return given;
      context.addIssue({ code: 'custom', message: `must have at most ${MAX_ITEMS} items` });
      return z.NEVER;
    },
    z.array(item, { error: missingOr('must be a list') }),
  );
}

/** One of a dialect's words, in a body or in the query. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: missingOr(`must be one of ${words.join(', ')}`) });
}

const MOMENT = 'must be a date and time such as 2030-01-01T00:00:00Z';

/** Without an offset it is UTC: Python's `isoformat()` of a naive time has none. */
export function moment() {
  return z.iso
    .datetime({ offset: true, local: true, error: missingOr(MOMENT) })
    .transform((given) => new Date(/(Z|[+-]\d\d:\d\d)$/.test(given) ? given : `${given}Z`))
    .refine(isFourDigitYear, MOMENT);
}

/** An offset can carry the last day of 9999 into a year that ISO 8601 cannot write in four digits. */
function isFourDigitYear(date: Date): boolean {
  return date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9999;
}

/** Removes undefined members; null is kept because it has a meaning. */
export function withoutAbsent<Given extends object>(given: Given) {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as { [Name in keyof Given]?: Exclude<Given[Name], undefined> };
}

export function missingOr(wrong: string) {
  return ({ input }: { input?: unknown }) => (input === undefined ? 'is required' : wrong);
}
