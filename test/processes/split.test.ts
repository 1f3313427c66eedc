import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createClient, data, rebuildText, TASK_EVENTS } from '../harness/client.ts';
import { launch, type Polyphony } from '../harness/process.ts';
import { createDatabase } from '../harness/server.ts';
import { answerText, startVendor, type Vendor } from '../vendor/server.ts';

let vendor: Vendor;
let database: Awaited<ReturnType<typeof createDatabase>>;
let api: Polyphony;
let worker: Polyphony;
let ann: Client;

beforeAll(async () => {
  vendor = await startVendor();
  database = await createDatabase();
  const variables = {
    DATABASE_URL: database.url,
    JWT_SECRET: 'a secret of the tests, long enough',
    OPENAI_BASE_URL: `${vendor.url}/v1`,
  };
  [api, worker] = await Promise.all([launch('start:api', variables), launch('start:worker', variables)]);
  ann = await createClient(api.url).register({ email: 'a@b.c', password: 'a good password', name: 'Ann' });
});
afterAll(async () => {
  await Promise.all([api?.stop(), worker?.stop()]);
  await database?.drop();
  await vendor?.stop();
});

test('without a bus between them the API follows the worker through Postgres', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=200,itl=10' });
  const arrivals: number[] = [];
  for await (const payload of ann.subscribe(TASK_EVENTS, { id })) {
    if (data(payload).taskEvents.__typename === 'TokensGenerated') arrivals.push(performance.now());
  }
  const gaps = arrivals.slice(1).map((at, index) => at - arrivals[index]!);
  expect(Math.max(...gaps)).toBeLessThan(1000);
  expect(rebuildText(await ann.events(id))).toBe(answerText(200));
});

test('a cancel in one process ends the provider’s stream in the other within a second', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@fault=stall,at=3' });
  for await (const payload of ann.subscribe(TASK_EVENTS, { id })) {
    if (data(payload).taskEvents.__typename === 'TokensGenerated') break;
  }
  const before = vendor.stats().aborted;
  await ann.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { status } } }', { id });
  await vendor.waitFor(({ aborted }) => aborted === before + 1, 1000);
});

test('a worker that is asked to stop hands its runs to the next', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=100,itl=20' });
  for await (const payload of ann.subscribe(TASK_EVENTS, { id })) {
    if (data(payload).taskEvents.__typename === 'TokensGenerated') break;
  }
  expect(await worker.stop()).toBe(0);
  const variables = { DATABASE_URL: database.url, OPENAI_BASE_URL: `${vendor.url}/v1` };
  worker = await launch('start:worker', variables);
  const events = await ann.events(id);
  expect(events.filter(({ __typename }) => __typename === 'AttemptStarted')).toHaveLength(1);
  expect(rebuildText(events)).toBe(answerText(100));
});
