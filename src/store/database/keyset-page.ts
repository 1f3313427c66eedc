/** A position in a list: lists are ordered by creation time, then by id, newest first. */
export interface ListPosition {
  /** `created_at` with all six digits, which a Date cannot represent. */
  createdAtText: string;
  id: string;
}

/** The range of a list to read, by keyset: nothing is skipped or repeated while others are created. */
export interface ListRange {
  after: ListPosition | null;
  before: ListPosition | null;
  /** Number of rows to skip at the beginning of the range. */
  offset: number;
  limit: number;
  /** true: the last `limit` rows of the range instead of the first; they are read in reverse. */
  fromEnd: boolean;
}

/** A page of the children of one row of another table. */
export interface PartsPage {
  wholeId: string;
  range: ListRange;
}

/** SQL of the first part of a list cursor. */
export function createdAtTextSql(table: string): string {
  return `to_char(${table}.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.USZ')`;
}

/** SQL over a table with `created_at` and `id`. Its parameters are the first six: `rangeValues`. */
export function rangeSql(
  table: string,
  fromEnd: boolean,
): { name: string; condition: string; order: string } {
  const name = fromEnd ? 'asc' : 'desc';
  const key = `(${table}.created_at, ${table}.id)`;
  return {
    name,
    condition: `($1::timestamptz is null or ${key} < ($1::timestamptz, $2::text))
        and ($3::timestamptz is null or ${key} > ($3::timestamptz, $4::text))`,
    order: `order by ${table}.created_at ${name}, ${table}.id ${name} limit $5 offset $6`,
  };
}

/**
 * SQL that reads a page for each of the parents in parameter 7. @param select SQL for one, of `session_id =
 * wanted.id`
 */
export function ofEachSql(select: string, { name }: { name: string }): string {
  return `
    select page.* from (select distinct unnest($7::text[]) as id) as wanted cross join lateral (${select}) as page
    order by page."createdAtText" ${name}, page.id ${name}`;
}

export function rangeValues({ after, before, limit, offset }: ListRange): unknown[] {
  return [
    after?.createdAtText ?? null,
    after?.id ?? null,
    before?.createdAtText ?? null,
    before?.id ?? null,
    limit,
    offset,
  ];
}
