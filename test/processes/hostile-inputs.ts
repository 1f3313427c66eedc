import fc from 'fast-check';
import {
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { DIALECT_TABLES } from '../../src/rest-compat/index.ts';
import { schema } from '../../src/schema/index.ts';
import { END_LOGINS } from '../sweep/attempts.ts';
import { documentsFor, OPERATIONS, rootFields } from '../sweep/documents.ts';

export interface HostileRequest {
  method: string;
  path: string;
  body: unknown;
}

/** Short things of every kind, and what is costly to read, to compile or to repeat. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '{{',
    '{% for i in (1..1000000) %}{{ i }}{% endfor %}',
    '\\p{L}{1000}',
    '\0',
    '__proto__',
    '-1',
  ),
  fc.nat({ max: 300_000 }).map((length) => 'x'.repeat(length)),
  fc.nat({ max: 20_000 }).map((count) => '{{ a | append: a }}'.repeat(count)),
);

const json = fc.oneof(
  fc.jsonValue(),
  fc
    .nat({ max: 30_000 })
    .map((size) => Object.fromEntries(Array.from({ length: size }, (_, n) => [`p${n}`, '{{a}}']))),
  fc.nat({ max: 3_000 }).map((depth) => Array.from({ length: depth }).reduce((inner) => ({ a: inner }), {})),
  fc.nat({ max: 500 }).map((count) => ({
    anyOf: Array.from({ length: count }, (_, n) => ({ pattern: `(\\p{L}{1,${n}}){1,4}` })),
  })),
);

const SCALARS: Record<string, fc.Arbitrary<unknown>> = {
  String: text,
  ID: text,
  Int: fc.oneof(fc.integer(), fc.nat({ max: 100 })),
  Float: fc.double({ noNaN: true }),
  Boolean: fc.boolean(),
  DateTime: fc.constantFrom('2099-01-01T00:00:00Z', 'never'),
  JSON: json,
};

/** Items of a list; of a list in a list fewer, or one value of a text would become gigabytes. */
const MAX_ITEMS = [200, 20, 5];

function valueFor(type: GraphQLInputType, depth = 0): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return valueFor(type.ofType, depth);
  if (isListType(type)) {
    const item = valueFor(type.ofType, depth + 1);
    return fc
      .tuple(item, fc.nat({ max: MAX_ITEMS[depth] ?? 1 }))
      .map(([one, count]) => Array(count).fill(one));
  }
  const named = getNamedType(type);
  if (isEnumType(named)) return fc.constantFrom(...named.getValues().map(({ name }) => name));
  if (!isInputObjectType(named)) return SCALARS[named.name] ?? text;
  if (depth > 6) return fc.constant({});
  const members = Object.values(named.getFields()).map((member) => [
    member.name,
    valueFor(member.type, depth + 1),
  ]);
  const required = Object.values(named.getFields()).filter(({ type: of }) => isNonNullType(of));
  return fc.record(Object.fromEntries(members), {
    requiredKeys: required.map(({ name }) => name) as never[],
  });
}

const operations = OPERATIONS.filter((operation) => operation !== 'subscription').flatMap((operation) =>
  rootFields(schema, operation)
    // They would end the login with which everything else is sent.
    .filter(({ name }) => !END_LOGINS.includes(name))
    .map((field) => ({ operation, field })),
);

/** A document of the schema with values of hostile sizes. */
export const graphqlRequest: fc.Arbitrary<HostileRequest> = fc
  .constantFrom(...operations)
  .chain(({ operation, field }) =>
    fc.record(Object.fromEntries(field.args.map((one) => [one.name, valueFor(one.type)]))).map((given) => {
      const variables = given as Record<string, unknown>;
      const [query] = documentsFor(schema, operation, field, variables);
      return { method: 'POST', path: '/graphql', body: { query, variables } };
    }),
  );

const rows = Object.values(DIALECT_TABLES).flatMap(({ name, endpoints }) =>
  // One that waits for a run takes as long as that.
  endpoints.filter(({ wait }) => !wait).map(({ method, path }) => ({ method, path: `/${name}${path}` })),
);

/** Any body at any endpoint of the dialects, with any ids in its path. */
export const dialectRequest: fc.Arbitrary<HostileRequest> = fc
  .tuple(
    fc.constantFrom(...rows),
    fc.string({ maxLength: 100 }),
    fc.dictionary(fc.constantFrom(...memberNames()), fc.oneof(text, json)),
  )
  .map(([{ method, path }, id, body]) => ({
    method,
    path: path.replaceAll(/\{\w+\}/g, encodeURIComponent(id)),
    body,
  }));

function memberNames(): string[] {
  return [
    'title',
    'description',
    'steps',
    'parameters',
    'template',
    'name',
    'prompt',
    'settings',
    'type',
    'task_type',
  ];
}
