import { PolyphonyError } from '../error.ts';

export interface Credentials {
  /** A login token, an API key or a run token. */
  token?: string | undefined;
  /** Called for the first connection, and again whenever the server has refused the last token. */
  getToken?: (() => string | Promise<string>) | undefined;
  /** For pages of the server's own origin: authenticates with the cookie that `POST /session` sets, without a token. */
  cookie?: boolean | undefined;
}

/** The token in use. */
export interface Tokens {
  /** Grows with each renewal. */
  readonly generation: number;
  /** The headers of a request, or the parameters of a connection. */
  headers(): Promise<Record<string, string>>;
  /**
   * Replaces a token that was refused, once for everything that used it.
   * @param generation of the refused token
   * @returns whether there is another one
   */
  renew(generation: number): Promise<boolean>;
}

/** Any value: it proves that a page of this origin sent the request. */
const COOKIE_HEADERS = { 'x-csrf-token': '1' };

export function createTokens({ token, getToken, cookie = false }: Credentials): Tokens {
  let generation = 0;
  let current: Promise<string | undefined> | null = null;
  let renewal: Promise<boolean> | null = null;

  async function read(): Promise<string | undefined> {
    return getToken ? getToken() : token;
  }
  async function latest(): Promise<string | undefined> {
    current ??= read();
    try {
      return await current;
    } catch (error) {
      current = null;
      throw error instanceof PolyphonyError
        ? error
        : new PolyphonyError('UNAUTHENTICATED', 'getToken failed', [], error);
    }
  }
  async function replace(): Promise<boolean> {
    const refused = await latest();
    generation += 1;
    current = null;
    return (await latest()) !== refused;
  }
  return {
    get generation() {
      return generation;
    },
    async headers() {
      if (cookie) return COOKIE_HEADERS;
      const value = await latest();
      return value === undefined ? {} : { authorization: `Bearer ${value}` };
    },
    async renew(refused) {
      if (!getToken) return false;
      if (renewal) return renewal;
      if (refused < generation) return true;
      renewal = replace();
      try {
        return await renewal;
      } finally {
        renewal = null;
      }
    },
  };
}
