import { z } from 'zod';
import { DomainError } from '../../errors.ts';
import { isStorable } from '../../rules/text/text.ts';
import type { ListPosition, ListRange } from '../../store/database/sql-page.ts';
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

/** The range of rows to read for a page. */
export interface Page extends ListRange {
  size: number;
}

const offset = z
  .number()
  .int()
  .min(0, 'must be at least 0')
  .max(MAX_OFFSET, `must be at most ${MAX_OFFSET}; continue with after: the endCursor of a page`);

/** The schema for page sizes. Callers keep it, because creating a schema costs more than using it. */
export function sizesUpTo(maxSize: number) {
  const size = z.number().int().min(1, 'must be at least 1').max(maxSize, `must be at most ${maxSize}`);
  return z.object({ first: size.nullish(), last: size.nullish(), offset: offset.nullish() });
}

const USUAL_SIZES = sizesUpTo(MAX_SIZE);

/** @throws DomainError VALIDATION_ERROR, BAD_CURSOR */
export function readPage(given: PageArguments, sizes = USUAL_SIZES): Page {
  const { first, last, offset } = validate(sizes, {
    first: given.first,
    last: given.last,
    offset: given.offset,
  });
  if (first && last) {
    throw new DomainError('VALIDATION_ERROR', 'last: give first or last, not both', {
      field: 'last',
    });
  }
  if (offset && last) {
    throw new DomainError('VALIDATION_ERROR', 'offset: requires first, not last', { field: 'offset' });
  }
  const size = first ?? last ?? DEFAULT_SIZE;
  return {
    size,
    // One more, to determine whether there is a next page.
    limit: size + 1,
    offset: offset ?? 0,
    fromEnd: Boolean(last),
    after: readCursor(given.after, 'after'),
    before: readCursor(given.before, 'before'),
  };
}

const cursorContent = z.tuple([
  z.iso.datetime({ precision: 6 }).refine((time) => !time.startsWith('0000')),
  z.string().refine(isStorable),
]);

export function writeCursor({ createdAtText, id }: ListPosition): string {
  return Buffer.from(JSON.stringify([createdAtText, id])).toString('base64url');
}

function readCursor(cursor: string | null | undefined, field: string): ListPosition | null {
  if (cursor === null || cursor === undefined) return null;
  try {
    const [createdAtText, id] = cursorContent.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { createdAtText, id };
  } catch (cause) {
    throw new DomainError('BAD_CURSOR', `${field}: is not a cursor of this list`, { field }, { cause });
  }
}

/** A row with its position in a list. The cursor needs a column of its own, which is read only when selected. */
export function edgeOf<Row extends ListPosition>(node: Row) {
  return {
    node,
    get cursor() {
      return writeCursor(node);
    },
  };
}

/** Converts the rows of a page to a Relay connection. */
export function toConnection<Row extends ListPosition>(page: Page, rows: Row[]) {
  const hasMore = rows.length > page.size;
  const shown = page.fromEnd ? rows.slice(-page.size) : rows.slice(0, page.size);
  return {
    edges: shown.map(edgeOf),
    pageInfo: {
      hasNextPage: page.fromEnd ? page.before !== null : hasMore,
      hasPreviousPage: page.fromEnd ? hasMore : page.after !== null || page.offset > 0,
      get startCursor() {
        return shown[0] ? writeCursor(shown[0]) : null;
      },
      get endCursor() {
        const last = shown.at(-1);
        return last ? writeCursor(last) : null;
      },
    },
  };
}
