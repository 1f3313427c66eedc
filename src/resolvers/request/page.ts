import { z } from 'zod';
import { DomainError } from '../../errors.ts';
import { isStorable } from '../../rules/text/text.ts';
import type { ListPosition, ListRange } from '../../store/database/keyset-page.ts';
import { validate } from './validate.ts';

export const DEFAULT_SIZE = 20;
export const MAX_SIZE = 100;
/** Rows that are passed over are read, too; who wants to go on from there has cursors. */
export const MAX_OFFSET = 10_000;

/** Relay's arguments, as they come. */
export interface PageArguments {
  first?: number | null | undefined;
  last?: number | null | undefined;
  after?: string | null | undefined;
  before?: string | null | undefined;
  /** Beside Relay's: for pages that have numbers. */
  offset?: number | null | undefined;
}

/** What to read for a page. */
export interface Page extends ListRange {
  size: number;
}

const offset = z
  .number()
  .int()
  .min(0, 'must be at least 0')
  .max(MAX_OFFSET, `must be at most ${MAX_OFFSET}; go on with after: the endCursor of a page`);

/** How many rows may be asked for. Kept by who asks for pages: to make a schema costs more than its use. */
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
    throw new DomainError('VALIDATION_ERROR', 'offset: goes with first, not with last', { field: 'offset' });
  }
  const size = first ?? last ?? DEFAULT_SIZE;
  return {
    size,
    // One more, to know if there are more.
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
    throw new DomainError('BAD_CURSOR', `${field}: not a cursor of this list`, { field }, { cause });
  }
}

/** A Relay connection of the rows that were read for a page. */
export function toConnection<Row extends ListPosition>(page: Page, rows: Row[]) {
  const hasMore = rows.length > page.size;
  const shown = page.fromEnd ? rows.slice(-page.size) : rows.slice(0, page.size);
  // Getters: a cursor needs a column of its own, which is read only for those who ask for it.
  return {
    edges: shown.map((node) => ({
      node,
      get cursor() {
        return writeCursor(node);
      },
    })),
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
