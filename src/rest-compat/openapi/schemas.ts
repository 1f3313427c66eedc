import { z } from 'zod';
import type { BodyDocument, FieldLimits } from '../definitions/documentation.ts';
import { ON_THE_WIRE } from '../shapes/query.ts';

export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** The component schemas of a document, each described once under its name. */
export interface Components {
  schemas: Record<string, JsonSchema>;
  /** @returns a reference to the component. @throws Error when another shape has the name already */
  refer(shape: z.ZodType, document: BodyDocument): JsonSchema;
}

const REFERENCE = '#/components/schemas/';

export function createComponents(): Components {
  const shapes = new Map<string, z.ZodType>();
  const schemas: Record<string, JsonSchema> = {};
  return {
    schemas,
    refer(shape, { name, example, fields = {} }) {
      const known = shapes.get(name);
      if (known && known !== shape) throw new Error(`two shapes are called ${name}`);
      if (!known) {
        shapes.set(name, shape);
        schemas[name] = limited({ title: name, ...toJsonSchema(shape) }, fields);
      }
      if (example !== undefined) schemas[name]!.examples ??= [example];
      return { $ref: `${REFERENCE}${name}` };
    },
  };
}

/** The JSON schema of what clients send: a number in a query is a number, although the server receives text. */
export function toJsonSchema(shape: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(shape, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
    override({ zodSchema, jsonSchema }) {
      const written = ON_THE_WIRE.get(zodSchema);
      if (written) replace(jsonSchema, written);
      // zod omits the default of a converted value, because it is one of the output; here both are written alike.
      if (zodSchema instanceof z.ZodDefault) jsonSchema.default = zodSchema.def.defaultValue;
      tidy(jsonSchema);
    },
  });
  return schema;
}

function replace(schema: JsonSchema, by: object): void {
  for (const key of Object.keys(schema)) delete schema[key];
  Object.assign(schema, by);
}

/**
 * Removes the bounds of every JavaScript integer and patterns that a format already implies, which are of no use to a
 * client. Writes null as a second type, which is easier to read, and to add limits to, than a second schema.
 */
function tidy(schema: JsonSchema): void {
  const [given, none, ...others] = schema.anyOf ?? [];
  if (isSimple(given) && isNull(none) && others.length === 0) {
    delete schema.anyOf;
    Object.assign(schema, given, { type: [given.type, 'null'] });
  }
  delete schema.propertyNames;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.format === 'date-time') delete schema.pattern;
}

function isSimple(schema: JsonSchema['items']): schema is JsonSchema & { type: string } {
  return (
    typeof schema === 'object' &&
    'type' in schema &&
    ['integer', 'number', 'array'].includes(schema.type as string)
  );
}

function isNull(schema: JsonSchema['items']): boolean {
  return typeof schema === 'object' && 'type' in schema && schema.type === 'null';
}

/** @returns the schema, with these limits of its fields. @throws Error when it has no such field */
export function limited(schema: JsonSchema, fields: Readonly<Record<string, FieldLimits>>): JsonSchema {
  for (const [path, limits] of Object.entries(fields)) {
    const field = path.split('.').reduce<JsonSchema | undefined>(within, schema);
    if (!field) throw new Error(`there is no field ${path}`);
    Object.assign(field, limits);
  }
  return schema;
}

/** A member of an object that may be null, or with `*` the items of a list. */
function within(parent: JsonSchema | undefined, name: string): JsonSchema | undefined {
  const either = [parent, ...(parent?.anyOf ?? [])] as (JsonSchema | undefined)[];
  const found = either.flatMap((each) => (name === '*' ? each?.items : each?.properties?.[name]) ?? []);
  return found[0] as JsonSchema | undefined;
}
