import { range } from '../shapes/query.ts';

export const taskRange = range({ default: 10, max: 100 });

/** The documentation has no default for these lists, so a client that sends no `limit` expects everything. */
export const listRange = range({ default: 100, max: 100 });

export const modelRange = range({ default: 100, max: 1000 });
