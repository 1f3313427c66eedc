import type { GraphQLResolveInfo } from 'graphql';
import type { Viewer } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { beyondRunToken } from '../../resolvers/accounts/require-scope.ts';
import { KINDS } from '../../rules/runs/kinds.ts';
import { RUN_KINDS } from '../../vocabulary.ts';
import { decodeId, type NodeName } from '../builder/global-id.ts';
import { nestedNodes } from './nested-nodes.ts';

const RUN_TYPES = Object.values(KINDS).map(({ type }) => type);

/** The operations that read one run, with the argument that names it and the types it may have. */
const RUN_FIELDS: Readonly<Record<string, { argument: string; types: readonly NodeName[] }>> = {
  'Query.task': { argument: 'id', types: ['Task'] },
  'Query.execution': { argument: 'id', types: ['Execution'] },
  'Query.orchestration': { argument: 'id', types: ['Orchestration'] },
  'Query.bulkOperation': { argument: 'id', types: ['BulkOperation'] },
  'Query.run': { argument: 'id', types: RUN_TYPES },
  'Subscription.runEvents': { argument: 'runId', types: RUN_TYPES },
  'Subscription.taskEvents': { argument: 'taskId', types: ['Task'] },
  'Subscription.text': { argument: 'taskId', types: ['Task'] },
  'Subscription.tokens': { argument: 'taskId', types: ['Task'] },
  'Subscription.executionEvents': { argument: 'executionId', types: ['Execution'] },
  'Subscription.orchestrationEvents': { argument: 'orchestrationId', types: ['Orchestration'] },
};

/** These find nothing but what the token is for. */
const FIND_ONLY_OWN = ['Query.node', 'Query.nodes'];

/** Fields below the root that lead back to the run itself. */
const SAME_RUN = [
  ...['run', ...RUN_KINDS].map((field) => `CurrentState.${field}`),
  ...['Run', ...RUN_TYPES].map((type) => `${type}.events`),
];

/**
 * A run token reads its own runs, but not what they refer to: other runs, threads, sessions, agents and so
 * on.
 * @throws DomainError FORBIDDEN; NOT_FOUND for another run
 */
export function requireRunAccess(
  { runIds = [] }: Viewer,
  place: string,
  given: Readonly<Record<string, unknown>>,
  info: GraphQLResolveInfo,
): void {
  if (!FIND_ONLY_OWN.includes(place)) requireOwnRun(runIds, place, given);
  for (const { place: nested } of nestedNodes(info)) {
    if (!SAME_RUN.includes(nested)) throw beyondRunToken(nested);
  }
}

function requireOwnRun(
  runIds: readonly string[],
  place: string,
  given: Readonly<Record<string, unknown>>,
): void {
  const reads = RUN_FIELDS[place];
  if (!reads) throw beyondRunToken(place);
  const { argument: field, types } = reads;
  const named = decodeId(String(given[field]));
  if (named && types.includes(named.typename) && runIds.includes(named.id)) return;
  throw new DomainError('NOT_FOUND', `${field}: there is no such run`, { field });
}
