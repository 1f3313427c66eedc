import { expect, test } from 'vitest';
import { createClient, data, errorCode, TASK_EVENTS } from '../harness/client.ts';
import { startDatabaseProxy } from '../harness/database-proxy.ts';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import { createDatabase } from '../harness/server.ts';

const database = fixture(createDatabase, { stop: (database) => database.drop() });
const proxy = fixture(() => startDatabaseProxy(database.url), { stop: (proxy) => proxy.cut() });
const deployment = fixture(() => startDeployment({ DATABASE_URL: proxy.url }));
const api = fixture(() => deployment.api);
const ann = fixture(() => deployment.ann);
/** Nobody has looked at his account yet. */
const bob = fixture(() =>
  createClient(api.url).register({ email: 'b@b.c', password: 'a good password', name: 'Bob' }),
);

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
  await expect.poll(async () => (await fetch(`${api.url}/health`)).status).toBe(503);
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
