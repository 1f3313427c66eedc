import type { Origin, RunKind, RunStatus, TaskKind, TaskLabel } from '../../../vocabulary.ts';
import type { AddParameter } from '../../database/statement.ts';
import { EXECUTION_STATUS } from '../run-row.ts';

/** Runs that match all of its members; null matches every run, and a list matches any of its items. */
export interface RunFilter {
  statuses: readonly RunStatus[] | null;
  origins: readonly Origin[] | null;
  errorCodes: readonly string[] | null;
  /** All of them must be there. */
  tags: readonly string[] | null;
  /** Inclusive. */
  createdFrom: Date | null;
  /** Exclusive. */
  createdTo: Date | null;
  /** Words that must all be in the texts of the run. */
  text: string | null;
  types: readonly string[] | null;
  /** As `model` or `provider/model`. */
  models: readonly string[] | null;
  agentIds: readonly string[] | null;
  sessionId: string | null;
  threadId: string | null;
  taskKinds: readonly TaskKind[] | null;
  templateName: string | null;
  workflowId: string | null;
  /** Descriptive fields of a task that must be set. */
  having: readonly TaskLabel[] | null;
}

/** Matches every run. */
export const EVERY_RUN: RunFilter = {
  statuses: null,
  origins: null,
  errorCodes: null,
  tags: null,
  createdFrom: null,
  createdTo: null,
  text: null,
  types: null,
  models: null,
  agentIds: null,
  sessionId: null,
  threadId: null,
  taskKinds: null,
  templateName: null,
  workflowId: null,
  having: null,
};

/** Facets that not every kind of run has. A filter of one that a kind has not matches none of its runs. */
type KindFacet = 'type' | 'thread' | 'agent' | 'kind' | 'template' | 'workflow' | 'model' | 'having';

const FACETS: Record<RunKind, readonly KindFacet[]> = {
  task: ['type', 'thread', 'agent', 'kind', 'template', 'model', 'having'],
  execution: ['workflow'],
  orchestration: ['type', 'thread', 'model'],
  bulk: [],
};

type SearchFacet = KindFacet | 'origin' | 'session' | 'tag' | 'error' | 'ended' | 'week';

/** SQL conditions by their names. */
export type Conditions = Readonly<Record<string, string>>;

/**
 * SQL of what the facets of the runs of a list are made of, with their names: see `run_facet`. An account's facets are its
 * own, and so are those of the parts of an execution.
 */
export const scopeSql = (kind: RunKind, owner: string, execution: string | null): string =>
  `run_scope(${owner}, '${kind}', ${execution})`;

export const facetSql = (scope: string, name: SearchFacet, value: string): string =>
  `run_facet(${scope}, '${name}', ${value})`;

/**
 * SQL: the run has a facet, or one or all of a list of them. In a subquery, so that Postgres does not guess how many runs
 * have it: it would rather read the table where many have, and the index is read only where it has turned out that few do.
 */
export const hasSql = (scope: string, name: SearchFacet, value: string): string =>
  `search.facets @> (select array[${facetSql(scope, name, value)}])`;
const hasEverySql = (scope: string, name: SearchFacet, values: string) =>
  `search.facets @> ${listSql(scope, name, values)}`;
export const hasOneSql = (scope: string, name: SearchFacet, values: string): string =>
  `search.facets && ${listSql(scope, name, values)}`;
const listSql = (scope: string, name: SearchFacet, values: string) =>
  `(select array_agg(${facetSql(scope, name, 'value')}) from unnest(${values}) as value)`;

/** SQL conditions of what `search` has of a run; without its session and thread, which are found by their own indexes. */
export function searchedSql(
  kind: RunKind,
  filter: RunFilter,
  scope: string,
  parameter: AddParameter,
): Conditions {
  const has = (name: SearchFacet) => !KIND_FACETS.has(name) || FACETS[kind].includes(name as KindFacet);
  const oneOf = (name: SearchFacet, values: readonly string[] | null) =>
    values && (has(name) ? hasOneSql(scope, name, parameter(values, 'text[]')) : 'false');
  const every = (name: SearchFacet, values: readonly string[] | null) =>
    values && (has(name) ? hasEverySql(scope, name, parameter(values, 'text[]')) : 'false');
  const one = (value: string | null) => (value === null ? null : [value]);
  const words = filter.text === null ? null : parameter(filter.text, 'text');
  const conditions = {
    origins: oneOf('origin', filter.origins),
    errorCodes: oneOf('error', filter.errorCodes),
    tags: filter.tags?.length === 0 ? null : every('tag', filter.tags),
    types: oneOf('type', filter.types),
    models: oneOf('model', filter.models),
    agentIds: oneOf('agent', filter.agentIds),
    taskKinds: oneOf('kind', filter.taskKinds),
    templateName: oneOf('template', one(filter.templateName)),
    workflowId: oneOf('workflow', one(filter.workflowId)),
    having: filter.having?.length === 0 ? null : every('having', filter.having),
    text: words && `search.words @@ (select run_query(${words}))`,
  };
  return withoutNulls(conditions);
}

const KIND_FACETS: ReadonlySet<SearchFacet> = new Set(Object.values(FACETS).flat());

/** SQL of the column with the thread of a run; null: runs of the kind have none. */
export const THREAD: Record<RunKind, string | null> = {
  task: 'task.thread_id',
  execution: null,
  orchestration: 'orchestration.thread_id',
  bulk: null,
};

/** SQL of the status of a run. */
export const STATUS: Record<RunKind, string> = {
  task: 'run.status',
  execution: EXECUTION_STATUS,
  orchestration: 'run.status',
  bulk: 'run.status',
};

export function withoutNulls(conditions: Readonly<Record<string, string | null>>): Conditions {
  return Object.fromEntries(
    Object.entries(conditions).flatMap(([name, condition]) => (condition ? [[name, condition]] : [])),
  );
}
