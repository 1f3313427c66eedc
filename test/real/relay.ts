import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between Polyphony and a model server, byte for byte, so that a test can see and cut the connections. */
export interface Relay {
  /** The server's address, through the relay. */
  url: string;
  /** Connections that are open now. */
  open(): number;
  /** Closes all connections as a server does that is killed, and refuses new ones until `restore`. */
  cut(): void;
  restore(): void;
  stop(): Promise<void>;
}

/** @param target an `http:` address; its path is kept */
export async function startRelay(target: string): Promise<Relay> {
  const { hostname, port, pathname, protocol } = new URL(target);
  if (protocol !== 'http:') throw new Error(`${target}: only http: can be relayed`);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port || 80), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from
        .on('error', () => {})
        .once('close', () => {
          sockets.delete(from);
          to.destroy();
        });
      from.pipe(to);
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const own = (server.address() as AddressInfo).port;
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${own}${pathname === '/' ? '' : pathname}`,
    open: () => sockets.size,
    cut,
    restore: () => void server.listen(own, '127.0.0.1'),
    async stop() {
      if (!server.listening) return;
      cut();
      await once(server, 'close');
    },
  };
}
