import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Services } from '../../context.ts';
import { TIMEOUTS } from '../overload/connections.ts';
import type { BaseUrl } from '../requests/base-url.ts';
import { refuseMalformed } from './malformed-requests.ts';

/** The server that the port of a dialect passes its requests to. */
export interface Behind {
  request: RequestListener;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Limits the connections of its server. */
  limit(server: Server): void;
  baseUrl: BaseUrl;
}

/**
 * Ports at which one dialect is served at exactly its documented paths; requests are passed to its mount.
 * @returns a function that closes them. @throws Error when a port is in use; then none of them is open
 */
export async function openCompatPorts(
  ports: Services['config']['compatPorts'],
  host: string,
  behind: Behind,
): Promise<() => Promise<void>> {
  const servers: Server[] = [];
  const close = async () => void (await Promise.all(servers.map(closeServer)));
  try {
    for (const { dialect, port } of ports) {
      const toMount = (request: IncomingMessage) => {
        request.url = `/${dialect}${behind.baseUrl.targetOf(request)}`;
        return request;
      };
      const server = createServer(TIMEOUTS, (request, response) =>
        behind.request(toMount(request), response),
      );
      behind.limit(server);
      server.on('clientError', (error, socket) => refuseMalformed(error, socket as Socket));
      server.on('upgrade', (request, ...rest) => behind.upgrade(toMount(request), ...rest));
      server.listen(port, host);
      await once(server, 'listening');
      servers.push(server);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return close;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
