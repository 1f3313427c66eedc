import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { User } from './user.ts';

/** A secret that an admin hands to a person: for registering an address, or for setting a new password. Used once. */
export const AccountToken = defineEntity({
  name: 'AccountToken',
  tableName: 'account_token',
  properties: {
    /** SHA-256 in hex: a token is random, so that a slow hash would protect nothing. */
    hash: p.text().primary(),
    kind: p.enum(['invitation', 'password_reset'] as const),
    /** Of an invitation: the only address that may register with it. */
    email: p.text().index().nullable(),
    /** Of a password reset: the account. */
    owner: () => p.manyToOne(User).mapToPk().nullable().deleteRule('cascade').index(),
    createdAt: p.datetime(6).defaultRaw('now()'),
    expiresAt: p.datetime(6).index(),
  },
});
export type AccountToken = InferEntity<typeof AccountToken>;
