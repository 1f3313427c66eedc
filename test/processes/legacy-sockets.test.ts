import { expect, test } from 'vitest';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import { runIdOf } from '../harness/lease.ts';
import { INSPECTED, memoryHeld } from '../harness/measure/memory.ts';
import { stall } from '../harness/measure/stall.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';
import { type LegacySocket, type Message, openLegacySocket } from '../rest-compat/clients/legacy-socket.ts';

const vendor = fixture(startVendor);
const deployment = fixture(() => startDeployment({ OPENAI_BASE_URL: `${vendor.url}/v1` }, INSPECTED));
const api = fixture(() => deployment.api);
const ann = fixture(() => deployment.ann);

const follow = (id: string): Promise<LegacySocket> =>
  openLegacySocket(api.url, `/mini-devin/ws/tasks/${runIdOf(id)}?token=${ann.token}`);

/** What the socket of a task has to say, by the log that GraphQL tells. */
async function tokensOf(id: string): Promise<string[]> {
  const events = await ann.events(id);
  return events
    .filter(({ __typename: type }) => type === 'TokensGenerated')
    .map(({ text }) => text as string);
}

const tokens = (messages: Message[]): string[] =>
  messages.filter(({ type }) => type === 'token').map(({ content }) => content);

test('a worker that is killed in mid-stream leaves no hole and no repeat; a reconnect tells the same', async () => {
  const doomed = await deployment.startWorker();
  // It takes two minutes, and two seconds when it is asked for again: it does not end before the worker does.
  const model = 'gpt-4o@key=again,itl=40';
  vendor.scripts.set(model, [{ text: answerText(3_000) }, { text: answerText(50) }]);
  const id = await ann.createTask({ prompt: 'x', model });
  const devin = await follow(id);
  await devin.next(({ type }) => type === 'token');
  const amas = await openLegacySocket(api.url, `/amas/ws?token=${ann.token}`);
  amas.send({ command: 'subscribe_task', task_id: runIdOf(id) });
  await deployment.startWorker();
  // Its lock has to be older than a restart of Postgres could make it look.
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  await doomed.kill();
  expect((await devin.closed).code).toBe(1000);
  const void_ = devin.messages.findIndex(({ message }) => /begins anew/.test(message));
  expect(void_).toBeGreaterThan(0);
  expect(tokens(devin.messages.slice(0, void_)).join('').length).toBeGreaterThan(0);
  expect(tokens(devin.messages.slice(void_)).join('')).toBe(answerText(50));
  expect(tokens(devin.messages)).toEqual(await tokensOf(id));
  const again = await follow(id);
  await again.closed;
  // The first message says where the stream stands.
  expect(again.messages.slice(1)).toEqual(devin.messages.slice(1));
  await amas.next(({ event }) => event === 'task_completed');
  // One comes every half a minute, if it takes that long.
  const told = amas.messages.filter(({ event }) => event !== 'heartbeat');
  expect(told.map(({ event, data }) => (event === 'task_progress' ? data.percentage : event))).toEqual([
    'connected',
    0,
    'task_created',
    'task_execution_started',
    100,
    'task_completed',
  ]);
  await amas.close();
});

/** An answer of five megabytes, in words of a thousand characters. */
const TEXT = Array.from({ length: 5_000 }, (_, index) => `${index}`.padStart(1000, 'x')).join(' ');
const SOCKETS = 24;
const MAX_GROWTH_MB = 30;

/** A run with clients, to its end. @returns them, and the messages of one that read. */
async function followAll(count: number, isStalled: boolean) {
  vendor.scripts.set('gpt-4o@key=long', [{ text: TEXT }]);
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@key=long', hold: true });
  const sockets = await Promise.all(Array.from({ length: count }, () => follow(id)));
  for (const { raw } of sockets) if (isStalled) stall(raw);
  await ann.query('mutation ($id: ID!) { executeTask(input: { id: $id }) { __typename } }', { id });
  const reading = isStalled ? await follow(id) : sockets[0]!;
  await reading.closed;
  return { sockets, messages: reading.messages };
}

test('clients that do not read cost hardly anything, and have missed nothing when they read again', async () => {
  if (deployment.workers.length === 0) await deployment.startWorker();
  // What a server keeps of its first work is not theirs.
  const reading = await followAll(4, false);
  await Promise.all(reading.sockets.map(({ closed }) => closed));
  const before = await memoryHeld(api);
  const stalled = await followAll(SOCKETS, true);
  // A hundred and twenty megabytes of text wait for them.
  expect((await memoryHeld(api)) - before).toBeLessThan(MAX_GROWTH_MB);
  expect(tokens(stalled.messages).join('').trim()).toBe(TEXT);
  for (const { raw, closed, messages } of stalled.sockets) {
    raw.resume();
    expect((await closed).code).toBe(1000);
    expect(messages.slice(1)).toEqual(stalled.messages.slice(1));
  }
}, 120_000);

test('a client that asks again and again and does not read the answers is not read any more', async () => {
  const { raw } = await openLegacySocket(api.url, `/amas/ws?token=${ann.token}`);
  raw.pause();
  const ping = JSON.stringify({ command: 'ping', padding: 'x'.repeat(1000) });
  for (let index = 0; index < 200_000; index += 1) raw.send(ping);
  let waiting = 0;
  await expect
    .poll(
      () => {
        const before = waiting;
        waiting = raw.bufferedAmount;
        return before === waiting;
      },
      { interval: 2_000, timeout: 50_000 },
    )
    .toBe(true);
  expect(waiting).toBeGreaterThan(10_000_000);
  raw.terminate();
});
