import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { fixture } from '../../harness/fixture.ts';
import { freePort } from '../../harness/free-port.ts';
import { startTestServer } from '../../harness/server.ts';

let compatUrl: string;

const server = fixture(async () => {
  const port = await freePort();
  compatUrl = `http://127.0.0.1:${port}`;
  return startTestServer({ worker: false, variables: { COMPAT_PORTS: `mini-devin:${port}` } });
});

async function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the server closes the connection. */
async function untilClosed(socket: Socket): Promise<string> {
  let received = '';
  socket.on('data', (chunk) => (received += chunk));
  await once(socket, 'close');
  return received;
}

function unfinished(path: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"query":`;
}

/** The server that answers at an address, of this process. */
async function serverAt(url: string): Promise<Server> {
  const started = channel('http.server.request.start');
  const { promise, resolve } = Promise.withResolvers<Server>();
  const see = (message: unknown) => {
    const { request, server } = message as { request: { headers: { host?: string } }; server: Server };
    if (request.headers.host === new URL(url).host) resolve(server);
  };
  started.subscribe(see);
  await (await fetch(`${url}/health`, { headers: { connection: 'close' } })).text();
  started.unsubscribe(see);
  return promise;
}

describe('a connection is closed', () => {
  beforeAll(async () => {
    for (const url of [server.url, compatUrl]) {
      const one = await serverAt(url);
      expect(one).toMatchObject({ requestTimeout: 30_000, headersTimeout: 15_000 });
      // Node reads them whenever it looks.
      Object.assign(one, { requestTimeout: 2_000, headersTimeout: 1_000 });
    }
  });

  test.concurrent.each([
    ['whose body is never finished', () => server.url, unfinished('/graphql')],
    [
      'whose body is never finished, of a dialect',
      () => server.url,
      unfinished('/mini-devin/api/auth/login'),
    ],
    ['whose body is never finished, at a port of a dialect', () => compatUrl, unfinished('/api/auth/login')],
    ['whose head is never finished', () => server.url, 'GET / HTTP/1.1\r\nHost: loc'],
  ])('%s, with 408', async (_what, urlOf, text) => {
    const socket = await open(urlOf());
    socket.write(text);
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
  });

  test.concurrent.each([
    ['that sends nothing', () => server.url],
    ['that sends nothing, at a port of a dialect', () => compatUrl],
  ])('%s', async (_what, urlOf) => {
    const socket = await open(urlOf());
    await untilClosed(socket);
  });
});

async function openGraphqlSocket(
  url: string,
  payload: object = {},
): Promise<{ socket: WebSocket; closed: Promise<number> }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const closed = once(socket, 'close').then(([code]) => code as number);
  socket.on('error', () => {});
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload }));
  return { socket, closed };
}

describe('a WebSocket without credentials', () => {
  test('that has no operation is closed after 10 s, though it pings', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { socket, closed } = await openGraphqlSocket(server.url);
    await once(socket, 'message');
    vi.advanceTimersByTime(9_999);
    const pong = once(socket, 'pong');
    socket.send('{"type":"ping"}');
    expect(JSON.parse(String((await once(socket, 'message'))[0]))).toEqual({ type: 'pong' });
    socket.ping();
    await pong;
    vi.advanceTimersByTime(1);
    expect(await closed).toBe(4408);
  });

  test('that says nothing is closed', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const [code] = await once(socket, 'close');
    expect(code).toBe(4408);
  });
});

describe('of an address and of an account there are so many at a time', () => {
  // 10 connections of an address, 5 sockets of an account.
  const limited = fixture(() => startTestServer({ worker: false, variables: { RATE_LIMIT_FACTOR: '0.01' } }));

  test('connections beyond them are answered with 429, until others are closed', async () => {
    const sockets = await Promise.all(Array.from({ length: 10 }, () => open(limited.url)));
    const refused = await open(limited.url);
    const answer = await untilClosed(refused);
    expect(answer).toMatch(/^HTTP\/1.1 429 /);
    expect(answer).toMatch(/Retry-After: 1\r\n/);
    expect(answer).toMatch(/"code":"RATE_LIMITED"/);
    await Promise.all(sockets.map((socket) => once(socket.destroy(), 'close')));
    await expect
      .poll(async () => (await fetch(`${limited.url}/health`, { headers: { connection: 'close' } })).status)
      .toBe(200);
  });

  test('WebSockets of an account beyond them are closed with 1013, until others are closed', async () => {
    const ann = await limited.newUser();
    const authorization = `Bearer ${ann.token}`;
    const opened = [];
    for (let index = 0; index < 5; index += 1) {
      const one = await openGraphqlSocket(limited.url, { authorization });
      await once(one.socket, 'message');
      opened.push(one);
    }
    const refused = await openGraphqlSocket(limited.url, { authorization });
    expect(await refused.closed).toBe(1013);
    opened[0]!.socket.terminate();
    await opened[0]!.closed;
    await expect
      .poll(async () => {
        const again = await openGraphqlSocket(limited.url, { authorization });
        const acknowledged = once(again.socket, 'message').then(() => 'acknowledged');
        const outcome = await Promise.race([again.closed, acknowledged]);
        again.socket.terminate();
        return outcome;
      })
      .toBe('acknowledged');
    for (const { socket } of opened) socket.terminate();
  });
});

test('requests that are sent ahead are answered in order, one after the other', async () => {
  const socket = await open(server.url);
  const ask = (name: string) => {
    const body = JSON.stringify({ query: `{ ${name}: __typename }` });
    return `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  };
  const names = Array.from({ length: 20 }, (_, index) => `a${index}`);
  const received = untilClosed(socket);
  socket.write(names.map(ask).join(''));
  socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const answered = [...(await received).matchAll(/"data":{"(a\d+)"/g)].map(([, name]) => name);
  expect(answered).toEqual(names);
});
