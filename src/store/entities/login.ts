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
    /** When its last refresh token and its last login token expire. */
    expiresAt: p.datetime(6).index(),
    /**
     * Hexadecimal SHA-256 of the part shared by all its refresh tokens; null: an earlier version began the
     * login.
     */
    refreshFamily: p.text().unique().nullable(),
  },
});
export type Login = InferEntity<typeof Login>;

/**
 * The current refresh token of each login; used ones of earlier versions are kept until they expire, so that
 * reuse is detected.
 */
export const RefreshToken = defineEntity({
  name: 'RefreshToken',
  tableName: 'refresh_token',
  properties: {
    /** Hexadecimal SHA-256: a token is random, so that a slow hash would add no protection. */
    hash: p.text().primary(),
    login: () => p.manyToOne(Login).mapToPk().deleteRule('cascade').index(),
    expiresAt: p.datetime(6),
    /** Only for earlier versions. */
    usedAt: p.datetime(6).nullable(),
  },
});
export type RefreshToken = InferEntity<typeof RefreshToken>;
