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
  // In this process nothing makes JSON of an answer: DateTime is read and written as a Date.
  scalars: { DateTime: Date; JSON: unknown };
  // Fragments are shapes that rows share, and no secrets of components.
  disableMasking: true;
}

type Graphql = ReturnType<typeof initGraphQLTada<Setup>>;

/**
 * A document whose variables and result are typed by the schema. Only the types of gql.tada are used: its
 * runtime parses with a parser of its own, and as a dependency it would bring the TypeScript compiler along.
 */
export const graphql = ((source: string, fragments: readonly DocumentNode[] = []): DocumentNode => {
  const definitions = [parse(source), ...fragments].flatMap((document) => document.definitions);
  return { kind: Kind.DOCUMENT, definitions: [...new Set(definitions)] };
}) as unknown as Graphql;

/** Sound, and ready for any number of executions. */
export interface PreparedDocument {
  document: DocumentNode;
  /** What it asks for, in operations to be executed one after the other. */
  steps: readonly DocumentNode[];
  /** What people find in the schema: `mutation register`. */
  operation: string;
  /** Its root fields: `Mutation.register`. */
  fields: readonly string[];
}

/** Rows share documents, and their validation was a sixth of the CPU time of a boot. */
const prepared = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, PreparedDocument>>();

/**
 * @param owner who is named when the document is no good
 * @throws Error at boot rather than at the first request: gql.tada lets an unknown field pass as `unknown`.
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
  const faults = validate(schema, document).map(({ message }) => message);
  const operations = document.definitions.filter(isOperation);
  const [operation] = operations;
  if (!operation || operations.length > 1) faults.push(`it has ${operations.length} operations, not one.`);
  if (!operation || faults.length > 0) throw new Error(`${owner} has a bad document: ${faults.join(' ')}`);
  return {
    document,
    steps: oneByOne(document),
    operation: titleOf(operation),
    fields: fieldsOf(operation),
  };
}

/**
 * Each root field as an operation of its own, to be carried out one after the other. GraphQL goes on after a
 * mutation that was refused; whoever gets no half answers must not leave half a work behind, either.
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

/** What people find in the schema: `mutation register`. */
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
