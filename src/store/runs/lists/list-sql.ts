import type { RunKind, RunStatus } from '../../../vocabulary.ts';
import { MAX_COUNTED } from '../../database/sql-page.ts';
import type { AddParameter } from '../../database/statement.ts';
import { hasOneSql } from './run-filter.ts';
import { betweenSql, orderKeySql, orderTextSql, type RunOrder, readDirection } from './run-order.ts';
import {
  countNewestSql,
  countSearchedSql,
  createdSql,
  newestSql,
  type SearchedPage,
  searchSql,
} from './search-sql.ts';
import { joined, literals, type RunRange, type SelectedSql, sourceSql } from './selected-sql.ts';

/** The longest page, plus one row to detect another page. The planner can see it, unlike a parameter. */
const MAX_LISTED = 101;

/** A page in an order. */
export interface PageOf {
  order: RunOrder;
  range: RunRange;
}

/**
 * SQL of `id` and `"orderKey"` of the first rows of a page. It may return rows after the page: the whole statement limits
 * and orders them.
 */
export function foundSql(selected: SelectedSql, { order, range }: PageOf, parameter: AddParameter): string {
  const between = betweenSql(order, range, parameter);
  return branchesSql(selected, { order, range, between, most: MAX_LISTED + range.offset });
}

/** SQL of as many rows as are counted. */
export function countedSql(selected: SelectedSql): string {
  const most = MAX_COUNTED + 1;
  const parts = branchesOf(selected).map((branch) => `(${countSql(branch, most)})`);
  return `select from (${parts.join(' union all ')}) as counted limit ${most}`;
}

function countSql({ selected, way }: Branch, most: number): string {
  if (way === 'search') return countSearchedSql(selected, most);
  if (way === 'time') return countNewestSql(selected, most);
  const { kind, source, indexed, searched, hasStatus } = selected;
  const all = joined({ ...indexed, ...searched, ...(hasStatus && { hasStatus }) });
  return `select run.id from ${sourceSql(kind, all, source)} where ${all} limit ${most}`;
}

/** SQL of the ids of all runs that match. @param ids SQL of a list of ids; only those of it */
export function matchingSql(selected: SelectedSql, ids: string | null = null): string {
  const { kind, source, indexed, searched, hasStatus } = selected;
  const all = joined({
    ...(ids ? { ids: `run.id = any(${ids})` } : { created: createdSql(selected, {}) }),
    ...indexed,
    ...searched,
    ...(hasStatus && { hasStatus }),
  });
  return `select run.id from ${sourceSql(kind, all, source)} where ${all}`;
}

/** Runs that are found in one way. */
interface Branch {
  selected: SelectedSql;
  /**
   * `index`: by an index of `run` or of threads. `time`: by the time of creation. `search`: by words and facets, because few
   * of the runs that the others find may match.
   */
  way: 'index' | 'time' | 'search';
}

function branchesSql(selected: SelectedSql, page: SearchedPage): string {
  const parts = branchesOf(selected).map(({ selected: branch, way }) => {
    if (way === 'search') return searchSql(branch, page);
    const { field } = page.order;
    if (way === 'time' && field === 'created_at')
      return newestSql(branch, { ...page, order: { ...page.order, field } });
    return orderedSql(branch, page);
  });
  return parts.length === 1 ? parts[0]! : parts.map((part) => `(${part})`).join(' union all ');
}

function orderedSql(
  { kind, source, indexed, searched, hasStatus }: SelectedSql,
  { order, range, between, most }: SearchedPage,
): string {
  const [key, direction] = [orderKeySql(order), readDirection(order, range)];
  const all = joined({ ...indexed, ...between, ...searched, ...(hasStatus && { hasStatus }) });
  return `
    select run.id, ${key} as "orderKey" from ${sourceSql(kind, all, source)} where ${all}
    order by ${key} ${direction}, run.id ${direction} limit ${most}`;
}

/** Those of a session have an index of their own. */
const ofTime = ({ session }: SelectedSql) => (session === null ? 'time' : 'index');

/** Runs that no worker has taken, or that have not ended: few at a time, and in the order of an index by status. */
const OPEN = ['pending', 'queued', 'running', 'waiting'] as const satisfies RunStatus[];
/** Those of indexes without an order. */
const HELD = ['queued', 'running'] as const satisfies RunStatus[];
/** Those of `search`. */
const ENDED_BADLY = ['failed', 'cancelled'] as const satisfies RunStatus[];

const isAmong = (statuses: readonly RunStatus[], status: RunStatus) => statuses.includes(status);

