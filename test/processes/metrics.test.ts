import { afterEach, expect, test, vi } from 'vitest';
import { freePort } from '../../src/embedded-postgres/server.ts';
import { createClient, data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { createFolder } from '../harness/folder.ts';
import { launch, type Polyphony } from '../harness/process.ts';
import { createDatabase } from '../harness/server.ts';
import { readExposition } from '../http/routes/exposition.ts';

let running: Polyphony[] = [];

const database = fixture(createDatabase, { stop: (database) => database.drop() });
const folder = fixture(createFolder, { stop: (folder) => folder.remove() });
afterEach(async () => {
  for (const polyphony of running) await polyphony.stop();
  running = [];
});

async function run(script: 'start:api' | 'start:worker', variables: Record<string, string> = {}) {
  const polyphony = await launch(script, {
    DATABASE_URL: database.url,
    DATA_DIR: folder.path,
    RATE_LIMIT_FACTOR: '1000',
    ...variables,
  });
  running.push(polyphony);
  return polyphony;
}

test('a worker alone tells how it is on a port of its own, when it has one', async () => {
  const api = await run('start:api');
  expect(await (await fetch(`${api.url}/health`)).json()).toMatchObject({
    status: 'healthy',
    condition: 'stopped',
  });
  const port = String(await freePort());
  const worker = await run('start:worker', { METRICS_PORT: port });
  const own = `http://127.0.0.1:${port}`;
  expect(await (await fetch(`${own}/health`)).json()).toEqual({
    status: 'healthy',
    version: expect.any(String),
    uptimeSeconds: expect.any(Number),
    sandbox: expect.stringMatching(/^(bubblewrap|unshare|unavailable)$/),
    condition: 'active',
  });

  const ann = await createClient(api.url).register({
    email: 'ann@example.com',
    password: 'a good password',
    name: 'Ann',
  });
  const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=20,itl=0' });
  await ann.events(id);
  const made = await ann.query('mutation { createApiKey(input: { name: "prometheus" }) { key } }');
  const headers = { authorization: `Bearer ${data(made).createApiKey.key}` };
  const read = async (url: string) =>
    readExposition(await (await fetch(`${url}/metrics`, { headers })).text()).samples;
  const ofWorker = await read(own);
  const ofApi = await read(api.url);
  const completed = 'polyphony_runs_ended_total{kind="task",outcome="completed",code=""}';
  const created = 'polyphony_runs_created_total{kind="task"}';
  // Each process counts what it did; summed up, nothing is counted twice.
  expect([ofApi.get(created), ofWorker.get(created)]).toEqual([1, undefined]);
  expect([ofApi.get(completed), ofWorker.get(completed)]).toEqual([undefined, 1]);
  expect(ofWorker.get('polyphony_token_batches_total{type="text"}')).toBeGreaterThan(0);
  // What the database tells, it tells all of them.
  for (const samples of [ofApi, ofWorker]) expect(samples.get('polyphony_workers{state="live"}')).toBe(1);

  expect((await fetch(`${own}/metrics`)).status).toBe(401);
  await worker.stop();
  await vi.waitFor(async () => expect((await read(api.url)).get('polyphony_workers{state="live"}')).toBe(0));
});
