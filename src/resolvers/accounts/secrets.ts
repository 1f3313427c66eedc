import { createHash, randomBytes } from 'node:crypto';
import type { RefreshHashes } from '../../store/accounts/logins.ts';

/** Login tokens are JWTs, which begin with `ey`. */
export const API_KEY_PREFIX = 'md_';
export const REFRESH_TOKEN_PREFIX = 'rt_';
export const INVITE_TOKEN_PREFIX = 'in_';
export const RESET_TOKEN_PREFIX = 'pr_';

/** A prefix, by which people and programs recognise the kind of secret, and 256 random bits. */
export function newSecret(prefix: string): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/** For random secrets only: a slow hash would add no protection. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/**
 * A refresh token: a part shared by all tokens of the login, then a unique part.
 * @param former the token that it replaces
 */
export function newRefreshToken(former?: string): { token: string; hashes: RefreshHashes } {
  const token = newSecret((former && familyOf(former)) ?? newSecret(REFRESH_TOKEN_PREFIX));
  return { token, hashes: refreshHashes(token) };
}

export function refreshHashes(token: string): RefreshHashes {
  const family = familyOf(token);
  return { family: family && hashSecret(family), token: hashSecret(token) };
}

/** @returns null: a token of an earlier version, which has one part. */
function familyOf(token: string): string | null {
  return /^rt_[\w-]{86}$/.test(token) ? token.slice(0, REFRESH_TOKEN_PREFIX.length + 43) : null;
}
