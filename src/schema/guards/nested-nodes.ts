import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLResolveInfo,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  isUnionType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/** A selected field that leads to objects with an id, or to a page of them. */
export interface NestedNode {
  /** Such as `Task.session`. */
  place: string;
  parent: GraphQLCompositeType;
  isPage: boolean;
  /** Whether only ids are selected below it. */
  isReference: boolean;
}

/** Those below a root field, at any depth. */
export function* nestedNodes(info: GraphQLResolveInfo): Generator<NestedNode> {
  const type = getNamedType(info.returnType);
  const seen = new Set<string>();
  if (isCompositeType(type)) for (const node of info.fieldNodes) yield* below(node, type, info, seen);
}

/** @param seen names of fragments already expanded; each has its own type condition */
function* below(
  { selectionSet }: { selectionSet?: SelectionSetNode | undefined },
  type: GraphQLCompositeType,
  info: GraphQLResolveInfo,
  seen: Set<string>,
): Generator<NestedNode> {
  for (const selection of selectionSet?.selections ?? []) {
    if (selection.kind === Kind.FIELD) yield* at(selection, type, info, seen);
    else if (selection.kind === Kind.INLINE_FRAGMENT) {
      yield* below(selection, conditionOf(selection, info) ?? type, info, seen);
    } else {
      const fragment = info.fragments[selection.name.value]!;
      if (seen.has(selection.name.value)) continue;
      seen.add(selection.name.value);
      yield* below(fragment, conditionOf(fragment, info) ?? type, info, seen);
    }
  }
}

function* at(
  node: FieldNode,
  parent: GraphQLCompositeType,
  info: GraphQLResolveInfo,
  seen: Set<string>,
): Generator<NestedNode> {
  const field = isUnionType(parent) ? undefined : parent.getFields()[node.name.value];
  const of = field && getNamedType(field.type);
  if (!of || !isCompositeType(of)) return;
  const isPage = of.name.endsWith('Connection');
  if (isPage || isNode(of, info)) {
    const place = `${parent.name}.${node.name.value}`;
    yield { place, parent, isPage, isReference: !isPage && selectsIds(node, info, new Set()) };
  }
  yield* below(node, of, info, seen);
}

/** Model calls are shown as parts of their runs, although they are found by their ids as well. */
function isNode(type: GraphQLCompositeType, { schema }: GraphQLResolveInfo): boolean {
  if (type.name === 'ModelCall') return false;
  if (type.name === 'Node') return true;
  const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
  return possible.some(
    (each) => isObjectType(each) && each.getInterfaces().some(({ name }) => name === 'Node'),
  );
}

/** @param seen names of fragments already expanded */
function selectsIds(
  { selectionSet }: { selectionSet?: SelectionSetNode | undefined },
  info: GraphQLResolveInfo,
  seen: Set<string>,
): boolean {
  return (selectionSet?.selections ?? []).every((selection) => {
    if (selection.kind === Kind.FIELD) return ['id', '__typename'].includes(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return selectsIds(selection, info, seen);
    const { value } = selection.name;
    if (seen.has(value)) return true;
    return selectsIds(info.fragments[value]!, info, seen.add(value));
  });
}

function conditionOf(
  { typeCondition }: { typeCondition?: { name: { value: string } } | undefined },
  { schema }: GraphQLResolveInfo,
): GraphQLCompositeType | null {
  const type = typeCondition && schema.getType(typeCondition.name.value);
  return isCompositeType(type) ? type : null;
}
