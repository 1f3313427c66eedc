import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSendBuffers, type SendBuffers } from '../../../src/http/overload/send-buffers.ts';

const MEGABYTE = Buffer.alloc(1024 * 1024);

let sendBuffers: SendBuffers;
let opened: Socket[];
let server: ReturnType<typeof createServer>;

beforeEach(async () => {
  sendBuffers = createSendBuffers();
  opened = [];
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const socket of opened) socket.destroy();
  server.close();
});

/** Both ends of a connection whose client does not read. */
async function openPair(): Promise<{ ours: Socket; client: Socket }> {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[ours]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
    [Socket],
    unknown,
  ];
  client.pause();
  for (const socket of [ours, client]) {
    socket.on('error', () => {});
    opened.push(socket);
  }
  sendBuffers.watch(ours);
  sendBuffers.watch(ours);
  return { ours, client };
}

function send(socket: Socket, megabytes: number): void {
  for (let sent = 0; sent < megabytes; sent += 1) socket.write(MEGABYTE);
}

test('a connection whose client leaves more than 32 MB unread is closed', async () => {
  const { ours } = await openPair();
  const closed = once(ours, 'close');
  send(ours, 40);
  await closed;
});

test('one whose client leaves less unread stays, and gets all of it', async () => {
  const { ours, client } = await openPair();
  send(ours, 25);
  ours.end();
  let received = 0;
  client.on('data', ({ length }) => (received += length));
  client.resume();
  await once(client, 'end');
  expect(received).toBe(25 * MEGABYTE.length);
});

test('a WebSocket that reads on is closed with 1013 behind what was sent', async () => {
  sendBuffers = createSendBuffers(60_000);
  const { ours, client } = await openPair();
  sendBuffers.markUpgraded(ours);
  const closed = once(ours, 'close');
  send(ours, 40);
  let last = Buffer.alloc(0);
  await new Promise(setImmediate);
  client.on('data', (chunk) => (last = Buffer.concat([last, chunk.subarray(-100)]).subarray(-100)));
  client.resume();
  await once(client, 'end');
  expect(
    last.includes(
      Buffer.concat([Buffer.from([1013 >> 8, 1013 & 0xff]), Buffer.from('the client reads too slowly')]),
    ),
  ).toBe(true);
  await closed;
});

test('a WebSocket that does not read why it is closed is gone 2 s later', async () => {
  const other = await openPair();
  sendBuffers.markUpgraded(other.ours);
  const gone = once(other.ours, 'close');
  send(other.ours, 40);
  await gone;
});

test('of all connections together the one with most is closed first, until there is no more than 64 MB', async () => {
  const pairs = [];
  for (let index = 0; index < 4; index += 1) pairs.push(await openPair());
  const largest = once(pairs[3]!.ours, 'close');
  for (const [index, { ours }] of pairs.entries()) send(ours, index === 3 ? 28 : 20);
  await largest;
  await new Promise(setImmediate);
  expect(pairs.filter(({ ours }) => ours.destroyed)).toHaveLength(1);
});
