import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { BaseUrl } from './base-url.ts';

/** Carries the sockets of some paths. */
export interface UpgradeCarrier {
  /** @returns false: the path is none of its own. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Tells every client that the server goes away, and waits until they are gone. */
  close(): Promise<void>;
}

/** For all sockets: the first carrier whose path it is takes an upgrade. */
export function routeUpgrades(server: Server, carriers: readonly UpgradeCarrier[], baseUrl: BaseUrl) {
  const route = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node takes its own listener away before an upgrade, and an error that nobody hears ends the process.
    socket.on('error', () => {});
    request.url = baseUrl.targetOf(request);
    if (!carriers.some((carrier) => carrier.upgrade(request, socket, head))) refuse(socket);
  };
  server.on('upgrade', route);
  return {
    route,
    async close(): Promise<void> {
      server.off('upgrade', route);
      await Promise.all(carriers.map((carrier) => carrier.close()));
    },
  };
}

function refuse(socket: Duplex): void {
  socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n', () => socket.destroy());
}
