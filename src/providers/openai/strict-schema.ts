import { isJsonObject, type JsonObject } from '../../rules/json/json-object.ts';

// https://platform.openai.com/docs/guides/structured-outputs
const KEYWORDS = new Set([
  ...['$defs', '$ref', 'additionalProperties', 'anyOf', 'const', 'description', 'enum', 'exclusiveMaximum'],
  ...['exclusiveMinimum', 'format', 'items', 'maxItems', 'maximum', 'minItems', 'minimum', 'multipleOf'],
  ...['pattern', 'properties', 'required', 'title', 'type'],
]);

/**
 * Whether OpenAI can strictly enforce a schema; it rejects others. Objects must be closed with every property
 * required, and the root must be an object.
 */
export function isStrict(schema: JsonObject): boolean {
  return schema.type === 'object' && isStrictPart(schema);
}

/** A schema as OpenAI takes it, in either of its APIs. */
export function namedSchema(schema: JsonObject) {
  return { name: 'answer', schema: { ...schema }, strict: isStrict(schema) };
}

function isStrictPart(schema: unknown): boolean {
  if (!isJsonObject(schema) || !Object.keys(schema).every((key) => KEYWORDS.has(key))) return false;
  const properties = record(schema.properties);
  const parts = [...Object.values(properties), ...Object.values(record(schema.$defs)), ...list(schema.anyOf)];
  if (schema.items !== undefined) parts.push(schema.items);
  return (schema.type !== 'object' || isClosed(schema, Object.keys(properties))) && parts.every(isStrictPart);
}

function isClosed(schema: JsonObject, names: readonly string[]): boolean {
  const required = list(schema.required);
  return schema.additionalProperties === false && names.every((name) => required.includes(name));
}

function record(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
