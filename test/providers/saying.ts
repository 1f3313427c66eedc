import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Saying {
  status: number;
  body: string | Buffer;
  headers?: Record<string, string>;
}

/** A vendor that answers everything with the same bytes: for what the playing vendor cannot say. */
export async function withServerSaying<Result>(
  { status, body, headers = {} }: Saying,
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  const server = createServer((_request, response) => response.writeHead(status, headers).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
