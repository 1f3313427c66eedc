import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ResourceLimits } from '../overload/resource-limits.ts';
import type { Admission } from '../requests/admission.ts';
import type { BaseUrl } from '../requests/base-url.ts';

/** Handles the WebSockets of some paths. */
export interface UpgradeCarrier {
  /** @returns false when the path belongs to another carrier */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Closes all sockets with a close frame, and waits until they are closed. */
  close(): Promise<void>;
}

interface UpgradeChecks extends Pick<ResourceLimits, 'connections' | 'sendBuffers'> {
  admission: Admission;
  baseUrl: BaseUrl;
}

/** For all sockets: the first carrier that handles the path takes an upgrade. */
export function routeUpgrades(
  server: Server,
  carriers: readonly UpgradeCarrier[],
  { admission, baseUrl, connections, sendBuffers }: UpgradeChecks,
) {
  const route = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node removes its own listener before an upgrade, and an unhandled error would end the process.
    socket.on('error', () => {});
    const release = connections.socketsPerAddress.acquire(admission.address(request));
    if (!release) return refuse(socket, TOO_MANY);
    socket.once('close', release);
    sendBuffers.watch(socket as Socket);
    sendBuffers.markUpgraded(socket as Socket);
    request.url = baseUrl.targetOf(request);
    if (!carriers.some((carrier) => carrier.upgrade(request, socket, head))) refuse(socket, UNKNOWN);
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

const UNKNOWN = '404 Not Found';
const TOO_MANY = '429 Too Many Requests\r\nRetry-After: 1';

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
}
