import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { User } from './user.ts';

/** A login: its login tokens are valid while the row exists. */
export const Login = defineEntity({
  name: 'Login',
  tableName: 'login',
  properties: {
    id: p.text().primary(),
    owner: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index(),
    createdAt: p.datetime(6).defaultRaw('clock_timestamp()'),
    /** When its last refresh token and its last login token have expired. */
    expiresAt: p.datetime(6),
  },
});
export type Login = InferEntity<typeof Login>;

/** Used ones are kept until they expire, so that their reuse is noticed. */
export const RefreshToken = defineEntity({
  name: 'RefreshToken',
  tableName: 'refresh_token',
  properties: {
    /** SHA-256 in hex: a token is random, so that a slow hash would protect nothing. */
    hash: p.text().primary(),
    login: () => p.manyToOne(Login).mapToPk().deleteRule('cascade').index(),
    expiresAt: p.datetime(6),
    usedAt: p.datetime(6).nullable(),
  },
});
export type RefreshToken = InferEntity<typeof RefreshToken>;
