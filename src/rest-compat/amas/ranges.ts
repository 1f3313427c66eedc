import { range } from '../query.ts';

const MOST = 1000;

/** Lists are whole, as the document has them: who has more than so many asks on. */
export const listRange = range({ default: MOST, max: MOST });

/** What stands in another answer. */
export const WHOLE_LIST = { first: MOST, offset: 0 };
