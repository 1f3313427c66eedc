import type { IncomingHttpHeaders } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { Services } from '../../context.ts';
import type { Credentials } from '../../resolvers/accounts/logins/authenticate.ts';
import { headerCredentials } from './context.ts';

const NAME = 'polyphony_session';
export const SESSION_SECONDS = 12 * 3600;

/** A page of another site cannot add it to a request without being allowed to by CORS. */
const CSRF_HEADER = 'x-csrf-token';

/**
 * Lax: sent when a person follows a link from another site, such as a login provider, and with no other
 * cross-site request.
 */
export const NOT_FOR_SCRIPTS = { httpOnly: true, sameSite: 'lax' } as const;

/** The `Set-Cookie` header of a session. @param maxAge seconds; 0 deletes the cookie */
export function sessionCookie(
  { production, oidc }: Services['config'],
  token: string,
  maxAge: number,
): string {
  const secure = production || (oidc?.publicUrl.startsWith('https:') ?? false);
  return stringifySetCookie({ name: NAME, value: token, path: '/', maxAge, secure, ...NOT_FOR_SCRIPTS });
}

/**
 * For GraphQL requests: credentials in headers, or a cookie together with the CSRF header. The dialects do
 * not support cookies.
 */
export function pageCredentials(headers: IncomingHttpHeaders): Credentials {
  return withSession(headers, Boolean(headers[CSRF_HEADER]));
}

/**
 * For server-sent events by GET: an EventSource sends no headers, and only reads. A browser sends the cookie to no other
 * site, and shows the events to no page of another origin that CORS does not allow. Instead of the cookie, the address
 * may have a run token, as `?token=`.
 */
export function eventSourceCredentials(headers: IncomingHttpHeaders, token: unknown): Credentials {
  const given = withSession(headers, true);
  const hasOthers = given.authorization !== null || given.apiKey !== null;
  return hasOthers || typeof token !== 'string' ? given : { authorization: `Bearer ${token}`, apiKey: null };
}

/** For a GraphQL WebSocket: browsers cannot set headers on the upgrade, so the CSRF token is in connection_init. */
export function socketCredentials(headers: IncomingHttpHeaders, parameters: unknown): Credentials {
  const names = typeof parameters === 'object' && parameters !== null ? Object.entries(parameters) : [];
  return withSession(
    headers,
    names.some(([name, value]) => name.toLowerCase() === CSRF_HEADER && Boolean(value)),
  );
}

function withSession(headers: IncomingHttpHeaders, isOfPage: boolean): Credentials {
  const given = headerCredentials(headers);
  const hasOthers = given.authorization !== null || given.apiKey !== null;
  const session = parseCookie(headers.cookie ?? '')[NAME];
  return isOfPage && !hasOthers && session ? { ...given, session } : given;
}
