import { z } from 'zod';
import { DomainError } from '../../errors.ts';
import { isStorable } from '../../rules/text/text.ts';
import {
  type ListPosition,
  type ListRange,
  MAX_COUNTED,
  type RowList,
} from '../../store/database/sql-page.ts';
import { validate } from './validate.ts';

export const DEFAULT_SIZE = 20;
export const MAX_SIZE = 100;
/** Skipped rows are read as well; use cursors to go further. */
export const MAX_OFFSET = 10_000;

/** Relay's arguments, as given. */
export interface PageArguments {
  first?: number | null | undefined;
  last?: number | null | undefined;
  after?: string | null | undefined;
  before?: string | null | undefined;
  /** In addition to Relay's: for numbered pages. */
  offset?: number | null | undefined;
}

/** A requested page, with the range of rows to read for it. */
export interface Page<Position = ListPosition> {
  size: number;
  range: ListRange<Position>;
  cursors: CursorForm<Position>;
}

/** What the cursors of a list contain. */
export interface CursorForm<Position> {
  contentOf(position: Position): readonly string[];
  /** Throws when it is not the content of a cursor of this list. */
  positionIn(content: unknown): Position;
}

const offset = z
  .number()
  .int()
  .min(0, 'must be at least 0')
  .max(MAX_OFFSET, `must be at most ${MAX_OFFSET}; continue with after: the endCursor of a page`);

/** The schema for page sizes. Callers keep it, because creating a schema costs more than using it. */
export function sizesUpTo(maxSize: number) {
  const sizeFrom = (least: number) =>
    z.number().int().min(least, `must be at least ${least}`).max(maxSize, `must be at most ${maxSize}`);
  // An empty page has no rows to count from the end.
  return z.object({ first: sizeFrom(0).nullish(), last: sizeFrom(1).nullish(), offset: offset.nullish() });
}

const USUAL_SIZES = sizesUpTo(MAX_SIZE);

export const cursorTime = z.iso.datetime({ precision: 6 }).refine((time) => !time.startsWith('0000'));
export const cursorId = z.string().refine(isStorable);
const cursorContent = z.tuple([cursorTime, cursorId]);

const NEWEST_FIRST: CursorForm<ListPosition> = {
  contentOf: ({ createdAtText, id }) => [createdAtText, id],
  positionIn(content) {
    const [createdAtText, id] = cursorContent.parse(content);
    return { createdAtText, id };
  },
};

/** A page of a list that is ordered by creation time. @throws DomainError VALIDATION_ERROR, BAD_CURSOR */
export function readPage(given: PageArguments, sizes = USUAL_SIZES): Page {
  return readPageOf(given, NEWEST_FIRST, sizes);
}

/** @throws DomainError VALIDATION_ERROR, BAD_CURSOR */
export function readPageOf<Position>(
  given: PageArguments,
  cursors: CursorForm<Position>,
  sizes = USUAL_SIZES,
): Page<Position> {
  const sizesGiven = { first: given.first, last: given.last, offset: given.offset };
  const { first, last, offset } = validate(sizes, sizesGiven);
  if (typeof first === 'number' && last) {
    throw new DomainError('VALIDATION_ERROR', 'last: give first or last, not both', { field: 'last' });
  }
  if (offset && last) {
    throw new DomainError('VALIDATION_ERROR', 'offset: requires first, not last', { field: 'offset' });
  }
  const size = first ?? last ?? DEFAULT_SIZE;
  const range = {
    // One more, to determine whether there is a next page.
    limit: size + 1,
    offset: offset ?? 0,
    fromEnd: Boolean(last),
    after: readCursor(given.after, 'after', cursors),
    before: readCursor(given.before, 'before', cursors),
  };
  return { size, range, cursors };
}

export function writeCursor(content: readonly string[]): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

function readCursor<Position>(
  cursor: string | null | undefined,
  field: string,
  cursors: CursorForm<Position>,
): Position | null {
  if (cursor === null || cursor === undefined) return null;
  try {
    return cursors.positionIn(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    throw new DomainError('BAD_CURSOR', `${field}: is not a cursor of this list`, { field }, { cause });
  }
}

/** The length of a list, as far as it is counted. */
export interface ListTotal {
  count: number;
  isExact: boolean;
}

/** Reads a page of a list as a Relay connection. Its total is counted when it is asked for. */
export async function connect<Row extends Position, Position>(
  { size, range, cursors }: Page<Position>,
  list: RowList<Row, Position>,
) {
  const rows = await list.read(range);
  const hasMore = rows.length > size;
  const shown = range.fromEnd ? rows.slice(-size) : rows.slice(0, size);
  const cursorOf = (row: Row) => writeCursor(cursors.contentOf(row));
  let total: Promise<ListTotal> | null = null;
  // Getters: a cursor needs a column of its own, which is read only when selected.
  return {
    edges: shown.map((node) => ({
      node,
      get cursor() {
        return cursorOf(node);
      },
    })),
    pageInfo: {
      hasNextPage: range.fromEnd ? range.before !== null : hasMore,
      hasPreviousPage: range.fromEnd ? hasMore : range.after !== null || range.offset > 0,
      get startCursor() {
        return shown[0] ? cursorOf(shown[0]) : null;
      },
      get endCursor() {
        const last = shown.at(-1);
        return last ? cursorOf(last) : null;
      },
    },
    total: () => (total ??= totalOf(list)),
  };
}

async function totalOf(list: Pick<RowList<unknown>, 'count' | 'readCount'>): Promise<ListTotal> {
  const kept = await list.readCount?.();
  if (typeof kept === 'number') return { count: kept, isExact: true };
  const count = await list.count();
  return { count: Math.min(count, MAX_COUNTED), isExact: count <= MAX_COUNTED };
}
