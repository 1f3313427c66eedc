import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import pg from 'pg';

/** Stands between a process and its server, so that a test can take the server out of reach. */
export interface DatabaseProxy {
  url: string;
  /** Drops every connection and refuses new ones, until `open`. */
  cut(): Promise<void>;
  open(): Promise<void>;
}

/** @param target the server's URL, with host and port; the proxy's differs in these alone. */
export async function startDatabaseProxy(target: string): Promise<DatabaseProxy> {
  const { host, port } = new pg.Client({ connectionString: target });
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
    for (const [socket, peer] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        peer.destroy();
      });
      socket.pipe(peer);
    }
  });
  const listen = async (on: number) => {
    await once(server.listen(on, '127.0.0.1'), 'listening');
    return (server.address() as AddressInfo).port;
  };
  const own = await listen(0);
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(own);
  return {
    url: url.href,
    async cut() {
      const closed = once(server.close(), 'close');
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async open() {
      await listen(own);
    },
  };
}
