import type { initGraphQLTada } from 'gql.tada';
import {
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import type { introspection } from '../graphql-env.d.ts';

interface Setup {
  introspection: introspection;
  // Responses stay objects within this process: DateTime is a Date.
  scalars: { DateTime: Date; JSON: unknown };
  // Fragments are shapes that rows share, and no secrets of components.
  disableMasking: true;
}

type Graphql = ReturnType<typeof initGraphQLTada<Setup>>;

/**
 * A document whose variables and result are typed by the schema. Only the types of gql.tada are used: its
 * runtime has a parser of its own, and as a dependency it would install the TypeScript compiler.
 */
export const graphql = ((source: string, fragments: readonly DocumentNode[] = []): DocumentNode => {
  const definitions = [parse(source), ...fragments].flatMap((document) => document.definitions);
  return { kind: Kind.DOCUMENT, definitions: [...new Set(definitions)] };
}) as unknown as Graphql;

/** Validated, and ready for any number of executions. */
export interface PreparedDocument {
  document: DocumentNode;
  /** Its operations, to be executed one after the other. */
  steps: readonly DocumentNode[];
  /** As shown in the schema: `mutation register`. */
  operation: string;
  /** Its root fields: `Mutation.register`. */
  fields: readonly string[];
}

/** Endpoints share documents, and validating them again took a sixth of the CPU time of a start. */
const prepared = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, PreparedDocument>>();

/**
 * @param owner named in the error when the document is invalid
 * @throws Error at start-up rather than at the first request: gql.tada types an unknown field as `unknown`
 */
export function prepareDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  owner: string,
): PreparedDocument {
  const known = prepared.get(schema) ?? new WeakMap<DocumentNode, PreparedDocument>();
  prepared.set(schema, known);
  const result = known.get(document) ?? prepare(schema, document, owner);
  known.set(document, result);
  return result;
}

function prepare(schema: GraphQLSchema, document: DocumentNode, owner: string): PreparedDocument {
  const errors = validate(schema, document).map(({ message }) => message);
  const operations = document.definitions.filter(isOperation);
  const [operation] = operations;
  if (!operation || operations.length > 1) errors.push(`it has ${operations.length} operations, not one.`);
  if (!operation || errors.length > 0)
    throw new Error(`${owner} has an invalid document: ${errors.join(' ')}`);
  return {
    document,
    steps: oneByOne(document),
    operation: titleOf(operation),
    fields: fieldsOf(operation),
  };
}

/**
 * Splits a document into one operation per root field, to be executed one after the other. GraphQL continues
 * after a failed mutation; because REST has no partial responses, no later mutation may be executed either.
 */
function oneByOne(document: DocumentNode): DocumentNode[] {
  const { definitions } = document;
  const operation = definitions.find(isOperation);
  if (operation?.operation !== 'mutation') return [document];
  return operation.selectionSet.selections.map((selection) => ({
    ...document,
    definitions: definitions.map((definition) =>
      definition === operation
        ? { ...operation, selectionSet: { ...operation.selectionSet, selections: [selection] } }
        : definition,
    ),
  }));
}

function isOperation(definition: DefinitionNode): definition is OperationDefinitionNode {
  return definition.kind === Kind.OPERATION_DEFINITION;
}

/** As shown in the schema: `mutation register`. */
export function operationOf({ definitions }: DocumentNode): string {
  return titleOf(definitions.find(isOperation)!);
}

function titleOf(operation: OperationDefinitionNode): string {
  return `${operation.operation} ${[...new Set(namesIn(operation))].join(', ')}`;
}

function fieldsOf(operation: OperationDefinitionNode): string[] {
  const root = `${operation.operation.slice(0, 1).toUpperCase()}${operation.operation.slice(1)}`;
  return namesIn(operation).map((name) => `${root}.${name}`);
}

function namesIn({ selectionSet }: OperationDefinitionNode): string[] {
  return selectionSet.selections.flatMap((node) => (node.kind === Kind.FIELD ? node.name.value : []));
}
