import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import proxyAddress from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';
import type { Services, Viewer } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { authenticate, type Credentials } from '../../resolvers/accounts/logins/authenticate.ts';

/** Checks that every transport applies to a request before executing it. */
export interface Admission {
  /**
   * The account of the credentials; null: anonymous.
   * @throws DomainError UNAUTHENTICATED; FORBIDDEN for a page of another site without credentials
   */
  viewer(request: IncomingMessage, credentials: Credentials): Promise<Viewer | null>;
  /**
   * The client for limits: an IPv4 address, or the network of an IPv6 one, because a single customer has 2^64
   * addresses.
   */
  address(request: IncomingMessage): string;
  /**
   * The client's address of a connection that has sent nothing yet; null: a trusted proxy, which serves many
   * clients.
   */
  peer(socket: Socket): string | null;
}

export function createAdmission(services: Pick<Services, 'config' | 'store' | 'tokens'>): Admission {
  const { config } = services;
  const isTrusted = proxyAddress.compile([...config.trustProxy]);
  const comesByProxy = ({ socket }: IncomingMessage) => isTrusted(socket.remoteAddress ?? '', 0);
  return {
    async viewer(request, credentials) {
      const viewer = await authenticate(services, credentials);
      const { authorization, apiKey } = credentials;
      // Browsers attach cookies to requests of any page.
      const isByPage = authorization === null && apiKey === null;
      if (!viewer || isByPage) {
        // Other programs of the same person listen on the origins that are permitted by default.
        const origins = viewer ? config.cookieOrigins : config.corsOrigins;
        refuseForeignPage({ host: config.host, origins }, request.headers, comesByProxy(request));
      }
      return viewer;
    },
    address: (request) => networkOf(proxyAddress(request, isTrusted) ?? 'unknown'),
    peer: ({ remoteAddress = 'unknown' }) => (isTrusted(remoteAddress, 0) ? null : networkOf(remoteAddress)),
  };
}

/**
 * Any page in a browser can open a socket here and, by resolving its own name to this machine, send any
 * request. It does not have credentials; without them, the page must be ours or the operator's.
 */
function refuseForeignPage(
  server: { host: string; origins: readonly string[] },
  headers: IncomingHttpHeaders,
  isProxied: boolean,
): void {
  const host = (isProxied && forwardedHost(headers)) || headers.host || '';
  const { origin } = headers;
  if (origin !== undefined && hostOf(origin) !== host && !server.origins.includes(origin)) {
    throw foreign('Origin', origin);
  }
  const isOpen = isProxied || !isLoopback(server.host);
  if (!isOpen && !isLoopback(nameOf(host)) && !server.origins.map(hostOf).includes(host)) {
    throw foreign('Host', host);
  }
}

function foreign(field: string, value: string): DomainError {
  const remedy = 'send credentials, or have the operator name it in CORS_ORIGINS';
  return new DomainError(
    'FORBIDDEN',
    `${field}: ${value} may not send requests without credentials; ${remedy}`,
    {
      field,
    },
  );
}

function forwardedHost(headers: IncomingHttpHeaders): string | undefined {
  return headers['x-forwarded-host']?.toString().split(',').at(-1)?.trim();
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/** Without the port, and an IPv6 address without its brackets. */
function nameOf(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

function isLoopback(name: string): boolean {
  if (name === 'localhost') return true;
  return ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback';
}

function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return `${parsed.toNormalizedString().split(':').slice(0, 4).join(':')}::/64`;
}
