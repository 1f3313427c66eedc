import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { timestamps } from './timestamps.ts';

export const User = defineEntity({
  name: 'User',
  tableName: 'app_user',
  indexes: [{ properties: ['createdAt', 'id'] }],
  properties: {
    id: p.text().primary(),
    /** Lower case: addresses are compared case-insensitively. */
    email: p.text().unique(),
    /** Not unique. */
    name: p.text().index(),
    /** The name by which the account can log in; reserved by the first account with the name. */
    handle: p.text().unique().nullable(),
    /** null: an account without login, such as the local admin of embedded mode. */
    passwordHash: p.text().nullable(),
    isAdmin: p.boolean().default(false),
    /** false: all its credentials are rejected. */
    isActive: p.boolean().default(true),
    /** Logins and login tokens from before this time are invalid; null: none are. */
    tokensValidFrom: p.datetime(6).nullable(),
    /** null: no limit except the capacity of the workers. */
    maxConcurrentRuns: p.integer().nullable(),
    /** null: 10,000. */
    maxQueuedRuns: p.integer().nullable(),
    /** Set while a job deletes the account's data; the row itself is deleted last. */
    deletedAt: p.datetime(6).nullable(),
    /** null: it was not created by `npm run import`, so it need not belong to the person whose address it has. */
    importedAt: p.datetime(6).nullable(),
    ...timestamps,
  },
});
export type User = InferEntity<typeof User>;
