import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { collect, polyphonyOf } from './client-package.ts';

const server = fixture(() => startTestServer());
const ann = fixture(() => server.newUser());

/** A proxy that passes on requests, and no WebSockets. */
async function startProxy() {
  let upgrades = 0;
  const proxy = createServer((incoming, response) => {
    const { method = 'GET', headers } = incoming;
    const outgoing = send(`${server.url}${incoming.url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
    response.on('close', () => outgoing.destroy());
  });
  proxy.on('upgrade', (_request, socket) => {
    upgrades += 1;
    socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    upgrades: () => upgrades,
    async stop() {
      proxy.closeAllConnections();
      await once(proxy.close(), 'close');
    },
  };
}

const proxy = fixture(startProxy);

test('given a network without WebSockets, then runs are followed over server-sent events, and no socket is tried again', async () => {
  const polyphony = polyphonyOf(proxy, ann);
  for (const _ of [1, 2]) {
    const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=5,itl=0' });
    const events = await collect(polyphony.followRun(id));
    expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted' });
  }
  expect(proxy.upgrades()).toBe(1);
});
