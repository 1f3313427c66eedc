import { p } from '@mikro-orm/core';

/** `created_at` and `updated_at`, set by the database's clock so that all processes agree on the order. */
export const timestamps = {
  createdAt: p.datetime(6).defaultRaw('now()'),
  updatedAt: p.datetime(6).defaultRaw('now()'),
};
