import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { data } from '../harness/client.ts';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';

const deployment = fixture(() => startDeployment({ LOG_LEVEL: 'debug' }));

const SUBSCRIPTIONS = 100;

/** A socket with as many subscriptions as it may have; their first payloads are on their way. */
async function openSocket(query: string, id: string): Promise<WebSocket> {
  const socket = new WebSocket(`${deployment.api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('error', () => {});
  await once(socket, 'open');
  const payload = { authorization: `Bearer ${deployment.ann.token}` };
  socket.send(JSON.stringify({ type: 'connection_init', payload }));
  await once(socket, 'message');
  let received = 0;
  socket.on('message', () => {
    received += 1;
    socket.emit('received', received);
  });
  for (let index = 0; index < SUBSCRIPTIONS; index += 1) {
    socket.send(JSON.stringify({ id: `${index}`, type: 'subscribe', payload: { query, variables: { id } } }));
  }
  return socket;
}

let changes = 0;

async function change(id: string): Promise<void> {
  changes += 1;
  const update =
    'mutation ($id: ID!, $to: Int!) { updateTask(input: { id: $id, priority: $to }) { __typename } }';
  data(await deployment.ann.query(update, { id, to: 1 + (changes % 9) }));
}

/** A feed has only what happens after it was subscribed to, and nothing says when that was. */
async function untilSeen(socket: WebSocket, seen: number, id: string): Promise<void> {
  let count = 0;
  socket.on('received', (received: number) => {
    count = received;
  });
  while (count < seen) {
    await change(id);
    const deadline = AbortSignal.timeout(2_000);
    while (count < seen && !deadline.aborted) {
      await once(socket, 'received', { signal: deadline }).catch(() => {});
    }
  }
}

/** How many payloads a client has seen when it leaves. */
const SEEN = [0, 1, SUBSCRIPTIONS];

test.each([
  ['the log of a run', 'taskEvents(taskId: $id) { seq ... on CurrentState { task { prompt } } }'],
  ['a feed', 'activity { cursor event { seq } task { id prompt } }'],
])(
  'a client that leaves with 100 subscriptions to %s is no error of ours',
  async (_what, field) => {
    const id = await deployment.ann.createTask({ prompt: 'x'.repeat(300_000), hold: true });
    const before = deployment.api.output();
    for (const seen of SEEN) {
      for (const leave of ['destroy', 'resetAndDestroy'] as const) {
        const socket = await openSocket(
          `subscription ($id: ID!) { ${field} }`.replace(/ \(\$id: ID!\)(?= { activity)/, ''),
          id,
        );
        await untilSeen(socket, seen, id);
        const closed = once(socket, 'close');
        (Reflect.get(socket, '_socket') as Socket)[leave]();
        await change(id);
        await closed;
      }
    }
    expect((await fetch(`${deployment.api.url}/health`)).status).toBe(200);
    expect(deployment.api.output().slice(before.length)).not.toMatch(/error/i);
  },
  120_000,
);
