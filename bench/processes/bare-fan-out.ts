/** The baseline of fan-out: one WebSocket frame, made once, written to every socket. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { serveCommands } from '../fork.ts';
import { microseconds } from '../measure/clock.ts';

const commands = {
  async start(): Promise<string> {
    const sockets = new Set<Socket>();
    let seq = 0;
    const server = createServer((request, response) => {
      request.resume();
      seq += 1;
      const frame = frameOf(seq);
      for (const socket of sockets) socket.write(frame);
      response.end('{}');
    });
    const upgrades = new WebSocketServer({ server, perMessageDeflate: false });
    upgrades.on('connection', (_client, { socket }) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  },
};
export type BareFanOutCommands = typeof commands;

/** What Polyphony's subscribers get, to the byte but for the numbers. */
function frameOf(seq: number): Buffer {
  const taskEvents = { __typename: 'TokensGenerated', seq, text: `${Math.round(microseconds())} ` };
  const id = '00000000-0000-4000-8000-000000000000';
  const payload = Buffer.from(JSON.stringify({ id, type: 'next', payload: { data: { taskEvents } } }));
  return Buffer.concat([Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]), payload]);
}

serveCommands(commands);
