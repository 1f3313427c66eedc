import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Services } from '../context.ts';
import type { Admission } from './admission.ts';
import { allowed } from './limiter.ts';
import { createQuota, type Quota } from './quota.ts';

/** Times RATE_LIMIT_FACTOR. A browser opens 6 for each page, an office behind one address has hundreds of them. */
const CONNECTIONS_OF_ADDRESS = 1_000;
const SOCKETS_OF_ACCOUNT = 500;

/** Milliseconds. Node's own are five minutes, one minute and half a minute. */
export const PATIENCE = {
  /** From the first byte of a request, or from the connection's beginning, to the last of its body. */
  requestTimeout: 30_000,
  headersTimeout: 15_000,
  keepAliveTimeout: 72_000,
  /** How often Node looks for connections that have exceeded these. */
  connectionsCheckingInterval: 2_000,
} as const;

/** As Fastify takes them. */
export const FASTIFY_PATIENCE = {
  requestTimeout: PATIENCE.requestTimeout,
  keepAliveTimeout: PATIENCE.keepAliveTimeout,
  http: {
    headersTimeout: PATIENCE.headersTimeout,
    connectionsCheckingInterval: PATIENCE.connectionsCheckingInterval,
  },
} as const;

/** How many connections there may be at a time, over all ports of this process. */
export interface Connections {
  /** Refuses those of an address that has too many; a trusted proxy has as many as it likes. */
  limit(server: Server): void;
  /** WebSockets of an address, which behind a proxy no connection shows. */
  ofAddress: Quota;
  /** WebSockets of an account. */
  ofAccount: Quota;
}

export function createConnections({ config }: Pick<Services, 'config'>, admission: Admission): Connections {
  const { rateLimitFactor: factor } = config;
  const opened = createQuota(allowed(CONNECTIONS_OF_ADDRESS, factor));
  return {
    limit(server) {
      server.on('connection', (socket) => {
        const address = admission.peer(socket);
        if (address === null) return;
        const release = opened.take(address);
        if (release) socket.once('close', release);
        else refuse(socket);
      });
    },
    ofAddress: createQuota(allowed(CONNECTIONS_OF_ADDRESS, factor)),
    ofAccount: createQuota(allowed(SOCKETS_OF_ACCOUNT, factor)),
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
