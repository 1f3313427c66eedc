import { builder } from './builder.ts';

/** What connections take beside Relay's arguments. */
export const pageArguments = builder.args((t) => ({
  offset: t.int({
    description:
      'How many to pass over first, 0 to 10000; with `first`. A cursor does not shift when others are made.',
  }),
}));
