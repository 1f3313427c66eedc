import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { timestamps } from './timestamps.ts';

export const User = defineEntity({
  name: 'User',
  tableName: 'app_user',
  properties: {
    id: p.text().primary(),
    /** Lower case: addresses are compared without regard to case. */
    email: p.text().unique(),
    /** Not unique; who logs in may be called by it. */
    name: p.text().index(),
    /** null: an account that nobody can log in to, such as the local admin of the embedded mode. */
    passwordHash: p.text().nullable(),
    isAdmin: p.boolean().default(false),
    ...timestamps,
  },
});
export type User = InferEntity<typeof User>;
