import { type ParameterTypes, type Placeholders, prepare, type Values } from './statement.ts';

/** A position in a list: lists are ordered by creation time, then by id, newest first. */
export interface ListPosition {
  /** `created_at` with all six digits, which a Date cannot represent. */
  createdAtText: string;
  id: string;
}

/** The range of a list to read, by keyset: nothing is skipped or repeated while others are created. */
export interface ListRange<Position = ListPosition> {
  after: Position | null;
  before: Position | null;
  /** Number of rows to skip at the beginning of the range. */
  offset: number;
  limit: number;
  /** true: the last `limit` rows of the range instead of the first; they are read in reverse. */
  fromEnd: boolean;
}

/** A list is counted up to this number; reading more rows would cost more than a total is worth. */
export const MAX_COUNTED = 10_000;

/** A list whose pages, and whose length, are read when they are asked for. */
export interface RowList<Row, Position = ListPosition> {
  read(range: ListRange<Position>): Promise<Row[]>;
  /** The number of its rows; MAX_COUNTED + 1 when there are more than MAX_COUNTED. */
  count(): Promise<number>;
}

/** A page of the children of one row of another table. */
export interface ChildPage<Range = ListRange> {
  parentId: string;
  range: Range;
}

/** Of the first part of a list cursor, for `to_char`. */
export const CURSOR_TIME = 'YYYY-MM-DD"T"HH24:MI:SS.USZ';

/** SQL of the first part of a list cursor. */
export function createdAtTextSql(table: string): string {
  return `to_char(${table}.created_at at time zone 'UTC', '${CURSOR_TIME}')`;
}

const RANGE = {
  afterAt: 'timestamptz',
  afterId: 'text',
  beforeAt: 'timestamptz',
  beforeId: 'text',
  limit: 'bigint',
  offset: 'bigint',
} as const;

/** SQL of a page of a table with `created_at` and `id`. */
export interface Page {
  direction: 'asc' | 'desc';
  condition: string;
  /** With limit and offset. */
  order: string;
}

function pageSql(table: string, fromEnd: boolean, $: Placeholders<typeof RANGE>): Page {
  const direction = fromEnd ? 'asc' : 'desc';
  const key = `(${table}.created_at, ${table}.id)`;
  return {
    direction,
    condition: `(${$.afterAt} is null or ${key} < (${$.afterAt}, ${$.afterId}))
        and (${$.beforeAt} is null or ${key} > (${$.beforeAt}, ${$.beforeId}))`,
    order: `order by ${table}.created_at ${direction}, ${table}.id ${direction} limit ${$.limit} offset ${$.offset}`,
  };
}

/**
 * A statement that reads a page of a table with `created_at` and `id`, for each direction.
 * @param types its other parameters
 */
export function pageStatement<const Types extends ParameterTypes>(
  name: string,
  table: string,
  types: Types,
  textOf: ($: Placeholders<Types>, page: Page) => string,
) {
  const [fromStart, fromEnd] = [false, true].map((isFromEnd) =>
    prepare(`${name}-${isFromEnd ? 'asc' : 'desc'}`, { ...RANGE, ...types }, ($) =>
      textOf($, pageSql(table, isFromEnd, $)),
    ),
  );
  return (range: ListRange, values: Values<Types>) =>
    (range.fromEnd ? fromEnd : fromStart)!({ ...rangeParameters(range), ...values });
}

function rangeParameters({ after, before, limit, offset }: ListRange): Values<typeof RANGE> {
  return {
    afterAt: after?.createdAtText ?? null,
    afterId: after?.id ?? null,
    beforeAt: before?.createdAtText ?? null,
    beforeId: before?.id ?? null,
    limit,
    offset,
  };
}

/**
 * SQL that reads a page for each of several parents.
 * @param select SQL that reads one parent's page, filtered by e.g. `session_id = wanted.id`. @param parents SQL of
 * the parents' ids
 */
export function ofEachSql(select: string, { direction }: Pick<Page, 'direction'>, parents: string): string {
  return `
    select page.* from (select distinct unnest(${parents}) as id) as wanted cross join lateral (${select}) as page
    order by page."createdAtText" ${direction}, page.id ${direction}`;
}
