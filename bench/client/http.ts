import { once } from 'node:events';
import { connect } from 'node:net';

/** One keep-alive connection that carries one request at a time. Bare, so that the load costs little itself. */
export interface Connection {
  /** @returns the body. @throws Error when it is no success. */
  send(request: Buffer): Promise<Buffer>;
  close(): void;
}

export async function openConnection(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setNoDelay();
  let received: Buffer = Buffer.alloc(0);
  let answer: PromiseWithResolvers<Buffer> | null = null;
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const body = bodyOf(received);
    if (!body) return;
    if (received.subarray(9, 10).toString() === '2') answer?.resolve(body);
    else answer?.reject(new Error(`${url} answered ${received}`));
    received = Buffer.alloc(0);
  });
  socket.on('error', (error) => answer?.reject(error));
  socket.on('close', () => answer?.reject(new Error(`${url} closed the connection`)));
  await once(socket, 'connect');
  return {
    send(request) {
      answer = Promise.withResolvers();
      socket.write(request);
      return answer.promise;
    },
    close: () => socket.destroy(),
  };
}

/** @returns null while there is more to come. */
function bodyOf(received: Buffer): Buffer | null {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const start = end + 4;
  const length = /content-length: (\d+)/i.exec(received.toString('latin1', 0, end))?.[1];
  if (length === undefined) return chunksOf(received.subarray(start));
  return received.length - start >= Number(length) ? received.subarray(start, start + Number(length)) : null;
}

function chunksOf(encoded: Buffer): Buffer | null {
  if (encoded.subarray(-5).toString() !== '0\r\n\r\n') return null;
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = encoded.indexOf('\r\n', at);
    const size = Number.parseInt(encoded.toString('latin1', at, line), 16);
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(encoded.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}

/** One that can be sent to another process. */
export interface HttpRequest {
  method: 'GET' | 'POST';
  url: string;
  /** Of a POST. */
  body?: unknown;
  headers: Record<string, string>;
}

export function toBytes({ method, url, body, headers }: HttpRequest): Buffer {
  const { host, pathname, search } = new URL(url);
  const text = body === undefined ? '' : JSON.stringify(body);
  const all = {
    host,
    accept: 'application/json',
    ...(body !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
    }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n${text}`);
}

export function postRequest(url: string, body: unknown, headers: Record<string, string> = {}): Buffer {
  return toBytes({ method: 'POST', url, body, headers });
}
