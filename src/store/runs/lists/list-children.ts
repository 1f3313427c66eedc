import type { RunKind } from '../../../vocabulary.ts';
import type { Database } from '../../database/database.ts';
import { type AddParameter, collectParameters } from '../../database/statement.ts';
import type { ListedColumns } from './list-runs.ts';
import { countedSql, foundSql, limitedSql, type PageOf, positionSql, rowsSql } from './list-sql.ts';
import type { RunPosition } from './run-order.ts';
import { type ParentSql, type RunSelection, type SelectedSql, selectedSql } from './selected-sql.ts';

/** Runs of one kind that belong to something with many runs. */
export interface Children extends RunSelection {
  kind: RunKind;
  parent: keyof ParentSql;
}

/** A run with the parent whose list it is in. */
export type Child<Row> = Row & RunPosition & { parentId: string };

const WANTED = '(select distinct unnest($1::text[]) as id) as wanted';

/** A page of the runs of each of many parents, in one query. */
export async function readChildren<Row>(
  database: Database,
  parentIds: readonly string[],
  children: Children,
  { columns, ...page }: PageOf & { columns: ListedColumns },
): Promise<Child<Row>[]> {
  const { parameter, values } = collectParameters();
  parameter(parentIds, 'text[]');
  const position = positionSql(page.order, columns.withPosition, parameter);
  const read = `${columns.sqlOf(parameter)}, wanted.id as "parentId", ${position}`;
  const ids = limitedSql(foundSql(selected(children, parameter), page, parameter), page, parameter);
  const from = `${WANTED} cross join lateral `;
  const { rows } = await database.pool.query<Child<Row>>({
    text: rowsSql(children.kind, { columns: read, ids, from }, page),
    values,
  });
  return page.range.fromEnd ? rows.reverse() : rows;
}

/** The numbers of the runs of many parents, each as in `RowList.count`, in one query. */
export async function countChildren(
  database: Database,
  parentIds: readonly string[],
  children: Children,
): Promise<{ parentId: string; count: number }[]> {
  const { parameter, values } = collectParameters();
  parameter(parentIds, 'text[]');
  const counted = countedSql(selected(children, parameter));
  const { rows } = await database.pool.query<{ parentId: string; count: number }>({
    text: `
      select wanted.id as "parentId",
        (select count(*)::int from (${counted}) as counted) as count
      from ${WANTED}`,
    values,
  });
  return rows;
}

function selected({ kind, parent, ...selection }: Children, parameter: AddParameter): SelectedSql {
  return selectedSql(kind, selection, parameter, { [parent]: 'wanted.id' });
}
