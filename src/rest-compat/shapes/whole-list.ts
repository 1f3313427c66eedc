import { range } from './query.ts';

/** Maximum items in a response with a list that is documented without paging. */
export const MOST_LISTED = 1000;

/** The range of such a list: all of it; clients with more items continue with `offset`. */
export const wholeRange = range({ default: MOST_LISTED, max: MOST_LISTED });

/** For a list within another response. */
export const WHOLE_LIST = { first: MOST_LISTED, offset: 0 };
