import { createHash } from 'node:crypto';
import type { Services, Viewer } from '../context.ts';
import { DomainError } from '../errors.ts';
import { findKeyHolder } from '../store/accounts.ts';

/** What knows whom credentials belong to. */
type Accounts = Pick<Services, 'store' | 'tokens'>;

/** Login tokens are JWTs, which begin with `ey`. */
export const API_KEY_PREFIX = 'md_';

/** What a request brought along. */
export interface Credentials {
  authorization: string | null;
  apiKey: string | null;
}

/**
 * Who the credentials belong to; null when there are none. Credentials that are no good are refused, not ignored.
 * @throws DomainError UNAUTHENTICATED
 */
export async function authenticate(services: Accounts, credentials: Credentials): Promise<Viewer | null> {
  if (credentials.authorization !== null) return byBearer(services, credentials.authorization);
  if (credentials.apiKey !== null) return byApiKey(services, credentials.apiKey);
  return null;
}

/** For those who need no credentials. Whatever its row says, it is no admin. */
export async function guest({ store }: Services): Promise<Viewer> {
  const { id } = await store.lookups.guest();
  return { userId: id, isAdmin: false, expiresAt: null };
}

/** A login token or an API key: OpenAI's SDKs send API keys as Bearer tokens. */
async function byBearer(services: Accounts, authorization: string): Promise<Viewer> {
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  return token?.startsWith(API_KEY_PREFIX) ? byApiKey(services, token) : byToken(services, token);
}

async function byToken({ tokens, store }: Accounts, token: string | undefined): Promise<Viewer> {
  const verified = token === undefined ? null : await tokens.verify(token);
  const user = verified && (await store.lookups.user(verified.userId));
  if (!user) throw refused('the bearer token is not valid (any more); log in again');
  return { userId: user.id, isAdmin: user.isAdmin, expiresAt: verified.expiresAt };
}

async function byApiKey({ store }: Accounts, key: string): Promise<Viewer> {
  const holder = await findKeyHolder(store.database, hashApiKey(key));
  if (!holder) throw refused('the API key is not valid (any more)');
  return { userId: holder.id, isAdmin: holder.isAdmin, expiresAt: holder.expiresAt };
}

function refused(message: string): DomainError {
  return new DomainError('UNAUTHENTICATED', message);
}

export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
