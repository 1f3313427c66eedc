import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
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

  test.each(['/graphql', '/themachine/api/v1/tasks', '/api/v1/tasks'])(
    'long bodies of an address that are more than 16 MB together wait for each other, and all are answered: %s',
    async (path) => {
      const open = Array.from({ length: 12 }, () => begin(`${server.url}${path}`, 4.5 * MEGABYTE));
      for (const { sent } of open) sent.end('"');
      const statuses = await Promise.all(open.map(async ({ answered }) => (await answered).status));
      for (const status of statuses) expect([400, 401, 422]).toContain(status);
    },
  );
});

describe('in a process that reads 8 MB at once, and 12 MB at most', () => {
  let server: Server;
  let url: string;
  let received = 0;

  beforeAll(async () => {
    const bodies = createBodies({
      atOnce: 8 * MEGABYTE,
      ofAddressAtOnce: MEGABYTE,
      ofAddress: 10 * MEGABYTE,
      ofProcess: 12 * MEGABYTE,
    });
    server = createServer(async (incoming, response) => {
      const body = bodies.receive(String(incoming.headers['x-address']), incoming, response);
      try {
        for await (const { length } of body) received += length;
        if (incoming.url === '/stream') return response.flushHeaders();
        response.end('taken');
      } catch (error) {
        response.end((error as { code: string }).code);
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => server.closeAllConnections());
  afterAll(() => server.close());

  const send = (address: string, megabytes: number, path = '/') =>
    begin(`${url}${path}`, Math.floor(megabytes * MEGABYTE), { 'x-address': address });

  async function isTaken({ sent, answered }: ReturnType<typeof begin>): Promise<void> {
    sent.end('"');
    expect((await answered).text).toBe('taken');
  }

  test('given incomplete bodies of an address, then it has 8 MB of them read, those of others are taken, and all are in the end', async () => {
    received = 0;
    const slow = Array.from({ length: 12 }, () => send('slow', 2));
    await isTaken(send('other', 2));
    // Each may have a piece more, which its stream has buffered.
    expect(received).toBeLessThan(8 * MEGABYTE + 2 * 2 * MEGABYTE + slow.length * 128 * 1024);
    await Promise.all(slow.map(isTaken));
  });

  test('given streams that hold more than 12 MB, then bodies of another address are taken, and those of a third one beside its slow one', async () => {
    for (const [address, count] of [
      ['mallory', 3],
      ['trudy', 2],
    ] as const) {
      for (let index = 0; index < count; index += 1) {
        const { sent } = send(address, 2.5, '/stream');
        sent.end('"');
        await once(sent, 'response');
      }
    }
    await isTaken(send('ann', 0.9));
    const slow = send('bob', 0.5);
    await slow.written;
    await isTaken(send('bob', 0.4));
    await isTaken(slow);
  });

  test('given an address that holds more than 10 MB in streams, then its next body is refused', async () => {
    for (let index = 0; index < 4; index += 1) {
      const { sent } = send('mallory', 2.4, '/stream');
      sent.end('"');
      await once(sent, 'response');
    }
    expect((await send('mallory', 2).answered).text).toBe('RATE_LIMITED');
    await isTaken(send('ann', 2));
  });

  test('given incomplete bodies whose senders disconnect, then those that wait are read', async () => {
    const gone = Array.from({ length: 6 }, () => send('slow', 2));
    const waiting = Array.from({ length: 6 }, () => send('slow', 2));
    for (const { sent } of gone) sent.destroy();
    await Promise.all(waiting.map(isTaken));
  });

  test('given incomplete bodies of many addresses beyond 12 MB, then one of the address that has the most is refused, and no other', async () => {
    const mallory = [3, 3, 2].map((megabytes) => send('mallory', megabytes));
    await Promise.all(mallory.map(({ written }) => written));
    const ann = send('ann', 4);
    const bob = send('bob', 4);
    const refused = await Promise.race(mallory.map(({ answered }) => answered));
    expect(refused.text).toBe('UNAVAILABLE');
    await Promise.all([ann, bob].map(isTaken));
  });
});

test('bodies that arrive together are handed on one after the other, each once the one before it can be parsed', async () => {
  const bodies = createBodies();
  const server = createServer(async (incoming, response) => {
    await text(bodies.receive('a', incoming, response));
    response.end();
  }).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const open = Array.from({ length: 6 }, () => begin(url, MEGABYTE));
    await Promise.all(open.map(({ written }) => written));
    const begun = performance.now();
    for (const { sent } of open) sent.end('"');
    await Promise.all(open.map(({ answered }) => answered));
    // 25 ms after each of the first five; a timer may be early by one.
    expect(performance.now() - begun).toBeGreaterThan(5 * 24);
  } finally {
    server.close();
  }
});
