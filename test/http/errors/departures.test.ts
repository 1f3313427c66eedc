import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import Fastify from 'fastify';
import { pino } from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import { answerFailure } from '../../../src/http/errors/to-reply.ts';
import { startDeployment } from '../../harness/deployment.ts';
import { fixture } from '../../harness/fixture.ts';

const deployment = fixture(() => startDeployment({ LOG_LEVEL: 'warn' }));
const api = fixture(() => deployment.api);

async function send(text: string): Promise<Socket> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

function upgrade(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
}

function post(query: string, accept: string, headers = ''): string {
  const body = JSON.stringify({ query });
  return `POST /graphql HTTP/1.1\r\nHost: localhost\r\n${headers}Accept: ${accept}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** Many clients, each resetting its connection a little later than the one before. */
async function resetMany(text: string): Promise<void> {
  for (let index = 0; index < 300; index += 1) {
    const socket = await send(text + 'x'.repeat(index % 2 ? 0 : 100_000));
    if (index % 3 > 0) await new Promise<void>((resolve) => setTimeout(resolve, index % 3));
    socket.resetAndDestroy();
    if (!socket.closed) await once(socket, 'close');
  }
}

describe('clients that reset their connection', () => {
  test.each([
    ['while an upgrade at an unknown path is refused', upgrade('/nope')],
    ['while a socket is opened', upgrade('/graphql')],
    ['while they are answered', post('{ health { status } }', 'application/json')],
    ['while they are answered by server-sent events', post('{ health { status } }', 'text/event-stream')],
  ])('%s do no harm and are no error of ours', async (_when, text) => {
    await resetMany(text);
    expect((await fetch(`${api.url}/health`)).status).toBe(200);
    expect(api.output()).not.toContain('unexpected error');
  });
});

describe('clients that leave in the middle of a long answer', () => {
  let authorization: string;
  let query: string;

  beforeAll(async () => {
    const { ann } = deployment;
    authorization = `Authorization: Bearer ${ann.token}\r\n`;
    const id = await ann.createTask({ prompt: 'x'.repeat(1_000_000) });
    const fields = Array.from({ length: 15 }, (_, index) => `t${index}: task(id: "${id}") { prompt }`);
    query = `{ ${fields.join(' ')} }`;
  });

  test.each([
    ['JSON', 'application/json', 'resetAndDestroy'],
    ['JSON', 'application/json', 'destroy'],
    ['server-sent events', 'text/event-stream', 'resetAndDestroy'],
    ['server-sent events', 'text/event-stream', 'destroy'],
  ] as const)('%s (%s, %s) are no error of ours', async (_form, accept, leave) => {
    for (let index = 0; index < 10; index += 1) {
      const socket = await send(post(query, accept, authorization));
      await once(socket, 'readable');
      socket[leave]();
      if (!socket.closed) await once(socket, 'close');
    }
    expect((await fetch(`${api.url}/health`)).status).toBe(200);
    expect(api.output()).not.toContain('unexpected error');
  });
});

describe('a request that fails with a premature close', () => {
  async function logged(leave: boolean): Promise<string[]> {
    const lines: string[] = [];
    const app = Fastify();
    app.setErrorHandler(answerFailure(pino({}, { write: (line) => lines.push(line) })));
    const failed = new Promise<void>((resolve) => {
      app.get('/', async (request) => {
        if (leave) await once(request.socket, 'close');
        setImmediate(resolve);
        throw Object.assign(new Error('Premature close'), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
      });
    });
    const url = await app.listen();
    const socket = connect(Number(new URL(url).port));
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    if (leave) socket.end();
    await failed;
    socket.destroy();
    await app.close();
    return lines;
  }

  test('because its client left is no error of ours', async () => {
    expect(await logged(true)).toEqual([]);
  });

  test('while its client waits is one, as of a server that we ask', async () => {
    expect(await logged(false)).toEqual([expect.stringContaining('Premature close')]);
  });
});

test('an upgrade at an unknown path is refused and its connection closed', async () => {
  const socket = await send(upgrade('/nope'));
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toContain('404 Not Found');
  if (!socket.closed) await once(socket, 'close');
});
