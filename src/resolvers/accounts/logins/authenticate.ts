import type { Services, Viewer } from '../../../context.ts';
import { DomainError } from '../../../errors.ts';
import { findKeyHolder } from '../../../store/accounts/credentials.ts';
import { API_KEY_PREFIX, hashSecret } from '../secrets.ts';

/** The services that resolve credentials to accounts. */
type Accounts = Pick<Services, 'store' | 'tokens'>;

/** The credentials of a request. */
export interface Credentials {
  authorization: string | null;
  apiKey: string | null;
  /** The login token of a cookie, if the request may be authenticated by it; absent: none. */
  session?: string | null;
}

/**
 * The account of the credentials; null when there are none. Invalid credentials are rejected, not ignored.
 * @throws DomainError UNAUTHENTICATED
 */
export async function authenticate(services: Accounts, credentials: Credentials): Promise<Viewer | null> {
  if (credentials.authorization !== null) return byBearer(services, credentials.authorization);
  if (credentials.apiKey !== null) return byApiKey(services, credentials.apiKey);
  if (credentials.session) return byToken(services, credentials.session);
  return null;
}

/**
 * The account for requests without credentials. It is never an admin, whatever its row says. @throws
 * DomainError UNAUTHENTICATED
 */
export async function guest({ store }: Services): Promise<Viewer> {
  const { id: userId, isActive } = await store.lookups.guest();
  if (!isActive) throw refused('guests are not admitted; log in first');
  const credential = { userId, loginId: null, keyHash: null, issuedAt: null };
  return { userId, isAdmin: false, expiresAt: null, credential };
}

/** A login token or an API key: OpenAI's SDKs send API keys as Bearer tokens. */
async function byBearer(services: Accounts, authorization: string): Promise<Viewer> {
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  return token?.startsWith(API_KEY_PREFIX) ? byApiKey(services, token) : byToken(services, token);
}

async function byToken({ tokens, store }: Accounts, token: string | undefined): Promise<Viewer> {
  const verified = token === undefined ? null : await tokens.verify(token);
  const state = verified && (await store.lookups.credential(verified.credential));
  if (!state) throw refused('the bearer token is not valid, has expired or was revoked; log in again');
  const { credential, expiresAt, runIds, isForCookie: isByCookie } = verified;
  const rights = runIds ? { isAdmin: false, scopes: [], runIds } : { isAdmin: state.isAdmin };
  return { userId: state.id, ...rights, expiresAt, isByCookie, credential };
}

async function byApiKey({ store }: Accounts, key: string): Promise<Viewer> {
  const keyHash = hashSecret(key);
  const holder = await findKeyHolder(store.database, keyHash);
  if (!holder) throw refused('the API key is not valid, has expired or was revoked');
  const { id: userId, scopes, expiresAt } = holder;
  const isAdmin = holder.isAdmin && (scopes?.includes('admin') ?? true);
  const credential = { userId, loginId: null, keyHash, issuedAt: null };
  return { userId, isAdmin, scopes: scopes ?? undefined, expiresAt, credential };
}

function refused(message: string): DomainError {
  return new DomainError('UNAUTHENTICATED', message);
}
