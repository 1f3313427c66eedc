import { range } from '../query.ts';

/** The document's lists are whole ones; who has more than so many goes on with `offset`. */
export const MOST_LISTED = 1_000;

/** Which part of a list, as the shape of a query. */
export const WHOLE_LIST = range({ default: MOST_LISTED, max: MOST_LISTED });
