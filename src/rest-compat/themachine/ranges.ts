import { range } from '../shapes/query.ts';

/** Documented for tasks; the other lists, of which only models are documented, are like them. */
export const listRange = range({ default: 10, max: 100 });

export const modelRange = range({ default: 100, max: 1000 });
