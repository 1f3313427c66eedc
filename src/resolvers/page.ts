import { z } from 'zod';
import { DomainError } from '../errors.ts';
import { isStorable } from '../rules/text.ts';
import type { ListPosition, ListRange } from '../store/list-range.ts';
import { validate } from './validate.ts';

export const DEFAULT_SIZE = 20;
export const MAX_SIZE = 100;

/** Relay's arguments, as they come. */
export interface PageArguments {
  first?: number | null | undefined;
  last?: number | null | undefined;
  after?: string | null | undefined;
  before?: string | null | undefined;
}

/** What to read for a page. */
export interface Page extends ListRange {
  size: number;
}

const size = z.number().int().min(1, 'must be at least 1').max(MAX_SIZE, `must be at most ${MAX_SIZE}`);
const sizes = z.object({ first: size.nullish(), last: size.nullish() });

/** @throws DomainError VALIDATION_ERROR, BAD_CURSOR */
export function readPage(given: PageArguments): Page {
  const { first, last } = validate(sizes, { first: given.first, last: given.last });
  if (first && last) {
    throw new DomainError('VALIDATION_ERROR', 'last: give first or last, not both', {
      field: 'last',
    });
  }
  const size = first ?? last ?? DEFAULT_SIZE;
  return {
    size,
    // One more, to know if there are more.
    limit: size + 1,
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
      hasPreviousPage: page.fromEnd ? hasMore : page.after !== null,
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
