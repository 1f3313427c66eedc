import { isJsonObject, type JsonObject } from '../json/json-object.ts';
/**
 * Converts the arguments of a tool call to what its schema requires. Models send no arguments at all, the
 * object as a string, in a list or one level too deep; null for absent members, numbers and booleans as
 * strings, one value for a list, a list of one for a value, and other spellings of names. Ambiguous input
 * stays unchanged, so that the schema rejects it.
 * @param text the arguments as written by the model. @returns null when they are not a JSON object
 */
export function readToolInput(schema: JsonObject, text: string): JsonObject | null {
  const given = objectIn(text.trim() === '' ? {} : parsed(text));
  return given && coerceObject(schema, unwrapped(schema, given));
}

function objectIn(value: unknown): JsonObject | null {
  const read = typeof value === 'string' ? parsed(value) : value;
  if (read === null) return {};
  if (Array.isArray(read)) return read.length === 1 && isJsonObject(read[0]) ? read[0] : null;
  return isJsonObject(read) ? read : null;
}

/** Extracts the arguments from `{"arguments": {…}}`, `{"name": …, "input": {…}}` or `{"read_file": {…}}`. */
function unwrapped(schema: JsonObject, given: JsonObject): JsonObject {
  const names = Object.keys(propertiesOf(schema));
  if (Object.keys(given).some((name) => nameAmong(names, name))) return given;
  const inner = Object.values(given)
    .map((value) => (typeof value === 'string' ? parsed(value) : value))
    .filter(isJsonObject);
  const [only] = inner;
  if (!only || inner.length > 1) return given;
  const isTheirs = Object.keys(only).every((name) => nameAmong(names, name));
  return isTheirs ? only : given;
}

function coerceObject(schema: JsonObject, given: JsonObject): JsonObject {
  const properties = propertiesOf(schema);
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const members = Object.entries(given).flatMap(([word, value]) => {
    const name = memberFor(word, properties, given);
    if (value === null && !(name !== null && (required.includes(name) || takesNull(properties[name]!))))
      return [];
    return [name === null ? [word, value] : [name, coerce(properties[name]!, value)]];
  });
  return Object.fromEntries(members);
}

/**
 * The member that a name refers to, possibly in another spelling; null: none, or one that is present itself.
 */
function memberFor(word: string, properties: JsonObject, given: JsonObject): string | null {
  const name = nameAmong(Object.keys(properties), word);
  return name === word || (name !== null && !Object.hasOwn(given, name)) ? name : null;
}

const plain = (name: string) => name.replaceAll(/[_\-\s]/g, '').toLowerCase();

function nameAmong(names: readonly string[], word: string): string | null {
  return names.find((name) => name === word) ?? names.find((name) => plain(name) === plain(word)) ?? null;
}

function coerce(schema: JsonObject, value: unknown): unknown {
  if (Array.isArray(schema.enum)) return chosen(schema.enum, value);
  const type = typeof schema.type === 'string' ? schema.type : null;
  if (Array.isArray(value) && value.length === 1 && type !== null && type !== 'array') {
    return isJsonObject(value[0]) === (type === 'object') ? coerce(schema, value[0]) : value;
  }
  if (type === 'integer' || type === 'number') return numberIn(value);
  if (type === 'boolean') return booleanIn(value);
  if (type === 'array') return listOf(schema, value);
  if (type !== 'object') return value;
  const object = typeof value === 'string' ? parsed(value) : value;
  return isJsonObject(object) ? coerceObject(schema, object) : value;
}

function numberIn(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[+-]?\d+(\.\d+)?\s*$/.test(value)) return value;
  return Number(value);
}

const BOOLEANS = new Map([
  ['true', true],
  ['yes', true],
  ['false', false],
  ['no', false],
]);

function booleanIn(value: unknown): unknown {
  return typeof value === 'string' ? (BOOLEANS.get(value.trim().toLowerCase()) ?? value) : value;
}

function chosen(words: readonly unknown[], value: unknown): unknown {
  if (typeof value !== 'string' || words.includes(value)) return value;
  return words.find((word) => typeof word === 'string' && plain(word) === plain(value)) ?? value;
}

function listOf(schema: JsonObject, value: unknown): unknown {
  const read = typeof value === 'string' ? (parsed(value) ?? value) : value;
  const list = Array.isArray(read) ? read : isJsonObject(read) ? [read] : [value];
  const items = isJsonObject(schema.items) ? schema.items : {};
  return list.map((item) => coerce(items, item));
}

function takesNull(schema: JsonObject): boolean {
  return JSON.stringify(schema).includes('"null"');
}

function propertiesOf(schema: JsonObject): Readonly<Record<string, JsonObject>> {
  return isJsonObject(schema.properties) ? (schema.properties as Record<string, JsonObject>) : {};
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
