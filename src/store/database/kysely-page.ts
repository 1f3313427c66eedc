import { type SelectQueryBuilder, sql } from 'kysely';
import { CURSOR_TIME, type ListPosition, type ListRange, MAX_COUNTED, type RowList } from './sql-page.ts';
import { type Queryable, type Row, type Tables, tables } from './tables.ts';

type ListedTable = {
  [Table in keyof Tables]: 'id' | 'createdAt' extends keyof Tables[Table] ? Table : never;
}[keyof Tables];

/** A row with the first part of its list cursor. */
export type ListedRow<Table extends ListedTable> = Row<Table> & Pick<ListPosition, 'createdAtText'>;

/** The first part of a list cursor, as a column. */
export function createdAtText(table: ListedTable) {
  const createdAt = sql.ref(`${table}.createdAt`);
  return sql<string>`to_char(${createdAt} at time zone 'UTC', ${sql.lit(CURSOR_TIME)})`.as('createdAtText');
}

type ListQuery<Table extends ListedTable, Listed> = SelectQueryBuilder<Tables, Table, Listed>;

/** A list of the rows of a query, newest first, by keyset. */
export function keysetList<Table extends ListedTable, Listed>(
  client: Queryable,
  query: ListQuery<Table, Listed>,
  table: Table,
): RowList<Listed> {
  return {
    async read(range) {
      const rows = await inRange(query, table, range).execute();
      return range.fromEnd ? rows.reverse() : rows;
    },
    async count() {
      const count = sql<number>`(select count(*)::int from (${counted(query)}) as counted)`.as('count');
      return (await tables(client).selectNoFrom(count).executeTakeFirstOrThrow()).count;
    },
  };
}

function counted<Table extends ListedTable, Listed>(query: ListQuery<Table, Listed>) {
  return query
    .clearSelect()
    .select(sql.lit(1).as('one'))
    .limit(MAX_COUNTED + 1);
}

/** Counts the children of each parent like `RowList.count`, in one query. @returns the numbers by parent */
export async function countPerParent<Table extends ListedTable, Listed>(
  client: Queryable,
  query: ListQuery<Table, Listed>,
  { table, parent }: { table: Table; parent: keyof Tables[Table] & string },
  parentIds: readonly string[],
): Promise<Map<string, number>> {
  const children = counted(query.where(sql<boolean>`${sql.ref(`${table}.${parent}`)} = wanted.id`));
  const rows = await tables(client)
    .selectFrom(sql<{ id: string }>`(select distinct unnest(${parentIds}::text[]) as id)`.as('wanted'))
    .select(['wanted.id', sql<number>`(select count(*)::int from (${children}) as counted)`.as('count')])
    .execute();
  return new Map(rows.map(({ id, count }) => [id, count]));
}

/** Reads a page for each parent, in one query. @param parent the column with the parent's id */
export async function readPagePerParent<Table extends ListedTable, Listed>(
  client: Queryable,
  query: ListQuery<Table, Listed>,
  { table, parent }: { table: Table; parent: keyof Tables[Table] & string },
  parentIds: readonly string[],
  range: ListRange,
): Promise<Listed[]> {
  const direction = range.fromEnd ? 'asc' : 'desc';
  const children = query.where(sql<boolean>`${sql.ref(`${table}.${parent}`)} = wanted.id`);
  const rows = await tables(client)
    .selectFrom(sql`(select distinct unnest(${parentIds}::text[]) as id)`.as('wanted'))
    .innerJoinLateral(inRange(children, table, range).as('page'), (join) => join.onTrue())
    .selectAll('page')
    .$castTo<Listed>()
    .orderBy(sql`page.created_at_text`, direction)
    .orderBy(sql`page.id`, direction)
    .execute();
  return range.fromEnd ? rows.reverse() : rows;
}

function inRange<Table extends ListedTable, Listed>(
  query: ListQuery<Table, Listed>,
  table: Table,
  { after, before, limit, offset, fromEnd }: ListRange,
): ListQuery<Table, Listed> {
  const [createdAt, id] = [sql.ref(`${table}.createdAt`), sql.ref(`${table}.id`)];
  const key = sql`(${createdAt}, ${id})`;
  const direction = fromEnd ? 'asc' : 'desc';
  let page = query.orderBy(createdAt, direction).orderBy(id, direction).limit(limit).offset(offset);
  if (after) page = page.where(sql<boolean>`${key} < (${after.createdAtText}::timestamptz, ${after.id})`);
  if (before) page = page.where(sql<boolean>`${key} > (${before.createdAtText}::timestamptz, ${before.id})`);
  return page;
}
