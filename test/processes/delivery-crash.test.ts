import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createClient } from '../harness/client.ts';
import { launch, type Polyphony } from '../harness/process.ts';
import { createDatabase } from '../harness/server.ts';
import { create, deliveries, endTask, settled } from '../integrations/integrations.ts';
import { GOOD_TOKEN, type Outside, startOutside } from '../vendor/outside.ts';

let outside: Outside;
let database: Awaited<ReturnType<typeof createDatabase>>;
let variables: Record<string, string>;
let api: Polyphony;
let ann: Client;
const started: Polyphony[] = [];
const running = new Set<Polyphony>();

beforeAll(async () => {
  outside = await startOutside();
  database = await createDatabase();
  variables = {
    DATABASE_URL: database.url,
    JWT_SECRET: 'a secret of the tests, long enough',
    SECRETS_KEY: Buffer.alloc(32, 1).toString('base64'),
    OUTBOUND_ALLOW: '127.0.0.1',
    LOG_LEVEL: 'trace',
  };
  api = await start('start:api');
  ann = await createClient(api.url).register({ email: 'a@b.c', password: 'a good password', name: 'Ann' });
});
afterAll(async () => {
  await Promise.all([...running].map((process) => process.stop()));
  await database?.drop();
  await outside?.stop();
});

async function start(script: 'start:api' | 'start:worker'): Promise<Polyphony> {
  const process = await launch(script, variables);
  started.push(process);
  running.add(process);
  return process;
}

async function kill(worker: Polyphony): Promise<void> {
  running.delete(worker);
  await worker.kill();
}

test('an end that is told when no worker is there is told by the next', async () => {
  const { id } = await create(ann, { platform: 'WEBHOOK', url: `${outside.url}/later` });
  await endTask(ann);
  expect(await deliveries(ann, id)).toMatchObject([{ status: 'PENDING', attempts: 0 }]);
  const worker = await start('start:worker');
  await outside.waitFor('/later', 1);
  await settled(ann, id, ({ status }) => status === 'DELIVERED');
  running.delete(worker);
  await worker.stop();
});

test('kill -9 of the worker while it tells: another does, with the same id', async () => {
  const { id } = await create(ann, { platform: 'WEBHOOK', url: `${outside.url}/hook` });
  outside.script('/hook', 'never', { status: 200 });
  const doomed = await start('start:worker');
  // It ends the run itself, and is told to tell of it.
  const taskId = await ann.createTask({ prompt: 'x', model: 'demo@tokens=2,itl=0' });
  await outside.waitFor('/hook', 1);
  await start('start:worker');
  await kill(doomed);
  const [first, second] = await outside.waitFor('/hook', 2, 40_000);
  expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
  expect(second!.body).toBe(first!.body);
  const delivery = await settled(ann, id, ({ status }) => status === 'DELIVERED');
  expect(delivery).toMatchObject({ runId: taskId, runStatus: 'COMPLETED', attempts: 2 });
  expect(await deliveries(ann, id)).toHaveLength(1);
}, 60_000);

test('a worker that stops leaves to the others what nobody has answered yet', async () => {
  const { id } = await create(ann, { platform: 'WEBHOOK', url: `${outside.url}/stopped` });
  outside.script('/stopped', 'never', { status: 200 });
  const from = Date.now();
  await endTask(ann);
  await outside.waitFor('/stopped', 1);
  for (const worker of running) {
    if (worker === api) continue;
    running.delete(worker);
    expect(await worker.stop()).toBe(0);
  }
  expect(Date.now() - from).toBeLessThan(8_000);
  await start('start:worker');
  await outside.waitFor('/stopped', 2);
  expect(await settled(ann, id, ({ status }) => status === 'DELIVERED')).toMatchObject({ attempts: 2 });
}, 60_000);

test('no process has written a secret into its log', async () => {
  await create(ann, { platform: 'GITHUB', credentials: { token: GOOD_TOKEN } });
  const { secret } = await create(ann, { platform: 'WEBHOOK', url: `${outside.url}/log` });
  await create(ann, {
    platform: 'SLACK',
    credentials: { webhookUrl: 'https://127.0.0.1:9/a-secret-channel' },
  });
  await endTask(ann);
  await outside.waitFor('/log', 1);
  const logs = started.map((process) => process.output()).join('');
  expect(logs.length).toBeGreaterThan(0);
  for (const one of [GOOD_TOKEN, secret, 'a-secret-channel']) expect(logs).not.toContain(one);
});
