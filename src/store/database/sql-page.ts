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
  /** The number of its rows, however many there are, if it is kept; null or absent: it has to be counted. */
  readCount?(): Promise<number | null>;
}

/** A page of the children of one row of another table. */
export interface ChildPage<Range = ListRange> {
  parentId: string;
  range: Range;
}

/** Of the first part of a list cursor, for `to_char`. */
export const CURSOR_TIME = 'YYYY-MM-DD"T"HH24:MI:SS.USZ';
