import { isJsonObject, type JsonObject } from '../../rules/json/json-object.ts';

/** Schemas come from users, and a small one that contains itself has infinite instances. */
const DEEPEST = 32;
const MOST_PARTS = 1000;

/**
 * The smallest value that satisfies a JSON Schema, without solving constraints such as `pattern` and `not`;
 * null replaces parts that are too deep or too large.
 */
export function minimalInstance(schema: JsonObject): unknown {
  let parts = 0;
  function instanceOf(given: unknown, depth: number): unknown {
    parts += 1;
    if (!isJsonObject(given) || depth > DEEPEST || parts > MOST_PARTS) return null;
    const whole = mergeAll(given);
    if (typeof whole.$ref === 'string') return instanceOf(followed(whole, whole.$ref, schema), depth + 1);
    const choice = [...list(whole.anyOf), ...list(whole.oneOf)].find(isJsonObject);
    if (choice) return instanceOf(merge(choice, { ...whole, anyOf: null, oneOf: null }), depth + 1);
    if ('const' in whole) return whole.const;
    if (Array.isArray(whole.enum)) return whole.enum[0];
    if ('default' in whole) return whole.default;
    return MAKERS[typeOf(whole)](whole, (part) => instanceOf(part, depth + 1));
  }
  return instanceOf(schema, 0);
}

function mergeAll({ allOf, ...own }: JsonObject): JsonObject {
  return list(allOf).filter(isJsonObject).map(mergeAll).reduce(merge, own);
}

function followed({ $ref: _followed, ...own }: JsonObject, reference: string, root: JsonObject): JsonObject {
  const target = lookUp(reference, root);
  return target ? merge(own, target) : own;
}

function merge(one: JsonObject, other: JsonObject): JsonObject {
  const properties = { ...record(one.properties), ...record(other.properties) };
  const required = [...list(one.required), ...list(other.required)];
  return { ...other, ...one, properties, required };
}

/** `#` and paths below it, the only references possible in schemas without ids. */
function lookUp(reference: string, root: JsonObject): JsonObject | null {
  const steps = reference.replace(/^#\/?/, '').split('/').filter(Boolean);
  const found = steps.reduce<unknown>(
    (at, step) => (isJsonObject(at) ? at[step.replaceAll('~1', '/').replaceAll('~0', '~')] : null),
    root,
  );
  return isJsonObject(found) ? found : null;
}

type TypeName = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
type Maker = (schema: JsonObject, make: (part: unknown) => unknown) => unknown;

const MAKERS: Record<TypeName, Maker> = {
  object: (schema, make) => {
    const properties = record(schema.properties);
    return Object.fromEntries(
      list(schema.required).map((name) => [name, make(properties[String(name)] ?? {})]),
    );
  },
  array: ({ items, minItems }, make) =>
    Array.from({ length: Math.min(number(minItems, 0), 100) }, () => make(items ?? {})),
  string: ({ format, minLength }) =>
    (EXAMPLES.get(String(format)) ?? '').padEnd(Math.min(number(minLength, 0), 1000), 'x'),
  number: (schema) => smallest(schema),
  integer: (schema) => Math.ceil(smallest(schema)),
  boolean: () => false,
  null: () => null,
};

function typeOf({ type, properties, items }: JsonObject): TypeName {
  const [name] = list(type).length > 0 ? list(type) : [type];
  if (typeof name === 'string' && Object.hasOwn(MAKERS, name)) return name as TypeName;
  return properties ? 'object' : items ? 'array' : 'null';
}

const EXAMPLES = new Map([
  ['date', '2026-01-01'],
  ['date-time', '2026-01-01T00:00:00Z'],
  ['time', '00:00:00Z'],
  ['email', 'demo@example.com'],
  ['uri', 'https://example.com/'],
  ['uuid', '00000000-0000-4000-8000-000000000000'],
  ['ipv4', '192.0.2.1'],
  ['hostname', 'example.com'],
]);

function smallest({ minimum, exclusiveMinimum, maximum, multipleOf }: JsonObject): number {
  const least = Math.max(number(minimum, -Infinity), number(exclusiveMinimum, -Infinity));
  const start = least === -Infinity ? Math.min(0, number(maximum, 0)) : least;
  const step = number(multipleOf, 1);
  const value = Math.ceil(start / step) * step;
  return value > number(exclusiveMinimum, -Infinity) ? value : value + step;
}

function number(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function record(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
