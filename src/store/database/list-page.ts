import { type SelectQueryBuilder, sql } from 'kysely';
import type { ListPosition, ListRange } from './keyset-page.ts';
import type { Row, Tables } from './tables.ts';

type ListedTable = {
  [Table in keyof Tables]: 'id' | 'createdAt' extends keyof Tables[Table] ? Table : never;
}[keyof Tables];

/** A row with the first part of its list cursor. */
export type ListedRow<Table extends ListedTable> = Row<Table> & Pick<ListPosition, 'createdAtText'>;

/** The first part of a list cursor, as a column. */
export function createdAtText(table: ListedTable) {
  const createdAt = sql.ref(`${table}.createdAt`);
  return sql<string>`to_char(${createdAt} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.USZ')`.as(
    'createdAtText',
  );
}

/** The rows of a query within a range of its list, newest first, by keyset. */
export async function readPage<Table extends ListedTable, Listed>(
  query: SelectQueryBuilder<Tables, Table, Listed>,
  table: Table,
  { after, before, limit, offset, fromEnd }: ListRange,
): Promise<Listed[]> {
  const [createdAt, id] = [sql.ref(`${table}.createdAt`), sql.ref(`${table}.id`)];
  const key = sql`(${createdAt}, ${id})`;
  const direction = fromEnd ? 'asc' : 'desc';
  let page = query.orderBy(createdAt, direction).orderBy(id, direction).limit(limit).offset(offset);
  if (after) page = page.where(sql<boolean>`${key} < (${after.createdAtText}::timestamptz, ${after.id})`);
  if (before) page = page.where(sql<boolean>`${key} > (${before.createdAtText}::timestamptz, ${before.id})`);
  const rows = await page.execute();
  return fromEnd ? rows.reverse() : rows;
}
