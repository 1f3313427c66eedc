import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Endpoint } from '../../src/rest-compat/definitions/endpoint.ts';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** A place of a request of a dialect that takes a text: `params.task_id`, `body.steps.0.agent_id`. */
export type Place = readonly string[];

export type Parts = Record<'params' | 'query' | 'body', unknown>;

/** What the caller owns, in the form that dialects print, by the name of its type. */
export type Own = Readonly<Record<string, string>>;

/** Where the default of a type is no valid value, by the name of the member. */
const VALID: Record<string, unknown> = {
  cron: '0 0 1 1 *',
  email: 'sweep@example.com',
  url: 'https://example.com/hook',
  base_url: 'https://example.com/v1',
  platform: 'slack',
  priority: '5',
};

/** Each request has another, so that nothing is made twice and no login succeeds by chance. */
const UNIQUE = ['id', 'password'];

/** Members of an object, by its name, without which a request is refused although its input does not require them. */
const ALSO: Record<string, readonly string[]> = { steps: ['task'], credentials: ['token'] };

/** The type of what a member names, where its name does not say so. */
const TYPES: Record<string, string> = {
  depends_on: 'Task',
  model_id: 'model',
  user_id: 'label',
  template: 'template',
  template_name: 'template',
  model_name: 'model',
};

const NAMED = [
  'Agent',
  'Artifact',
  'Execution',
  'Model',
  'Orchestration',
  'Session',
  'Task',
  'Thread',
  'Workflow',
];

/** The type of the id that a member takes; null: a text that is nothing's id. */
export function typeNamedBy(member: string): string | null {
  if (member in TYPES) return TYPES[member]!;
  return /_ids?$/.test(member) ? (NAMED.find((type) => member.startsWith(type.toLowerCase())) ?? null) : null;
}

/** Of what a row or a command takes, as its input describes it. */
export function schemaOf(input: z.ZodType): JsonSchema {
  return z.toJSONSchema(input, { io: 'input', unrepresentable: 'any', reused: 'inline' });
}

export function placesOf(input: z.ZodType): Place[] {
  return placesBelow(schemaOf(input), []);
}

function placesBelow(schema: JsonSchema, path: string[]): Place[] {
  const ways = schema.anyOf ?? schema.oneOf;
  if (ways) return placesBelow((ways as JsonSchema[]).find(({ type }) => type !== 'null') ?? {}, path);
  if (isA(schema, 'array')) return placesBelow(itemsOf(schema), [...path, '0']);
  if (isA(schema, 'string') && !schema.enum) return [path];
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
    placesBelow(member as JsonSchema, [...path, name]),
  );
}

/** Every member of what a row or a command takes, of whatever type, objects and lists included. */
export function allPlaces(input: z.ZodType): Place[] {
  const places = allBelow(schemaOf(input), []);
  return [...new Map(places.map((place) => [place.join('.'), place])).values()];
}

function allBelow(schema: JsonSchema, path: string[]): Place[] {
  const ways = (schema.anyOf ?? schema.oneOf ?? [schema]) as JsonSchema[];
  const below = ways.flatMap(({ properties = {}, items }) => [
    ...Object.entries(properties).flatMap(([name, member]) =>
      allBelow(member as JsonSchema, [...path, name]),
    ),
    ...(items ? allBelow([items].flat()[0] as JsonSchema, [...path, '0']) : []),
  ]);
  return path.length === 0 ? below : [path, ...below];
}

/** What may be absent is of two types. */
function isA({ type }: JsonSchema, name: string): boolean {
  return [type].flat().includes(name as never);
}

function itemsOf({ items }: JsonSchema): JsonSchema {
  return (Array.isArray(items) ? items[0] : items) as JsonSchema;
}

/** What a row takes at least, and a value in one more place. */
export function fill(
  schema: JsonSchema,
  own: Own,
  place: Place | null,
  value: string,
  path: Place = [],
): unknown {
  if (place && path.length === place.length && path.every((name, index) => name === place[index]))
    return value;
  const ways = schema.anyOf ?? schema.oneOf;
  if (ways) {
    const way = (ways as JsonSchema[]).find(({ type }) => type !== 'null') ?? {};
    return fill(way, own, place, value, path);
  }
  const member = path.findLast((name) => !/^\d+$/.test(name)) ?? '';
  if (schema.enum) return schema.enum[0];
  if (isA(schema, 'array')) return [fill(itemsOf(schema), own, place, value, [...path, '0'])];
  if (isA(schema, 'object')) return fillObject(schema, own, place, value, path);
  const type = typeNamedBy(member);
  if (type && own[type]) return own[type];
  // A step's id has letters, digits and _, and does not begin with a digit.
  if (UNIQUE.includes(member)) return `x${randomUUID().replaceAll('-', '_')}`;
  if (member in VALID) return VALID[member];
  return DEFAULTS[[schema.type].flat().find((one) => one !== 'null') ?? ''];
}

const DEFAULTS: Record<string, unknown> = { string: 'x', number: 1, integer: 1, boolean: true };

function fillObject(schema: JsonSchema, own: Own, place: Place | null, value: string, path: Place): unknown {
  const isOnTheWay = place && path.every((name, index) => name === place[index]);
  const next = isOnTheWay ? place[path.length] : undefined;
  const { properties = {}, required = [] } = schema;
  const also = ALSO[path.findLast((name) => !/^\d+$/.test(name)) ?? ''];
  const chosen = Object.entries(properties).filter(
    ([name]) => required.includes(name) || also?.includes(name) || name === next,
  );
  return Object.fromEntries(
    chosen.map(([name, member]) => [name, fill(member as JsonSchema, own, place, value, [...path, name])]),
  );
}

export function requestOf(
  row: Endpoint,
  { own, place, value }: { own: Own; place: Place | null; value: string },
) {
  const parts = fill(schemaOf(row.input), own, place, value) as Partial<Parts>;
  const params = { ...(parts.params as Record<string, string>) };
  const path = row.path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(params[name])));
  const query = new URLSearchParams(parts.query as Record<string, string>).toString();
  return { method: row.method, path: query ? `${path}?${query}` : path, body: parts.body };
}
