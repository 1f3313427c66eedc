import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBodies } from '../../../src/http/overload/bodies.ts';
import { startTestServer, type TestServer } from '../../harness/server.ts';

const MEGABYTE = 2 ** 20;

/** A request whose body is not complete: its last byte is missing. */
function begin(url: string, bytes: number, headers: Record<string, string> = {}) {
  const all = { 'content-type': 'application/json', 'content-length': String(bytes + 1), ...headers };
  const sent = request(url, { method: 'POST', headers: all, agent: false });
  sent.on('error', () => {});
  const answered = once(sent, 'response').then(async ([response]: IncomingMessage[]) => ({
    status: response!.statusCode,
    retryAfter: response!.headers['retry-after'],
    text: await text(response!),
  }));
  // One that is given up has no answer.
  answered.catch(() => {});
  const written = new Promise((resolve) => sent.write('"'.padEnd(bytes, 'x'), resolve));
  return { sent, answered, written };
}

describe('in a process', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ worker: false });
  });
  afterAll(() => server?.stop());

  test.each([
    ['/graphql', (body: string) => expect(body).toContain('"code":"RATE_LIMITED"')],
    [
      '/themachine/api/v1/tasks',
      (body: string) => expect(JSON.parse(body)).toEqual({ detail: expect.stringContaining('address') }),
    ],
    ['/api/v1/tasks', (body: string) => expect(JSON.parse(body).detail).toContain('address')],
  ])(
    'bodies of an address beyond 48 MB are refused, until others are gone: %s',
    async (path, expectShape) => {
      const open = Array.from({ length: 12 }, () => begin(`${server.url}${path}`, 4.5 * MEGABYTE));
      const first = await Promise.race(open.map(({ answered }) => answered));
      expect(first).toMatchObject({ status: 429, retryAfter: '1' });
      expectShape(first.text);
      for (const { sent } of open) sent.destroy();
      await expect
        .poll(
          async () => {
            const whole = begin(`${server.url}${path}`, 4.5 * MEGABYTE);
            whole.sent.end('"');
            return (await whole.answered).status;
          },
          { timeout: 30_000 },
        )
        .not.toBe(429);
    },
  );
});

describe('of all addresses together', () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    const bodies = createBodies({ ofAddress: 10 * MEGABYTE, ofProcess: 12 * MEGABYTE });
    server = createServer(async (incoming, response) => {
      const body = bodies.receive(String(incoming.headers['x-address']), incoming, response);
      try {
        for await (const _chunk of body);
        response.end('taken');
      } catch (error) {
        response.end((error as { code: string }).code);
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test('one of the address that has the most is refused, and no other', async () => {
    const mallory = [3, 3, 3].map((size) => begin(url, size * MEGABYTE, { 'x-address': 'mallory' }));
    await Promise.all(mallory.map(({ written }) => written));
    const ann = begin(url, 4 * MEGABYTE, { 'x-address': 'ann' });
    const refused = await Promise.race(mallory.map(({ answered }) => answered));
    expect(refused.text).toBe('UNAVAILABLE');
    ann.sent.end('"');
    expect((await ann.answered).text).toBe('taken');
    for (const { sent } of mallory) sent.destroy();
  });
});
