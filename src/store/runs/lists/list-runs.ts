import { RUN_KINDS, type RunKind } from '../../../vocabulary.ts';
import type { Database } from '../../database/database.ts';
import { MAX_COUNTED, type RowList } from '../../database/sql-page.ts';
import { type AddParameter, collectParameters } from '../../database/statement.ts';
import { readKeptCount } from './kept-count.ts';
import {
  countedSql,
  foundSql,
  limitedSql,
  matchingSql,
  type PageOf,
  positionSql,
  rowsSql,
  statementName,
} from './list-sql.ts';
import { type RunOrder, type RunPosition, readDirection } from './run-order.ts';
import { type RunSelection, selectedSql } from './selected-sql.ts';

/** A list of the runs of one or more kinds. */
export interface RunListing extends RunSelection {
  order: RunOrder;
}

/** A run in a list of several kinds. */
export interface RunReference extends RunPosition {
  id: string;
  runKind: RunKind;
}

/**
 * Runs of several kinds in one order. Each kind is read by its own index, up to the length of a page, so that a page
 * costs a few pages, however many runs there are.
 */
export function listRuns(
  database: Database,
  { order, ...selection }: RunListing,
  kinds: readonly RunKind[] = RUN_KINDS,
): RowList<RunReference, RunPosition> {
  return {
    async read(range) {
      if (kinds.length === 0) return [];
      const { rows } = await database.pool.query<RunReference>(pageOf(kinds, selection, { order, range }));
      return range.fromEnd ? rows.reverse() : rows;
    },
    count: () => countRuns(database, kinds, selection),
    readCount: () => readKeptCount(database, kinds, selection),
  };
}

function pageOf(kinds: readonly RunKind[], selection: RunSelection, page: PageOf) {
  const { parameter, values } = collectParameters();
  const position = positionSql(page.order, true, parameter);
  const parts = kinds.map(
    (kind) => `(${foundSql(selectedSql(kind, selection, parameter), page, parameter)})`,
  );
  const direction = readDirection(page.order, page.range);
  const text = `
    select run.id, run.kind as "runKind", ${position}
    from (${limitedSql(parts.join(' union all '), page, parameter)}) as found join run on run.id = found.id
    order by found."orderKey" ${direction}, found.id ${direction}`;
  return { text, values };
}

/** The number of runs of some kinds, as in `RowList.count`. */
export async function countRuns(
  database: Database,
  kinds: readonly RunKind[],
  selection: RunSelection,
): Promise<number> {
  if (kinds.length === 0) return 0;
  const { parameter, values } = collectParameters();
  const parts = kinds.map((kind) => `(${countedSql(selectedSql(kind, selection, parameter))})`);
  const text = `
    select least(count(*), ${MAX_COUNTED + 1})::int as count from (${parts.join(' union all ')}) as counted`;
  const { rows } = await database.pool.query<{ count: number }>({ text, values });
  return rows[0]!.count;
}

/** Those of some runs that a list has. */
export async function matchingRuns(
  { pool }: Database,
  kind: RunKind,
  selection: RunSelection,
  ids: readonly string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { parameter, values } = collectParameters();
  const text = matchingSql(selectedSql(kind, selection, parameter), parameter(ids, 'text[]'));
  const { rows } = await pool.query<{ id: string }>({ text, values });
  return new Set(rows.map(({ id }) => id));
}

/** What a list of one kind reads of each run. */
export interface ListedColumns {
  /** SQL of the columns. */
  sqlOf(parameter: AddParameter): string;
  /** Whether the parts of cursors are read. */
  withPosition: boolean;
}

/** Runs of one kind. */
export function listKind<Row>(
  database: Database,
  kind: RunKind,
  { order, ...selection }: RunListing,
  columns: ListedColumns,
): RowList<Row & RunPosition, RunPosition> {
  return {
    async read(range) {
      const { parameter, values } = collectParameters();
      const page = { order, range };
      const position = positionSql(order, columns.withPosition, parameter);
      const read = `${columns.sqlOf(parameter)}, ${position}`;
      const selected = selectedSql(kind, selection, parameter);
      const ids = limitedSql(foundSql(selected, page, parameter), page, parameter);
      const text = rowsSql(kind, { columns: read, ids }, page);
      const name = statementName(`list-${kind}s`, selected, page);
      const { rows } = await database.pool.query<Row & RunPosition>({ ...name, text, values });
      return range.fromEnd ? rows.reverse() : rows;
    },
    count: () => countRuns(database, [kind], selection),
    readCount: () => readKeptCount(database, [kind], selection),
  };
}
