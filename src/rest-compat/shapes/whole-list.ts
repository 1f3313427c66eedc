import { range } from './query.ts';

/** As many as an answer holds of a list that its document has whole. */
export const MOST_LISTED = 1000;

/** Which part of such a list: whole, and who has more asks on with `offset`. */
export const wholeRange = range({ default: MOST_LISTED, max: MOST_LISTED });

/** What stands in another answer. */
export const WHOLE_LIST = { first: MOST_LISTED, offset: 0 };
