import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { copyDataDir, makeReadyDataDir, untilGone } from '../embedded-postgres/workbench.ts';
import { createClient, data, rebuildText, TASK_EVENTS, type TaskEvent } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { begin, launch, type Polyphony } from '../harness/process.ts';

const ann = { email: 'ann@example.com', password: 'a good password', name: 'Ann' };
let folder: string;
/** With a database that an earlier start has made. */
let dataDir: string;
let running: Polyphony[];

const ready = fixture(makeReadyDataDir, { stop: (ready) => ready.remove() });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyphony-start-'));
  dataDir = join(folder, 'data');
  await copyDataDir(ready.path, dataDir);
  running = [];
});
afterEach(async () => {
  for (const polyphony of running) await polyphony.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(variables: Record<string, string> = {}): Promise<Polyphony> {
  const polyphony = await launch('start', { DATA_DIR: dataDir, ...variables });
  running.push(polyphony);
  return polyphony;
}

const postmasterPid = async () =>
  Number((await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);

test('a start on an empty folder is healthy, and a second start has everything still', async () => {
  dataDir = join(folder, 'empty');
  const first = await start();
  expect(await (await fetch(`${first.url}/health`)).json()).toMatchObject({ status: 'healthy' });
  const client = await createClient(first.url).register(ann);
  const id = await client.createTask({ prompt: 'hello' });
  const log = await client.events(id);
  const postgres = await postmasterPid();
  expect(await first.stop()).toBe(0);
  await untilGone(postgres);

  const second = await start();
  const again = createClient(second.url, { authorization: `Bearer ${client.token}` });
  expect((await again.events(id)).slice(1)).toEqual(log.slice(1));
});

test('after kill -9 of everything the next start carries the running tasks to their end', async () => {
  const first = await start();
  const client = await createClient(first.url).register(ann);
  const ids = await Promise.all(
    Array.from({ length: 5 }, () => client.createTask({ prompt: 'x', model: 'demo@tokens=60,itl=10' })),
  );
  for await (const payload of client.subscribe(TASK_EVENTS, { id: ids[0] })) {
    if (data(payload).taskEvents.__typename === 'TokensGenerated') break;
  }
  await Promise.all([first.kill(), Promise.try(async () => process.kill(await postmasterPid(), 'SIGKILL'))]);

  const second = await start();
  const again = createClient(second.url, { authorization: `Bearer ${client.token}` });
  const expected = Array.from({ length: 60 }, (_, index) => `word${index + 1} `).join('');
  for (const id of ids) {
    const events = (await again.events(id)).slice(1);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', result: { output: expected } });
    expect(rebuildText(events)).toBe(expected);
    expect(await again.task(id)).toMatchObject({ status: 'COMPLETED', cost: 0, costComplete: true });
  }
});

test('a restart of Postgres in the middle of streams is outlasted by all of them, and by their followers', async () => {
  const polyphony = await start();
  const client = await createClient(polyphony.url).register(ann);
  const model = 'demo@tokens=100,itl=20';
  const ids = await Promise.all(Array.from({ length: 10 }, () => client.createTask({ prompt: 'x', model })));
  const followers = ids.map((id) => client.subscribe(TASK_EVENTS, { id }));
  for (const follower of followers) await follower.next();
  for await (const payload of client.subscribe(TASK_EVENTS, { id: ids[9] })) {
    if (data(payload).taskEvents.__typename === 'TokensGenerated') break;
  }
  process.kill(await postmasterPid(), 'SIGKILL');
  for (const follower of followers) {
    const facts: TaskEvent[] = [];
    for await (const payload of follower) facts.push(data(payload).taskEvents);
    expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, index) => index + 1));
    expect(facts.at(-1)).toMatchObject({
      __typename: 'RunCompleted',
      result: { output: rebuildText(facts) },
    });
    expect(rebuildText(facts)).toBe(Array.from({ length: 100 }, (_, index) => `word${index + 1} `).join(''));
  }
  const later = await client.createTask({ prompt: 'x', model: 'demo@tokens=3,itl=1' });
  expect((await client.events(later)).at(-1)?.__typename).toBe('RunCompleted');
});

test('stopped in the middle of a start, it leaves no Postgres behind, and takes it for no failure', async () => {
  const starting = begin('start', { DATA_DIR: dataDir });
  let said = '';
  starting.stderr.on('data', (chunk) => (said += chunk));
  const ended = once(starting, 'close');
  const postgres = await vi.waitFor(
    async () => {
      const pid = await postmasterPid();
      expect(pid).toBeGreaterThan(0);
      return pid;
    },
    { interval: 1, timeout: 10_000 },
  );
  starting.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(said).toBe('');
  await untilGone(postgres);
});

test('a second start in the same folder is refused in clear words', async () => {
  const first = await start();
  await expect(launch('start', { DATA_DIR: dataDir })).rejects.toThrow(
    `in use by another Polyphony (pid ${first.pid})`,
  );
  expect((await fetch(`${first.url}/health`)).status).toBe(200);
});

test('a taken port is told, and nothing is left running', async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => squatter.once('listening', resolve));
  const { port } = squatter.address() as { port: number };
  await expect(launch('start', { DATA_DIR: dataDir, PORT: String(port) })).rejects.toThrow(
    `Port ${port} is in use`,
  );
  await expect(postmasterPid()).rejects.toThrow('ENOENT');
  squatter.close();
});

test('a wrong configuration is told whole, before anything is started', async () => {
  const wrong = { DATA_DIR: dataDir, PORT: 'eighty', LOG_LEVEL: 'loud' };
  await expect(launch('start', wrong)).rejects.toThrow(/LOG_LEVEL: .*\n.*PORT: /);
  await expect(launch('start:api', { DATA_DIR: dataDir })).rejects.toThrow(
    'DATABASE_URL: required for start:api',
  );
});