/** The ways in which the runs of a selection are found: by their status where that is a condition that few meet. */
function branchesOf(selected: SelectedSql): Branch[] {
  const { kind, statuses, searched, areFew } = selected;
  const hasSearched = Object.keys(searched).length > 0;
  if (areFew || isNone(selected)) return [{ selected, way: 'index' }];
  if (!statuses) return [{ selected, way: hasSearched ? 'search' : ofTime(selected) }];
  if (!hasSearched) return rawStatuses(kind, statuses).map((status) => ofStatus(selected, status));
  if (statuses.includes('completed')) return [{ selected, way: 'search' }];
  const open = statuses.some((status) => isAmong(OPEN, status)) ? openOf(kind, statuses) : [];
  const ended = statuses.filter((status) => isAmong(ENDED_BADLY, status));
  return [
    ...open.map((status) => ofStatus(selected, status)),
    ...(ended.length > 0 ? [{ selected: ofEnded(selected, ended), way: 'search' as const }] : []),
  ];
}

/** The statuses in `run` that runs with some status may have: the execution that is running waits in it. */
const rawStatuses = (kind: RunKind, statuses: readonly RunStatus[]): readonly RunStatus[] => [
  ...(statuses.some((status) => isAmong(OPEN, status)) ? openOf(kind, statuses) : []),
  ...statuses.filter((status) => !isAmong(OPEN, status)),
];

const openOf = (kind: RunKind, statuses: readonly RunStatus[]): readonly RunStatus[] =>
  kind === 'execution' ? OPEN : statuses.filter((status) => isAmong(OPEN, status));

function ofStatus(selected: SelectedSql, status: RunStatus): Branch {
  const indexed = { ...selected.indexed, status: `run.status = '${status}'` };
  const hasStatus = selected.kind === 'execution' ? selected.hasStatus : null;
  // As a subquery that is planned alone: by the index of such runs, whatever the order of the list.
  const source = isAmong(HELD, status)
    ? `(select * from run where run.owner_id = ${selected.owner} and run.status = '${status}' offset 0) as run`
    : 'run';
  const way = status === 'completed' ? ofTime(selected) : 'index';
  return { selected: { ...selected, source, indexed, hasStatus }, way };
}

function ofEnded(selected: SelectedSql, statuses: readonly RunStatus[]): SelectedSql {
  const ended = hasOneSql(selected.scope, 'ended', `array[${literals(statuses)}]`);
  return { ...selected, searched: { ...selected.searched, ended }, statuses: null, hasStatus: null };
}

/** Whether the kind has no run that a condition could match. */
const isNone = ({ indexed, searched, hasStatus }: SelectedSql): boolean =>
  hasStatus === 'false' || Object.values({ ...indexed, ...searched }).includes('false');

/** SQL that reads a page from rows with `"orderKey"` and `id`. */
export function limitedSql(rows: string, { order, range }: PageOf, parameter: AddParameter): string {
  const direction = readDirection(order, range);
  return `
    select * from (${rows}) as listed order by "orderKey" ${direction}, id ${direction}
    limit ${parameter(range.limit, 'integer')} offset ${range.offset}`;
}

/** SQL of the rows of a page of one kind, in its order. @param ids SQL of `limitedSql`. @param from SQL before it */
export function rowsSql(
  kind: RunKind,
  { columns, ids, from = '' }: { columns: string; ids: string; from?: string },
  { order, range }: PageOf,
): string {
  const direction = readDirection(order, range);
  return `
    select ${columns} from ${from}(${ids}) as found
    join run on run.id = found.id join ${kind} on ${kind}.id = run.id
    order by found."orderKey" ${direction}, found.id ${direction}`;
}

/** SQL of the parts of a cursor, as a column; null unless it is read. */
export function positionSql(order: RunOrder, isRead: boolean, parameter: AddParameter): string {
  return `case when ${parameter(isRead, 'boolean')} then ${orderTextSql(order)} end as "orderText"`;
}

/** The name of a statement that is planned once; undefined: it is planned for its values. */
export function statementName(
  verb: string,
  { indexed, searched, statuses }: SelectedSql,
  { order, range }: PageOf,
): { name?: string } {
  // Names of statements stay on every connection, so only those without filters, in the usual order, are named. A plan
  // for any offset would be made for a large one.
  const isNamed = Object.keys(searched).length === 0 && statuses === null;
  if (!isNamed || range.offset !== 0 || order.field !== 'created_at') return {};
  const names = [...Object.keys(indexed), ...(['after', 'before'] as const).filter((name) => range[name])];
  return { name: `${verb}-${names.join('-')}-${readDirection(order, range)}` };
}
