import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as client from 'openid-client';
import { z } from 'zod';
import type { Services } from '../../context.ts';
import { coerceError, DomainError } from '../../errors.ts';
import { beginLogin } from '../../resolvers/accounts/logins/begin-login.ts';
import { type ProviderAccount, signIn } from '../../resolvers/accounts/logins/sign-in.ts';
import type { Admission } from '../requests/admission.ts';
import { NOT_FOR_SCRIPTS, SESSION_SECONDS, sessionCookie } from '../requests/session-cookie.ts';

type OidcConfig = NonNullable<Services['config']['oidc']>;

const START = '/auth/oidc';
const CALLBACK = '/auth/oidc/callback';
const FLOW_COOKIE = 'polyphony_oidc';
/** For the person to log in at the provider. */
const FLOW_SECONDS = 600;

const flow = z.object({ verifier: z.string(), state: z.string(), nonce: z.string(), returnTo: z.string() });
type Flow = z.output<typeof flow>;

/**
 * Logs people in at an OpenID Connect provider, by the authorization code flow with PKCE, into a session cookie.
 * `GET /auth/oidc?returnTo=/a/path` begins.
 */
export function oidcRoutes(services: Services, admission: Admission, oidc: OidcConfig) {
  const provider = createProvider(oidc);
  const redirectUri = `${oidc.publicUrl}${CALLBACK}`;
  const secure = redirectUri.startsWith('https:');
  const flowCookie = (value: string) => {
    const maxAge = value === '' ? 0 : FLOW_SECONDS;
    return stringifySetCookie({ name: FLOW_COOKIE, value, path: START, maxAge, secure, ...NOT_FOR_SCRIPTS });
  };

  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', async ({ raw }) =>
      services.operationLimits.countRequest({ accountId: null, address: admission.address(raw) }),
    );
    app.get(START, async ({ query }, reply) => {
      const begun = await begin(await provider(), redirectUri, returnPath(query));
      return reply.header('set-cookie', flowCookie(encode(begun.flow))).redirect(begun.url, 302);
    });
    app.get(CALLBACK, async (request, reply) => {
      const begun = readFlow(request);
      const account = await finish(await provider(), new URL(request.url, oidc.publicUrl), begun);
      const user = await signIn(services, account);
      const login = await beginLogin(services, { id: user.id }, 'graphql', {
        expiresIn: SESSION_SECONDS,
        isForCookie: true,
      });
      reply.header('set-cookie', [
        sessionCookie(services.config, login.token, login.expiresIn),
        flowCookie(''),
      ]);
      // The cookie is not signed, and another server of the same site could have set it.
      return reply.redirect(returnPath(begun), 302);
    });
  };
}

/** Discovered at the first login, and again after a failure. */
function createProvider({ issuer, clientId, clientSecret }: OidcConfig): () => Promise<client.Configuration> {
  const isLocal = issuer.startsWith('http:');
  const options = isLocal ? { execute: [client.allowInsecureRequests] } : {};
  let discovering: Promise<client.Configuration> | null = null;
  return async () => {
    discovering ??= client.discovery(new URL(issuer), clientId, clientSecret, undefined, options);
    try {
      return await discovering;
    } catch (error) {
      discovering = null;
      const message = 'the login provider does not answer; try again in 5 s';
      throw new DomainError('UNAVAILABLE', message, { retryAfter: 5 }, { cause: error });
    }
  };
}

async function begin(provider: client.Configuration, redirectUri: string, returnTo: string) {
  const begun: Flow = {
    verifier: client.randomPKCECodeVerifier(),
    state: client.randomState(),
    nonce: client.randomNonce(),
    returnTo,
  };
  const url = client.buildAuthorizationUrl(provider, {
    redirect_uri: redirectUri,
    scope: 'openid email profile',
    code_challenge: await client.calculatePKCECodeChallenge(begun.verifier),
    code_challenge_method: 'S256',
    state: begun.state,
    nonce: begun.nonce,
  });
  return { flow: begun, url: url.href };
}

/** A path of this server: the parameter must not lead people to another. @throws DomainError VALIDATION_ERROR */
function returnPath(query: unknown): string {
  const { returnTo = '/graphql' } = query as { returnTo?: unknown };
  if (typeof returnTo === 'string' && /^\/(?![/\\])[\x21-\x7e]*$/.test(returnTo)) return returnTo;
  throw new DomainError('VALIDATION_ERROR', 'returnTo: must be a path such as /app', { field: 'returnTo' });
}

const encode = (begun: Flow) => Buffer.from(JSON.stringify(begun)).toString('base64url');

/** @throws DomainError UNAUTHENTICATED */
function readFlow({ headers }: FastifyRequest): Flow {
  const text = parseCookie(headers.cookie ?? '')[FLOW_COOKIE] ?? '';
  try {
    return flow.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch (cause) {
    throw failed('it was not begun in this browser, or more than ten minutes ago', cause);
  }
}

/** @throws DomainError UNAUTHENTICATED */
async function finish(provider: client.Configuration, url: URL, begun: Flow): Promise<ProviderAccount> {
  try {
    const tokens = await client.authorizationCodeGrant(provider, url, {
      pkceCodeVerifier: begun.verifier,
      expectedState: begun.state,
      expectedNonce: begun.nonce,
      idTokenExpected: true,
    });
    const { iss, sub, ...claims } = tokens.claims()!;
    const user = claims.email ? claims : await client.fetchUserInfo(provider, tokens.access_token, sub);
    return {
      issuer: iss,
      subject: sub,
      email: typeof user.email === 'string' && user.email_verified === true ? user.email : null,
      name: typeof user.name === 'string' ? user.name : null,
    };
  } catch (cause) {
    throw failed('the response of the login provider was not accepted', cause);
  }
}

function failed(why: string, cause: unknown): DomainError {
  return new DomainError('UNAUTHENTICATED', `the login failed: ${why}`, {}, { cause: coerceError(cause) });
}
