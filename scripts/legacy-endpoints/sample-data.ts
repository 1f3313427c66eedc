import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { globalId } from '../../src/rules/ids/global-id.ts';
import { ANY, type Path, pathsIn, valueAt } from './paths.ts';
import type { SourceKind } from './trace.ts';

/** A value that a document reads: its path in the data, and other values that it may have. */
export interface Leaf {
  path: Path;
  kind: SourceKind;
  others: readonly unknown[];
}

export interface SampledData {
  data: Record<string, unknown>;
  leaves: readonly Leaf[];
}

/** Data as a document's operation may read it with some variables, with one item in each list. */
export function sampleData(schema: GraphQLSchema, document: DocumentNode, variables: object): SampledData {
  const fragments = new Map(
    document.definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  )!;
  const leaves: Leaf[] = [];

  function readObject(type: GraphQLCompositeType, sets: readonly SelectionSetNode[], path: Path) {
    const object = isAbstractType(type) ? schema.getPossibleTypes(type)[0]! : type;
    const fields = new Map<string, FieldNode[]>();
    for (const set of sets) collect(set, object.name, fields);
    const data: Record<string, unknown> = {};
    for (const [key, nodes] of fields) {
      const name = nodes[0]!.name.value;
      if (name === '__typename') data[key] = object.name;
      else {
        const field = isObjectType(object) ? object.getFields()[name] : undefined;
        if (field) data[key] = readValue(field.type, nodes, object.name, [...path, key]);
      }
    }
    return data;
  }

  function collect(set: SelectionSetNode, type: string, fields: Map<string, FieldNode[]>): void {
    for (const node of set.selections) {
      if (isLeftOut(node, variables)) continue;
      if (node.kind === Kind.FIELD) {
        const key = node.alias?.value ?? node.name.value;
        fields.set(key, [...(fields.get(key) ?? []), node]);
      } else {
        const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value)! : node;
        const on = fragment.typeCondition?.name.value ?? type;
        if (applies(on, type)) collect(fragment.selectionSet, type, fields);
      }
    }
  }

  function applies(on: string, type: string): boolean {
    const condition = schema.getType(on);
    const object = schema.getType(type);
    if (on === type) return true;
    return isAbstractType(condition) && isObjectType(object) && schema.isSubType(condition, object);
  }

  function readValue(
    type: GraphQLOutputType,
    nodes: readonly FieldNode[],
    owner: string,
    path: Path,
  ): unknown {
    // The root fields of a response without errors are null only if they were left out.
    const isEverNull = path.length > 1 || nodes.some(({ directives }) => directives?.length);
    if (!isNonNullType(type) && isEverNull) leaves.push(leafOf(path, 'null', [null]));
    const nullable = isNonNullType(type) ? type.ofType : type;
    if (isListType(nullable) && isLeafType(getNamedType(type))) leaves.push(leafOf(path, 'null', [[]]));
    if (isListType(nullable)) return [readValue(nullable.ofType, nodes, owner, [...path, 0])];
    const named = getNamedType(type);
    if (isCompositeType(named)) {
      const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      return readObject(named, sets, path);
    }
    const { value, found } = sampleValue(named, owner, nodes[0]!.name.value);
    leaves.push(...found.map((leaf) => ({ ...leaf, path: [...path, ...leaf.path] })));
    return value;
  }

  const root = schema.getRootType(operation.operation)!;
  return { data: readObject(root, [operation.selectionSet], []), leaves };
}

function isLeftOut({ directives = [] }: SelectionNode, variables: object): boolean {
  return directives.some(({ name, arguments: given = [] }) => {
    const condition = given.find((argument) => argument.name.value === 'if')?.value;
    if (condition?.kind !== Kind.VARIABLE) return false;
    const value = new Map(Object.entries(variables)).get(condition.name.value);
    return name.value === 'include' ? value === false : name.value === 'skip' && value === true;
  });
}

/** An example, and the leaves in it: only JSON has several. */
function sampleValue(
  type: GraphQLNamedType,
  owner: string,
  field: string,
): { value: unknown; found: Leaf[] } {
  if (isEnumType(type)) {
    const words = type.getValues().map(({ name }) => name);
    // A run that has not ended, which more endpoints can change.
    const value = words.includes('PENDING') ? 'PENDING' : words[0];
    const others = words.filter((word) => word !== value);
    return { value, found: [{ path: [], kind: 'choice', others }] };
  }
  if (type.name === 'JSON') {
    const value = JSON_OBJECTS[field] ?? { [ANY]: 'text' };
    const found = pathsIn(value).flatMap((path) => [
      leafOf(path, 'value', othersOf(valueAt(value, path))),
      leafOf(path, 'null', [null]),
    ]);
    return { value, found };
  }
  const [value, ...others] = scalars(type.name, owner, field);
  const kind = type.name === 'ID' ? 'id' : type.name === 'Boolean' ? 'choice' : 'value';
  const empty = type.name === 'String' ? [leafOf([], 'null', [''])] : [];
  return { value, found: [leafOf([], kind, others), ...empty] };
}

const leafOf = (path: Path, kind: SourceKind, others: readonly unknown[]): Leaf => ({ path, kind, others });

/** Fields of JSON of which older APIs read single members. */
const JSON_OBJECTS: Readonly<Record<string, object>> = {
  result: { output: 'text', success: true, summary: 'summary', [ANY]: 'text' },
  metadata: { reported: { origin: 'client', progress: 0.25, cost: 0.25 } },
};

function othersOf(value: unknown): unknown[] {
  if (typeof value === 'boolean') return [!value];
  return typeof value === 'number' ? [0.5, 0.75] : ['other text'];
}

/** Names of models as in the examples of requests: some endpoints look for them. */
function scalars(name: string, owner: string, field: string): unknown[] {
  switch (name) {
    case 'ID':
      return [globalId(owner, `${owner.toUpperCase()}_ID`), globalId(owner, 'OTHER')];
    case 'Int':
      return [100_000, 100_001, 7];
    case 'Float':
      return [0.25, 0.5, 100_000];
    case 'Boolean':
      return [true, false];
    case 'DateTime':
      return [new Date('2030-01-01T00:00:00Z'), new Date('2030-06-01T00:00:00Z')];
    default:
      return [field === 'modelId' ? 'demo' : 'text', 'other text'];
  }
}
