import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

export const OPERATIONS = ['query', 'mutation', 'subscription'] as const;
export type Operation = (typeof OPERATIONS)[number];

export type Field = GraphQLField<unknown, unknown>;

export function rootFields(schema: GraphQLSchema, operation: Operation): Field[] {
  return Object.values(schema.getRootType(operation as never)?.getFields() ?? {});
}

/** Documents that ask a root field for all there is below it; one for each type that it may be of. */
export function documentsFor(
  schema: GraphQLSchema,
  operation: Operation,
  field: Field,
  variables: Record<string, unknown>,
): string[] {
  const head = headOf(operation, field, variables);
  return selections(schema, field.type).map((selection) => `${head} ${selection} }`);
}

function headOf(operation: Operation, { name, args }: Field, variables: Record<string, unknown>): string {
  const given = args.filter((argument) => argument.name in variables);
  const definitions = given.map((argument) => `$${argument.name}: ${argument.type}`).join(', ');
  const values = given.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  return `${operation} ${definitions && `(${definitions})`} { ${name} ${values && `(${values})`}`;
}

/** The shortest that shows whether there is an answer. */
export function shortDocumentFor(
  operation: Operation,
  field: Field,
  variables: Record<string, unknown>,
): string {
  const selection = isCompositeType(getNamedType(field.type)) ? '{ __typename }' : '';
  return `${headOf(operation, field, variables)} ${selection} }`;
}

/** Documents that ask for a page, or for more than the id of an object, that the result of a mutation refers to. */
export function nestedDocumentsFor(field: Field, variables: Record<string, unknown>): string[] {
  // The edge of a new object leads to that object; test/runs/new-run-edges.test.ts tries what is behind it.
  const results = compositesOf(getNamedType(field.type)).filter(
    ({ type }) => !getNamedType(type).name.endsWith('Edge'),
  );
  return results.flatMap((result) =>
    compositesOf(getNamedType(result.type)).flatMap((nested) => {
      const selection = selectionOfNested(nested);
      const head = headOf('mutation', field, variables);
      return selection ? [`${head} { ${result.name} { ${nested.name} ${selection} } } }`] : [];
    }),
  );
}

function compositesOf(type: GraphQLNamedType): Field[] {
  if (!isObjectType(type)) return [];
  return Object.values(type.getFields()).filter(({ type: of }) => isCompositeType(getNamedType(of)));
}

/** @returns null: neither an object with an id nor a page. */
function selectionOfNested({ type, args }: Field): string | null {
  const named = getNamedType(type);
  if (named.name.endsWith('Connection')) return `${shortest(args)} { pageInfo { endCursor } }`;
  // A part of its run, which is shown with it.
  if (named.name === 'ModelCall') return null;
  if (!isObjectType(named) || !named.getInterfaces().some(({ name }) => name === 'Node')) return null;
  const plain = Object.values(named.getFields()).find(
    (one) => one.name !== 'id' && !isCompositeType(getNamedType(one.type)),
  );
  return `{ id ${plain!.name} }`;
}

function selections(schema: GraphQLSchema, type: GraphQLOutputType): string[] {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return [''];
  if (!isAbstractType(named)) return withinLimits(fieldsOf(schema, named, []), () => oneByOne(schema, named));
  return schema
    .getPossibleTypes(named)
    .flatMap((possible) =>
      withinLimits(fieldsOf(schema, possible, []), () => oneByOne(schema, possible)).map(
        (selection) => `{ __typename ... on ${possible.name} ${selection} }`,
      ),
    );
}

/** What a document may have is bounded; of more, each field has one of its own. */
const MAX_TOKENS = 1200;

function withinLimits(selection: string, otherwise: () => string[]): string[] {
  return (selection.match(/\w+|[^\s\w]/g) ?? []).length > MAX_TOKENS ? otherwise() : [selection];
}

/** Selections of one field each, or of one field below it where that is still too much. */
function oneByOne(schema: GraphQLSchema, type: GraphQLObjectType, above: string[] = []): string[] {
  const path = [...above, type.name];
  return selectable(type).flatMap((field) => {
    const nested = getNamedType(field.type);
    const whole = `{ __typename ${selected(schema, field, path)} }`;
    const head = `${field.name} ${shortest(field.args)}`;
    return withinLimits(whole, () =>
      isObjectType(nested)
        ? oneByOne(schema, nested, path).map((deeper) => `{ __typename ${head} ${deeper} }`)
        : [whole],
    );
  });
}

/** All fields, down to where a type comes again. */
function fieldsOf(schema: GraphQLSchema, type: GraphQLObjectType, above: string[]): string {
  return `{ __typename ${selectedFields(schema, type, above).join(' ')} }`;
}

function selectedFields(schema: GraphQLSchema, type: GraphQLObjectType, above: string[]): string[] {
  return selectable(type).map((field) => selected(schema, field, [...above, type.name]));
}

const selectable = (type: GraphQLObjectType): Field[] =>
  Object.values(type.getFields()).filter((field) => !field.args.some(isRequiredArgument));

function selected(schema: GraphQLSchema, { name, type, args }: Field, above: string[]): string {
  return `${name} ${shortest(args)} ${below(schema, getNamedType(type), above)}`;
}

/** Of a document; what lies deeper is the same as below another field. */
const MAX_DEPTH = 12;

/** A page of one: what a longer one holds is more of the same. */
function shortest(args: Field['args']): string {
  return args.some(({ name }) => name === 'first') ? '(first: 1)' : '';
}

function below(schema: GraphQLSchema, type: GraphQLNamedType, above: string[]): string {
  if (!isCompositeType(type)) return '';
  // What an edge leads to is among the nodes, and twice it costs too much.
  if (type.name.endsWith('Edge')) return '{ __typename cursor }';
  const isDeepest = above.length + 2 === MAX_DEPTH;
  if (isAbstractType(type) || above.includes(type.name) || isDeepest) return '{ __typename }';
  return fieldsOf(schema, type, above);
}

/** Where a field takes ids: `input.id`. */
export function idPaths({ args }: Field): string[] {
  return args.flatMap(({ name, type }) => pathsBelow(getNamedType(type), name));
}

function pathsBelow(type: GraphQLNamedType, path: string): string[] {
  if (type.name === 'ID') return [path];
  if (!isInputObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) =>
    pathsBelow(getNamedType(field.type), `${path}.${field.name}`),
  );
}

/** Fields below the roots that take ids, perhaps somebody else's. */
export function nestedFieldsWithIds(schema: GraphQLSchema): string[] {
  const roots = OPERATIONS.map((operation) => schema.getRootType(operation as never));
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => !roots.includes(type) && !type.name.startsWith('__'))
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => idPaths(field).length > 0)
        .map(({ name }) => `${type.name}.${name}`),
    );
}
