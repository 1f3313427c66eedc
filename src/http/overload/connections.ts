import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Services } from '../../context.ts';
import type { Admission } from '../requests/admission.ts';
import { type ConcurrencyLimit, createConcurrencyLimit } from './concurrency.ts';
import { allowed } from './limiter.ts';

/** Multiplied by RATE_LIMIT_FACTOR. A browser opens 6 per page; an office behind one address has hundreds of pages. */
const CONNECTIONS_OF_ADDRESS = 1_000;
const SOCKETS_OF_ACCOUNT = 500;
const STREAMS_OF_ACCOUNT = 100;

/** Milliseconds. Node's defaults: 5 min for a request, 1 min for headers, a check every 30 s. */
export const TIMEOUTS = {
  /** From the opening of a connection, or the first byte of a later request, to the last byte of the body. */
  requestTimeout: 30_000,
  headersTimeout: 15_000,
  keepAliveTimeout: 72_000,
  /** How often Node checks connections for exceeded timeouts. */
  connectionsCheckingInterval: 2_000,
} as const;

/** The same as Fastify options. */
export const FASTIFY_TIMEOUTS = {
  requestTimeout: TIMEOUTS.requestTimeout,
  keepAliveTimeout: TIMEOUTS.keepAliveTimeout,
  http: {
    headersTimeout: TIMEOUTS.headersTimeout,
    connectionsCheckingInterval: TIMEOUTS.connectionsCheckingInterval,
  },
} as const;

/** Limits concurrent connections and WebSockets over all ports of this process. */
export interface Connections {
  /** Refuses connections of an address that has too many; trusted proxies are not limited. */
  limit(server: Server): void;
  /** WebSockets per client address: behind a proxy, the connection does not show the client. */
  socketsPerAddress: ConcurrencyLimit;
  /** WebSockets per account. */
  socketsPerAccount: ConcurrencyLimit;
  /** Event streams for many operations, reserved or open, per account. */
  streamsPerAccount: ConcurrencyLimit;
}

export function createConnections({ config }: Pick<Services, 'config'>, admission: Admission): Connections {
  const { rateLimitFactor: factor } = config;
  const opened = createConcurrencyLimit(allowed(CONNECTIONS_OF_ADDRESS, factor));
  return {
    limit(server) {
      server.on('connection', (socket) => {
        const address = admission.peer(socket);
        if (address === null) return;
        const release = opened.acquire(address);
        if (release) socket.once('close', release);
        else refuse(socket);
      });
    },
    socketsPerAddress: createConcurrencyLimit(allowed(CONNECTIONS_OF_ADDRESS, factor)),
    socketsPerAccount: createConcurrencyLimit(allowed(SOCKETS_OF_ACCOUNT, factor)),
    streamsPerAccount: createConcurrencyLimit(allowed(STREAMS_OF_ACCOUNT, factor)),
  };
}

const REFUSAL = JSON.stringify({
  errors: [
    {
      message: 'this address has too many connections; close some, and try again in 1 s',
      extensions: { code: 'RATE_LIMITED', retryAfter: 1 },
    },
  ],
});

function refuse(socket: Socket): void {
  const head = [
    'HTTP/1.1 429 Too Many Requests',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(REFUSAL)}`,
    'Retry-After: 1',
    'Connection: close',
  ];
  socket.on('error', () => {});
  socket.end(`${head.join('\r\n')}\r\n\r\n${REFUSAL}`, () => socket.destroy());
}
