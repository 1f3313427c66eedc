import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { timestamps } from './timestamps.ts';

export const User = defineEntity({
  name: 'User',
  tableName: 'app_user',
  indexes: [{ properties: ['createdAt', 'id'] }],
  properties: {
    id: p.text().primary(),
    /** Lower case: addresses are compared without regard to case. */
    email: p.text().unique(),
    /** Not unique. */
    name: p.text().index(),
    /** The name by which the account can log in; reserved by the first account with the name. */
    handle: p.text().unique().nullable(),
    /** null: an account that nobody can log in to, such as the local admin of the embedded mode. */
    passwordHash: p.text().nullable(),
    isAdmin: p.boolean().default(false),
    /** false: all of its credentials are refused. */
    isActive: p.boolean().default(true),
    /** Logins and login tokens from before this moment are invalid; null: none are. */
    tokensValidFrom: p.datetime(6).nullable(),
    /** null: as many as the workers have capacity for. */
    maxConcurrentRuns: p.integer().nullable(),
    /** null: 10,000. */
    maxQueuedRuns: p.integer().nullable(),
    /** Set while a job deletes what the account owns; the row itself goes last. */
    deletedAt: p.datetime(6).nullable(),
    ...timestamps,
  },
});
export type User = InferEntity<typeof User>;
