import { type GraphQLInputType, getNamedType, isInputObjectType } from 'graphql';
import type { z } from 'zod';
import { createLog } from '../../src/log.ts';
import type { Field } from './documents.ts';
import type { Values } from './inputs.ts';
import { type Place, schemaOf } from './parts.ts';

/** Looks like a key that was pasted into the wrong field. */
export const CANARY = 'sk-canary7f3a9';

/** A value of each type that a field may be given although it takes another. */
export const WRONG: readonly [what: string, value: unknown][] = [
  ['a text', CANARY],
  ['an object', { secret: CANARY }],
  ['a list', [CANARY]],
  ['lists in a list', [[{ secret: CANARY }], [CANARY]]],
  ['an address with a password', `https://user:${CANARY}@example.com/`],
  ['a text that is too long', CANARY.repeat(600)],
  ['a text with a control character', `${CANARY}\u0000`],
];

/** A log whose lines are kept. */
export function keepLog() {
  const lines: string[] = [];
  const log = createLog('trace', { write: (line) => void lines.push(line) });
  return { log, lines };
}

/** Every member of the arguments of a field, objects and lists included. */
export function inputPlaces({ args }: Field): Place[] {
  return args.flatMap((one) => membersBelow(one.type, [one.name], []));
}

function membersBelow(type: GraphQLInputType, path: string[], above: string[]): Place[] {
  const named = getNamedType(type);
  if (!isInputObjectType(named) || above.includes(named.name)) return [path];
  const members = Object.values(named.getFields());
  return [
    path,
    ...members.flatMap((one) => membersBelow(one.type, [...path, one.name], [...above, named.name])),
  ];
}

/** Every member of what a row or a command takes, objects and lists included. */
export function allPlaces(input: z.ZodType): Place[] {
  return partsBelow(schemaOf(input), []);
}

type JsonSchema = z.core.JSONSchema.JSONSchema;

function partsBelow(schema: JsonSchema, path: string[]): Place[] {
  const ways = (schema.anyOf ?? schema.oneOf ?? [schema]) as JsonSchema[];
  const below = ways.flatMap(({ properties = {}, items }) => [
    ...Object.entries(properties).flatMap(([name, member]) =>
      partsBelow(member as JsonSchema, [...path, name]),
    ),
    ...(items ? partsBelow([items].flat()[0] as JsonSchema, [...path, '0']) : []),
  ]);
  return path.length === 0 ? below : [path, ...below];
}

/** The same value with another in a place. What does not exist on the way is made. */
export function withWrong(value: unknown, place: Place, wrong: unknown): unknown {
  const [name, ...rest] = place;
  if (name === undefined) return wrong;
  if (Array.isArray(value) && name !== '0') return [withWrong(value[0], place, wrong)];
  if (name === '0') return [withWrong(Array.isArray(value) ? value[0] : undefined, rest, wrong)];
  const object = typeof value === 'object' && value !== null ? (value as Values) : {};
  return { ...object, [name]: withWrong(object[name], rest, wrong) };
}

/** As a literal of GraphQL; enum values become texts, which is wrong as well. */
export function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).map(([name, member]) => `${name}: ${literal(member)}`);
  return `{ ${members.join(', ')} }`;
}
