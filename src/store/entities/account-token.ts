import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { User } from './user.ts';

/**
 * A secret that an admin passes on to a person, for registering an address or setting a new password. Used
 * once.
 */
export const AccountToken = defineEntity({
  name: 'AccountToken',
  tableName: 'account_token',
  properties: {
    /** Hexadecimal SHA-256: a token is random, so that a slow hash would add no protection. */
    hash: p.text().primary(),
    kind: p.enum(['invitation', 'password_reset'] as const),
    /** For an invitation: the only address that may register with it. */
    email: p.text().index().nullable(),
    /** For a password reset: the account. */
    owner: () => p.manyToOne(User).mapToPk().nullable().deleteRule('cascade').index(),
    createdAt: p.datetime(6).defaultRaw('now()'),
    expiresAt: p.datetime(6).index(),
  },
});
export type AccountToken = InferEntity<typeof AccountToken>;
