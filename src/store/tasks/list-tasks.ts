import type { Database } from '../database/database.ts';
import type { RowList } from '../database/sql-page.ts';
import { type AddParameter, collectParameters } from '../database/statement.ts';
import { readKeptCounts } from '../runs/lists/kept-count.ts';
import { type Child, type Children, countChildren, readChildren } from '../runs/lists/list-children.ts';
import { type ListedColumns, listKind, type RunListing } from '../runs/lists/list-runs.ts';
import type { PageOf } from '../runs/lists/list-sql.ts';
import type { RunPosition } from '../runs/lists/run-order.ts';
import { select } from '../runs/run-row.ts';
import { COLUMNS, COSTLY_COLUMNS, type TaskRow } from './tasks.ts';

/** The columns that a list has to read; costly columns that are not among them are null. */
export type TaskColumns = readonly string[];

/** Of those, the columns that may be long. */
export const LONG_COLUMNS: ReadonlySet<string> = new Set([
  'metadata',
  'description',
  'context',
  'taskParameters',
  'prompt',
  'system',
  'responseSchema',
  'templateParameters',
  'plan',
  'result',
] satisfies (keyof typeof COSTLY_COLUMNS)[]);

/** The column that stands for the parts of cursors. */
export const POSITION_COLUMN = 'orderText';

/** The tasks of an owner, by keyset. */
export function listTasks(
  database: Database,
  listing: RunListing & { columns: TaskColumns },
): RowList<TaskRow & RunPosition, RunPosition> {
  const { columns, ...selection } = listing;
  return listKind(database, 'task', selection, listedColumns(columns));
}

/** Many in one query, of any owner; by id. */
export async function readListedTasks(
  database: Database,
  ids: readonly string[],
  columns: TaskColumns,
): Promise<Map<string, TaskRow>> {
  const { parameter, values } = collectParameters();
  const { rows } = await database.pool.query<TaskRow>({
    name: 'read-listed-tasks',
    text: `
      select ${columnsSql(columns, parameter)} from run join task on task.id = run.id
      where run.id = any(${parameter(ids, 'text[]')})`,
    values,
  });
  return new Map(rows.map((row) => [row.id, row]));
}

function listedColumns(columns: TaskColumns): ListedColumns {
  return {
    sqlOf: (parameter) => columnsSql(columns, parameter),
    withPosition: columns.includes(POSITION_COLUMN),
  };
}

function columnsSql(columns: TaskColumns, parameter: AddParameter): string {
  const asked = Object.entries(COSTLY_COLUMNS).map(([name, column]) => [
    name,
    `case when ${parameter(columns.includes(name), 'boolean')} then ${column} end`,
  ]);
  return select({ ...COLUMNS, ...Object.fromEntries(asked) });
}

/** The tasks of sessions or threads. */
export type TasksOfParent = Omit<Children, 'kind'>;

export interface TaskPage extends TasksOfParent, PageOf {
  columns: TaskColumns;
}

/** A page of the tasks of each of many sessions or threads, in one query. */
export function readTasksOf(
  database: Database,
  parentIds: readonly string[],
  { columns, order, range, ...children }: TaskPage,
): Promise<Child<TaskRow>[]> {
  return readChildren(
    database,
    parentIds,
    { kind: 'task', ...children },
    { order, range, columns: listedColumns(columns) },
  );
}

/** The numbers of the tasks of many sessions or threads, in one query. Those that counters hold are not counted. */
export async function countTasksOf(
  database: Database,
  parentIds: readonly string[],
  children: TasksOfParent,
): Promise<{ parentId: string; count: number }[]> {
  const kept =
    children.parent === 'session' ? await readKeptCounts(database, parentIds, 'task', children) : null;
  return kept ?? countChildren(database, parentIds, { kind: 'task', ...children });
}
