import { range } from '../shapes/query.ts';

/** Documented for tasks, and applied to the other lists as well. */
export const listRange = range({ default: 10, max: 100 });

export const modelRange = range({ default: 100, max: 1000 });
