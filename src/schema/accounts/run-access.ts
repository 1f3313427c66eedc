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
import type { Viewer } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { beyondRunToken } from '../../resolvers/accounts/require-scope.ts';
import type { RunKind } from '../../vocabulary.ts';
import { type NodeName, nodeId } from '../global-id.ts';

/** Types of nodes that are runs. */
export const RUN_KIND_OF_NODE: Readonly<Record<string, RunKind | undefined>> = {
  Task: 'task',
  Execution: 'execution',
  Orchestration: 'orchestration',
} satisfies Record<Capitalize<RunKind>, RunKind>;

/** The operations that read one run: the argument that names it, and the types that it may be of. */
const RUN_FIELDS: Readonly<Record<string, { argument: string; types: readonly NodeName[] }>> = {
  'Query.task': { argument: 'id', types: ['Task'] },
  'Query.execution': { argument: 'id', types: ['Execution'] },
  'Query.orchestration': { argument: 'id', types: ['Orchestration'] },
  'Query.node': { argument: 'id', types: ['Task', 'Execution', 'Orchestration'] },
  'Subscription.taskEvents': { argument: 'taskId', types: ['Task'] },
  'Subscription.tokens': { argument: 'taskId', types: ['Task'] },
  'Subscription.executionEvents': { argument: 'executionId', types: ['Execution'] },
  'Subscription.orchestrationEvents': { argument: 'orchestrationId', types: ['Orchestration'] },
};

/** Fields below the roots that lead to the run itself. */
const SAME_RUN = ['CurrentState.task', 'CurrentState.execution', 'CurrentState.orchestration'];

/**
 * A run token reads its runs, but not what they refer to: other runs, threads, sessions, agents and so on.
 * @throws DomainError FORBIDDEN; NOT_FOUND for another run
 */
export function requireRunAccess(
  { runIds = [] }: Viewer,
  place: string,
  given: Readonly<Record<string, unknown>>,
  info: GraphQLResolveInfo,
): void {
  const reads = RUN_FIELDS[place];
  if (!reads) throw beyondRunToken(place);
  const { typename, id } = nodeId(String(given[reads.argument]));
  if (!reads.types.includes(typename) || !runIds.includes(id)) {
    const field = reads.argument;
    throw new DomainError('NOT_FOUND', `${field}: there is no such run`, { field });
  }
  const type = getNamedType(info.returnType);
  const seen = new Set<string>();
  if (isCompositeType(type)) for (const node of info.fieldNodes) refuseOthers(node, type, info, seen);
}

/** @param seen fragments, each on a type of its own */
function refuseOthers(
  { selectionSet }: { selectionSet?: SelectionSetNode | undefined },
  type: GraphQLCompositeType,
  info: GraphQLResolveInfo,
  seen: Set<string>,
): void {
  for (const selection of selectionSet?.selections ?? []) {
    if (selection.kind === Kind.FIELD) refuseOther(selection, type, info, seen);
    else if (selection.kind === Kind.INLINE_FRAGMENT) {
      refuseOthers(selection, conditionOf(selection, info) ?? type, info, seen);
    } else {
      const fragment = info.fragments[selection.name.value]!;
      if (seen.has(selection.name.value)) continue;
      seen.add(selection.name.value);
      refuseOthers(fragment, conditionOf(fragment, info) ?? type, info, seen);
    }
  }
}

function refuseOther(
  node: FieldNode,
  type: GraphQLCompositeType,
  info: GraphQLResolveInfo,
  seen: Set<string>,
): void {
  const field = isUnionType(type) ? undefined : type.getFields()[node.name.value];
  const of = field && getNamedType(field.type);
  if (!of || !isCompositeType(of)) return;
  const place = `${type.name}.${node.name.value}`;
  if (leadsToNodes(of, info) && !SAME_RUN.includes(place)) throw beyondRunToken(place);
  refuseOthers(node, of, info, seen);
}

/** Objects with an id of their own, and pages of such. */
function leadsToNodes(type: GraphQLCompositeType, { schema }: GraphQLResolveInfo): boolean {
  if (type.name === 'Node' || type.name.endsWith('Connection')) return true;
  const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
  return possible.some(
    (each) => isObjectType(each) && each.getInterfaces().some(({ name }) => name === 'Node'),
  );
}

function conditionOf(
  { typeCondition }: { typeCondition?: { name: { value: string } } | undefined },
  { schema }: GraphQLResolveInfo,
): GraphQLCompositeType | null {
  const type = typeCondition && schema.getType(typeCondition.name.value);
  return isCompositeType(type) ? type : null;
}
