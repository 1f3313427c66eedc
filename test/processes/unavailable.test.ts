import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createClient, data, errorCode, TASK_EVENTS } from '../harness/client.ts';
import { type DatabaseProxy, startDatabaseProxy } from '../harness/database-proxy.ts';
import type { Polyphony } from '../harness/process.ts';
import { createDatabase } from '../harness/server.ts';
import { openStage, type Stage } from '../harness/stage.ts';

let database: Awaited<ReturnType<typeof createDatabase>>;
let proxy: DatabaseProxy;
let stage: Stage;
let api: Polyphony;
let ann: Client;
/** Nobody has looked at his account yet. */
let bob: Client;

beforeAll(async () => {
  database = await createDatabase();
  proxy = await startDatabaseProxy(database.url);
  stage = await openStage({ DATABASE_URL: proxy.url });
  ({ api, ann } = stage);
  bob = await createClient(api.url).register({ email: 'b@b.c', password: 'a good password', name: 'Bob' });
});
afterAll(async () => {
  await stage?.close();
  await proxy?.cut();
  await database?.drop();
});

const OPERATIONS = [
  ['a query', '{ viewer { id } }'],
  ['a list', '{ tasks(first: 1) { nodes { id } } }'],
  ['a mutation', 'mutation { createTask(input: { prompt: "x" }) { task { id } } }'],
  ['a login', 'mutation { login(input: { email: "a@b.c", password: "a good password" }) { token } }'],
];

test('while the database is out of reach everything answers UNAVAILABLE; afterwards everything is well', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'demo' });
  await proxy.cut();
  for (const [name, document] of OPERATIONS) {
    expect([name, errorCode(await ann.query(document!))]).toEqual([name, 'UNAVAILABLE']);
  }
  await expect(bob.subscribe(TASK_EVENTS, { id }).next()).rejects.toMatchObject({ code: 1013 });
  const { value: told } = await ann.subscribeSse(TASK_EVENTS, { id }).next();
  expect(errorCode(told)).toBe('UNAVAILABLE');
  expect((await fetch(`${api.url}/health`)).status).toBe(503);
  const { url } = api;
  const devin = await fetch(`${url}/mini-devin/api/auth/api-keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ann.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'ci' }),
  });
  expect([devin.status, (await devin.json()).code]).toEqual([503, 'UNAVAILABLE']);

  await proxy.open();
  for (const [, document] of OPERATIONS) data(await ann.query(document!));
  expect(api.output()).not.toMatch(/unexpected error/);
});
