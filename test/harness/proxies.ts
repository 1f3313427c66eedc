import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import httpProxy from 'http-proxy';

export interface ProxyServer {
  /** Where it listens, as a browser would be given it. */
  url: string;
  stop(): Promise<void>;
}

/** Those that stand before a server unnoticed: a peer on loopback, HTTP/1.1, and a `Host` that the client chooses. */
export const PROXIES = {
  'http-proxy with its defaults and changeOrigin': (target) =>
    startHttpProxy({ target, changeOrigin: true, ws: true }),
  'http-proxy with its defaults': (target) => startHttpProxy({ target, ws: true }),
  'a proxy that adds X-Forwarded-For': (target) => startHttpProxy({ target, xfwd: true, ws: true }),
  'a TCP forwarder': startForwarder,
} as const satisfies Record<string, (target: string) => Promise<ProxyServer>>;

async function startHttpProxy(options: httpProxy.ServerOptions): Promise<ProxyServer> {
  const proxy = httpProxy.createProxyServer(options);
  proxy.on('error', (_error, _request, answer) => void answer.destroy());
  const forward: RequestListener = (request, response) => proxy.web(request, response);
  const server = createServer(forward);
  server.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head));
  return listen(server, () => server.closeAllConnections());
}

/** As `socat` and `ssh -R` do it. */
async function startForwarder(target: string): Promise<ProxyServer> {
  const { hostname, port } = new URL(target);
  const open = new Set<{ destroy(): void }>();
  const server = createTcpServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('error', () => to.destroy()).on('close', () => open.delete(from));
      from.pipe(to);
    }
  });
  return listen(server, () => {
    for (const socket of open) socket.destroy();
  });
}

async function listen(server: Server, drop: () => void): Promise<ProxyServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      drop();
      await closed;
    },
  };
}
