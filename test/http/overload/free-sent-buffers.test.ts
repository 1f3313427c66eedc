import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { markSentOnce } from '../../../src/http/overload/free-sent-buffers.ts';
import { createSendBuffers } from '../../../src/http/overload/send-buffers.ts';

const BYTES = 16 * 1024 * 1024;

let server: ReturnType<typeof createServer>;
let ours: Socket;
let client: Socket;

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  [ours] = (await once(server, 'connection')) as [Socket];
  for (const socket of [ours, client]) socket.on('error', () => {});
  createSendBuffers().watch(ours);
});
afterEach(() => {
  for (const socket of [ours, client]) socket.destroy();
  server.close();
});

function createBuffer(): Buffer {
  return Buffer.allocUnsafeSlow(BYTES).fill('a');
}

test('a buffer that is sent once is freed when all of it has arrived', async () => {
  const buffer = markSentOnce(createBuffer());
  const written = new Promise((resolve) => ours.write(buffer, resolve));
  ours.end();
  expect(buffer.length).toBe(BYTES);
  const received: Buffer[] = [];
  client.on('data', (chunk: Buffer) => received.push(chunk));
  client.resume();
  await Promise.all([written, once(client, 'end')]);
  expect(Buffer.concat(received).equals(createBuffer())).toBe(true);
  expect(buffer.length).toBe(0);
});

test('it is freed when the connection is closed before', async () => {
  const buffer = markSentOnce(createBuffer());
  const written = new Promise((resolve) => ours.write(buffer, resolve));
  ours.destroy();
  expect(await written).toBeInstanceOf(Error);
  expect(buffer.length).toBe(0);
});

test('a buffer that is not marked keeps its bytes', async () => {
  const buffer = createBuffer();
  const written = new Promise((resolve) => ours.write(buffer, resolve));
  client.resume();
  await written;
  expect(buffer.length).toBe(BYTES);
});
