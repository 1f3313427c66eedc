import { createHash, randomBytes } from 'node:crypto';

/** Login tokens are JWTs, which begin with `ey`. */
export const API_KEY_PREFIX = 'md_';
export const REFRESH_TOKEN_PREFIX = 'rt_';
export const INVITE_TOKEN_PREFIX = 'in_';
export const RESET_TOKEN_PREFIX = 'pr_';

/** 256 random bits after a prefix, by which people and programs know what it is. */
export function newSecret(prefix: string): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/** Of random secrets alone: a slow hash would protect nothing. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
