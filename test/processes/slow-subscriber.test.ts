import { beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { rebuildText, TASK_EVENTS, type TaskEvent } from '../harness/client.ts';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import { INSPECTED, memoryHeld } from '../harness/measure/memory.ts';
import { stall } from '../harness/measure/stall.ts';
import { startVendor } from '../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const deployment = fixture(() => startDeployment({ OPENAI_BASE_URL: `${vendor.url}/v1` }, INSPECTED));
const api = fixture(() => deployment.api);
const ann = fixture(() => deployment.ann);
beforeAll(async () => {
  await deployment.startWorker();
});

/** One socket with a subscription to the run; a stalled one stops reading as soon as it has subscribed. */
async function openSocket(id: string, isStalled: boolean) {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${ann.token}` } }));
  await new Promise((resolve) => socket.once('message', resolve));
  const events: TaskEvent[] = [];
  const ended = Promise.withResolvers<void>();
  socket.on('message', (message) => {
    const { type, payload } = JSON.parse(String(message));
    if (type === 'next') events.push(payload.data.taskEvents);
    if (type === 'complete') ended.resolve();
  });
  const subscription = { id: '1', type: 'subscribe', payload: { query: TASK_EVENTS, variables: { id } } };
  socket.send(JSON.stringify(subscription));
  if (isStalled) stall(socket);
  return { events, ended: ended.promise, resume: () => socket.resume(), close: () => socket.terminate() };
}

/** An answer of eight megabytes, in words of a thousand characters. */
const TEXT = Array.from({ length: 8_000 }, (_, index) => `${index}`.padStart(1000, 'x')).join(' ');
const MODEL = 'gpt-4o@key=long';
const SOCKETS = 6;
const MAX_GROWTH_MB = 30;

async function makeRun(): Promise<string> {
  vendor.scripts.set(MODEL, [{ text: TEXT }]);
  return ann.createTask({ prompt: 'x', model: MODEL, hold: true });
}

async function carryOut(id: string): Promise<void> {
  await ann.query('mutation ($id: ID!) { executeTask(input: { id: $id }) { __typename } }', { id });
  for await (const _ of ann.subscribe('subscription ($id: ID!) { taskEvents(taskId: $id) { seq } }', { id }));
}

/** A run with subscribers, to its end. */
async function follow(count: number, isStalled: boolean) {
  const id = await makeRun();
  const sockets = await Promise.all(Array.from({ length: count }, () => openSocket(id, isStalled)));
  await carryOut(id);
  return sockets;
}

test('subscribers that do not read cost hardly anything, and have missed nothing when they read again', async () => {
  // What a server keeps of its first work is not theirs.
  for (const { ended, close } of await follow(2, false)) await ended.then(close);
  const before = await memoryHeld(api);
  const stalled = await follow(SOCKETS, true);
  // A hundred megabytes wait for them: the text, and once more in the result.
  expect((await memoryHeld(api)) - before).toBeLessThan(MAX_GROWTH_MB);
  for (const { events, ended, resume, close } of stalled) {
    resume();
    await ended;
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
    expect(rebuildText(events).trim()).toBe(TEXT);
    close();
  }
}, 120_000);

test('a client that does not read holds up no stop', async () => {
  await openSocket(await makeRun(), true);
  const before = performance.now();
  expect(await api.stop()).toBe(0);
  expect(performance.now() - before).toBeLessThan(10_000);
});
