import type { RunKind, RunStatus } from '../../../vocabulary.ts';
import type { ListRange } from '../../database/sql-page.ts';
import type { AddParameter } from '../../database/statement.ts';
import {
  type Conditions,
  hasSql,
  type RunFilter,
  STATUS,
  scopeSql,
  searchedSql,
  THREAD,
  withoutNulls,
} from './run-filter.ts';
import type { RunPosition } from './run-order.ts';

/** Which runs of a kind a list has. */
export interface RunSelection {
  ownerId: string;
  filter: RunFilter;
  /** The execution of which they are parts; null: runs that are not parts. */
  executionId: string | null;
}

export type RunRange = ListRange<RunPosition>;

/** SQL of the ids of parents, for the lists of many sessions or threads. */
export interface ParentSql {
  session?: string;
  thread?: string;
}

/** A selection as SQL conditions by their names. */
export interface SelectedSql {
  kind: RunKind;
  scope: string;
  owner: string;
  /** SQL: where the runs are read. */
  source: string;
  /** By which indexes of `run`, or of the threads of a kind, find the runs. */
  indexed: Conditions;
  /** Those of them that `search` has as columns. */
  created: Conditions;
  /** What `search` has otherwise. */
  searched: Conditions;
  /** SQL of the session, which has too many runs to read them all. */
  session: string | null;
  /** Whether the runs are so few that all are read: those of a thread or an execution. */
  areFew: boolean;
  statuses: readonly RunStatus[] | null;
  /** SQL: has one of the statuses. */
  hasStatus: string | null;
}

export function selectedSql(
  kind: RunKind,
  { ownerId, filter, executionId }: RunSelection,
  parameter: AddParameter,
  parent: ParentSql = {},
): SelectedSql {
  const owner = parameter(ownerId, 'text');
  const execution = executionId && parameter(executionId, 'text');
  const { createdFrom, createdTo, statuses } = filter;
  const session = parent.session ?? (filter.sessionId === null ? null : parameter(filter.sessionId, 'text'));
  const scope = scopeSql(kind, owner, execution);
  const created = withoutNulls({
    createdFrom: createdFrom && `run.created_at >= ${parameter(createdFrom, 'timestamptz')}`,
    createdTo: createdTo && `run.created_at < ${parameter(createdTo, 'timestamptz')}`,
  });
  // The list of a session may be filtered by another one.
  const otherSession = parent.session && filter.sessionId;
  const inThread = (id: () => string) => (THREAD[kind] ? `${THREAD[kind]} = ${id()}` : 'false');
  const { threadId } = filter;
  const indexed = withoutNulls({
    owner: `run.owner_id = ${owner} and run.kind = '${kind}'`,
    ...(execution ? { execution: `run.parent_id = ${execution}` } : { whole: 'run.parent_id is null' }),
    sessionId: session && `run.session_id = ${session}`,
    threadId: threadId === null ? null : inThread(() => parameter(threadId, 'text')),
    parentThread: parent.thread ? inThread(() => parent.thread!) : null,
    ...created,
  });
  return {
    source: 'run',
    ...{ kind, scope, owner, indexed, created, session, statuses },
    searched: {
      ...searchedSql(kind, filter, scope, parameter),
      ...(otherSession && { sessionId: hasSql(scope, 'session', parameter(otherSession, 'text')) }),
    },
    areFew: execution !== null || threadId !== null || parent.thread !== undefined,
    hasStatus: statuses && (statuses.length === 0 ? 'false' : `${STATUS[kind]} in (${literals(statuses)})`),
  };
}

/** SQL of statuses: words of ours. */
export const literals = (statuses: readonly RunStatus[]): string =>
  statuses.map((status) => `'${status}'`).join(', ');

export const joined = (conditions: Conditions): string => Object.values(conditions).join(' and ');

/** SQL of runs with the tables that conditions read. */
export function sourceSql(kind: RunKind, read: string, run: string): string {
  const ofKind = read.includes(`${kind}.`) ? ` join ${kind} on ${kind}.id = run.id` : '';
  const search = read.includes('search.') ? ' join run_search as search on search.run_id = run.id' : '';
  return `${run}${ofKind}${search}`;
}

/** SQL: the rows of a table by key, for each row before: the planner might rather read the table whole. */
export const eachSql = (table: string, id: string, { as = table, key = 'id' } = {}): string =>
  ` cross join lateral (select * from ${table} as each where each.${key} = ${id} limit 1) as ${as}`;
