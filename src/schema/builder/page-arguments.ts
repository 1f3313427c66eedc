import { builder } from './builder.ts';

/** Arguments of connections in addition to Relay's. */
export const pageArguments = builder.args((t) => ({
  offset: t.int({
    description:
      'Number of items to skip, 0 to 10000; requires `first`. Unlike an offset, a cursor does not shift when items are added.',
  }),
}));
