import { Login, type LoginInput, RefreshLogin } from './documents.ts';
import { createPolyphony } from './polyphony.ts';

/** What to keep of a login. A refresh token is used once: it is replaced together with the token. */
export interface LoginTokens {
  token: string;
  refreshToken: string;
}

/** @throws PolyphonyError WRONG_CREDENTIALS */
export async function login(url: string, input: LoginInput): Promise<LoginTokens> {
  const { login } = await createPolyphony({ url }).mutate(Login, { input });
  return login as LoginTokens;
}

/** @throws PolyphonyError UNAUTHENTICATED when the refresh token was used, expired or revoked */
export async function refreshLogin(url: string, refreshToken: string): Promise<LoginTokens> {
  const { refreshLogin } = await createPolyphony({ url }).mutate(RefreshLogin, { refreshToken });
  return refreshLogin as LoginTokens;
}

/**
 * A `getToken` for `createPolyphony` that exchanges the refresh token whenever the token is no longer accepted.
 * @param onRefresh keeps the new tokens
 */
export function tokenOfLogin(
  url: string,
  tokens: LoginTokens,
  onRefresh: (tokens: LoginTokens) => void = () => {},
): () => Promise<string> {
  let current = tokens;
  let isFirst = true;
  return async () => {
    if (isFirst) {
      isFirst = false;
      return current.token;
    }
    const renewed = await refreshLogin(url, current.refreshToken);
    current = renewed;
    onRefresh(renewed);
    return renewed.token;
  };
}
