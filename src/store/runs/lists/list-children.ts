import type { RunKind } from '../../../vocabulary.ts';
import type { Database } from '../../database/database.ts';
import { type AddParameter, collectParameters } from '../../database/statement.ts';
import type { ListedColumns } from './list-runs.ts';
import {
  countedSql,
  limitedSql,
  MAX_SEARCHED,
  pageSql,
  positionSql,
  type RunRange,
  type RunSelection,
  selectedSql,
} from './list-sql.ts';
import { type RunOrder, type RunPosition, readDirection } from './run-order.ts';

/** Runs of one kind that belong to something with many runs. */
export interface Children extends RunSelection {
  kind: RunKind;
  /** SQL of the column with the parent's id. */
  parent: string;
}

export interface ChildRange {
  order: RunOrder;
  range: RunRange;
}

/** A run with the parent whose list it is in. */
export type Child<Row> = Row & RunPosition & { parentId: string };

const WANTED = '(select distinct unnest($1::text[]) as id) as wanted';

/** A page of the runs of each of many parents, in one query. */
export async function readChildren<Row>(
  database: Database,
  parentIds: readonly string[],
  children: Children,
  page: ChildRange & { columns: ListedColumns },
): Promise<Child<Row>[]> {
  const { parameter, values } = collectParameters();
  parameter(parentIds, 'text[]');
  const { order, range, columns } = page;
  const position = positionSql(order, columns.withPosition, parameter);
  const read = `${columns.sqlOf(parameter)}, wanted.id as "parentId", ${position}`;
  const { sql } = pageSql(
    children.kind,
    selected(children, parameter),
    { columns: read, order, range, searched: searchedOf(parentIds) },
    parameter,
  );
  const direction = readDirection(order, range);
  const text = `
    select page.* from ${WANTED} cross join lateral (${limitedSql(sql, page, parameter)}) as page
    order by page."orderKey" ${direction}, page.id ${direction}`;
  const { rows } = await database.pool.query<Child<Row>>({ text, values });
  return range.fromEnd ? rows.reverse() : rows;
}

/** The numbers of the runs of many parents, each as in `RowList.count`, in one query. */
export async function countChildren(
  database: Database,
  parentIds: readonly string[],
  children: Children,
): Promise<{ parentId: string; count: number }[]> {
  const { parameter, values } = collectParameters();
  parameter(parentIds, 'text[]');
  const counted = countedSql(children.kind, selected(children, parameter), searchedOf(parentIds));
  const { rows } = await database.pool.query<{ parentId: string; count: number }>({
    text: `
      select wanted.id as "parentId",
        (select count(*)::int from (${counted}) as counted) as count
      from ${WANTED}`,
    values,
  });
  return rows;
}

/** The parents share what one statement may search. */
const searchedOf = ({ length }: readonly string[]) => Math.ceil(MAX_SEARCHED / length);

function selected(
  { kind, parent, ...selection }: Children,
  parameter: AddParameter,
): Readonly<Record<string, string>> {
  return {
    ...selectedSql(kind, selection, parameter),
    parent: `${parent} = wanted.id`,
  };
}
