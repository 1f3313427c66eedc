import type { Services } from '../../../context.ts';
import { DomainError } from '../../../errors.ts';
import { newId } from '../../../rules/ids/ids.ts';
import type { AccountRow } from '../../../store/accounts/accounts.ts';
import { insertLogin } from '../../../store/accounts/logins.ts';
import type { Origin } from '../../../vocabulary.ts';
import { newRefreshToken } from '../secrets.ts';

export interface LoginTokens {
  token: string;
  refreshToken: string;
  /** Seconds until `token` expires. */
  expiresIn: number;
}

export interface Login extends LoginTokens {
  user: AccountRow;
}

/** Seconds, as documented for the older APIs. */
const TOKEN_LIFETIMES = {
  graphql: 3600,
  themachine: 3600,
  'ai-task-orchestra': 3600,
  'mini-devin': 3600,
  amas: 1800,
  orchestratex: 3600,
} satisfies Record<Origin, number>;

type Issuer = Pick<Services, 'store' | 'tokens'>;

interface Beginning {
  id: string;
  passwordHash?: string | null | undefined;
}

/**
 * Begins a login of an account whose credentials have been verified.
 * @throws DomainError UNAUTHENTICATED when the account was disabled or its password changed meanwhile
 */
export async function beginLogin(
  { store, tokens }: Issuer,
  { id, passwordHash }: Beginning,
  origin: Origin,
  { expiresIn = TOKEN_LIFETIMES[origin], isForCookie = false } = {},
): Promise<LoginTokens> {
  const login = newLogin(id, passwordHash ?? null);
  if (!(await insertLogin(store.database.pool, login.row))) {
    throw new DomainError('UNAUTHENTICATED', 'the account has changed meanwhile; log in again');
  }
  const { refreshToken } = login;
  return {
    token: await tokens.sign(id, expiresIn, origin, { loginId: login.row.id, isForCookie }),
    refreshToken,
    expiresIn,
  };
}

/** The values of a new login. */
export function newLogin(ownerId: string, passwordHash: string | null) {
  const { token, hashes } = newRefreshToken();
  return { refreshToken: token, row: { id: newId(), ownerId, passwordHash, refresh: hashes } };
}

/** Signs a login token for an existing login. */
export async function signFor(
  { tokens, origin }: Pick<Services, 'tokens'> & { origin: Origin },
  { ownerId, loginId }: { ownerId: string; loginId: string },
): Promise<Pick<LoginTokens, 'token' | 'expiresIn'>> {
  const expiresIn = TOKEN_LIFETIMES[origin];
  return { token: await tokens.sign(ownerId, expiresIn, origin, { loginId }), expiresIn };
}
