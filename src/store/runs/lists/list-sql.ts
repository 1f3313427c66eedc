import type { RunKind } from '../../../vocabulary.ts';
import { type ListRange, MAX_COUNTED } from '../../database/sql-page.ts';
import type { AddParameter } from '../../database/statement.ts';
import { filterSql, type RunFilter, textLengthSql } from './run-filter.ts';
import {
  betweenSql,
  orderKeySql,
  orderTextSql,
  type RunOrder,
  type RunPosition,
  readDirection,
} from './run-order.ts';

/** Which runs of a kind a list has. */
export interface RunSelection {
  ownerId: string;
  filter: RunFilter;
  /** The execution of which they are parts; null: runs that are not parts. */
  executionId: string | null;
}

export type RunRange = ListRange<RunPosition>;

/** The longest page, plus one row to detect another page. The planner can see it, unlike a parameter. */
const MAX_LISTED = 101;

export interface ListSql {
  /** The names of its conditions, which determine its text. */
  names: string[];
  sql: string;
}

/** SQL conditions by their names. */
type Conditions = Readonly<Record<string, string>>;

/** To search the words of a run takes from 50 µs to 4 ms, by their length, and an account may have a million runs. */
export const MAX_SEARCHED = 10_000;
/** The mean length of texts up to which as many runs are searched. */
const CHARACTERS_PER_RUN = 2_000;

interface Search {
  /** SQL of what is selected. */
  columns: string;
  /** The number of runs whose words are searched. */
  searched: number;
}

interface Listed extends Omit<Search, 'searched'>, Partial<Pick<Search, 'searched'>> {
  order: RunOrder;
  range: RunRange;
}

/** The conditions of a selection. */
export function selectedSql(
  kind: RunKind,
  { ownerId, filter, executionId }: RunSelection,
  parameter: AddParameter,
): Conditions {
  return {
    owner: `run.owner_id = ${parameter(ownerId, 'text')} and run.kind = '${kind}'`,
    ...(executionId === null
      ? { whole: 'run.parent_id is null' }
      : { execution: `run.parent_id = ${parameter(executionId, 'text')}` }),
    ...filterSql(kind, filter, parameter),
  };
}

/**
 * SQL of the rows of a page, with `"orderKey"` and, if they are read, the parts of its cursors. It may return rows
 * after the page: the whole statement limits and orders them.
 */
export function pageSql(
  kind: RunKind,
  conditions: Conditions,
  { columns, order, range, searched = MAX_SEARCHED }: Listed,
  parameter: AddParameter,
): ListSql {
  const all = { ...conditions, ...betweenSql(order, range, parameter) };
  const [key, direction] = [orderKeySql(order), readDirection(order, range)];
  return {
    names: Object.keys(all),
    sql: `
      select ${columns}, ${key} as "orderKey" ${foundSql(kind, all, { columns, searched })}
      order by ${key} ${direction}, run.id ${direction} limit ${MAX_LISTED + range.offset}`,
  };
}

/** SQL of as many rows as are counted. @param searched as of `pageSql` */
export function countedSql(kind: RunKind, conditions: Conditions, searched = MAX_SEARCHED): string {
  return `select 1 ${foundSql(kind, conditions, { columns: '', searched })} limit ${MAX_COUNTED + 1}`;
}

/** SQL of the ids of all runs that match. */
export function matchingSql(kind: RunKind, conditions: Conditions): string {
  const all = joined(conditions);
  return `select run.id from ${sourceSql(kind, all)} where ${all}`;
}

/** Conditions by which indexes find runs of an account, the newest first. */
const INDEXED = [
  'owner',
  'whole',
  'execution',
  'parent',
  'createdFrom',
  'createdTo',
  'sessionId',
  'threadId',
];

const NEWEST = 'order by run.created_at desc, run.id desc';

/** SQL of the runs that match. Words are searched only in the newest of those that indexes find. */
function foundSql(kind: RunKind, conditions: Conditions, { columns, searched }: Search): string {
  const all = joined(conditions);
  if (!conditions.text) return `from ${sourceSql(kind, `${columns} ${all}`)} where ${all}`;
  const named = Object.entries(conditions);
  const indexed = joined(Object.fromEntries(named.filter(([name]) => INDEXED.includes(name))));
  const others = joined(Object.fromEntries(named.filter(([name]) => !INDEXED.includes(name))));
  // By its key for each run: for thousands, the planner might rather read the table with the runs of all accounts.
  const ofKind = `cross join lateral (select * from ${kind} as each where each.id = run.id limit 1) as ${kind}`;
  return `
    from (
      select run.*, sum(${textLengthSql(kind)}) over (${NEWEST} rows unbounded preceding) as characters
      from ${indexed.includes(`${kind}.`) ? sourceSql(kind, indexed) : `run ${ofKind}`}
      where ${indexed} ${NEWEST} limit ${searched}
    ) as run ${ofKind}
    where run.characters <= ${searched * CHARACTERS_PER_RUN} and ${others}`;
}

const joined = (conditions: Conditions) => Object.values(conditions).join(' and ');

/** The table of the kind is joined only where it is read. */
function sourceSql(kind: RunKind, read: string): string {
  return read.includes(`${kind}.`) ? `run join ${kind} on ${kind}.id = run.id` : 'run';
}

/** SQL that reads a page from rows with `"orderKey"` and `id`. */
export function limitedSql(
  rows: string,
  { order, range }: { order: RunOrder; range: RunRange },
  parameter: AddParameter,
): string {
  const direction = readDirection(order, range);
  return `
    select * from (${rows}) as listed order by "orderKey" ${direction}, id ${direction}
    limit ${parameter(range.limit, 'integer')} offset ${range.offset}`;
}

/** SQL of the parts of a cursor, as a column; null unless it is read. */
export function positionSql(order: RunOrder, isRead: boolean, parameter: AddParameter): string {
  return `case when ${parameter(isRead, 'boolean')} then ${orderTextSql(order)} end as "orderText"`;
}

/** Names of statements stay on every connection, so only those of few conditions, in the usual order, are named. */
const MAX_NAMED = 5;

/** The name of a statement that is planned once; undefined: it is planned for its values. */
export function statementName(
  verb: string,
  names: readonly string[],
  { order, range }: { order: RunOrder; range: RunRange },
): { name?: string } {
  // A plan for any offset would be made for a large one.
  const isNamed = names.length <= MAX_NAMED && range.offset === 0 && order.field === 'created_at';
  return isNamed ? { name: `${verb}-${names.join('-')}-${readDirection(order, range)}` } : {};
}
