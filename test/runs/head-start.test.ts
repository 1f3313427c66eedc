import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Jobs } from '../../src/jobs/start-jobs.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { openStore } from '../../src/store/store.ts';
import { startWorker } from '../../src/worker.ts';
import { data, TASK_EVENTS } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { runIdOf } from '../harness/lease.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';

const log = createLog('silent');

/** @param store that of the server's own process, or another on its database */
function startWorkerOf(server: TestServer, store = server.store, metrics = server.metrics): Promise<Jobs> {
  const urls = { url: server.databaseUrl, directUrl: server.databaseUrl };
  return startWorker(server.config, log, store, urls, metrics);
}

describe('a worker in the process that queued a task', () => {
  let worker: Jobs;

  const sql = async (text: string, values: unknown[] = []) =>
    (await server.store.database.pool.query(text, values)).rows;

  const waitingJobs = async () =>
    (await sql('select key from graphile_worker.jobs where run_at > now()')).map(({ key }) => key);

  const vendor = fixture(startVendor);
  const server = fixture(() =>
    startTestServer({
      worker: false,
      variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, OPENAI_API_KEY: 'sk-test' },
    }),
  );
  const ann = fixture(() => server.newUser());
  beforeAll(async () => {
    worker = await startWorkerOf(server);
    // A first run has been fetched: whether the queue is empty, the worker knows from looking.
    await ann.events(await ann.createTask({ prompt: 'x', model: 'demo' }));
    // Jobs that come from now on are never fetched.
    await sql(`create function put_off() returns trigger language plpgsql
      as $$ begin new.run_at = now() + interval '1 hour'; return new; end $$`);
    await sql(`create trigger put_off before insert on graphile_worker._private_jobs
      for each row execute function put_off()`);
  });
  afterAll(async () => {
    await worker?.stop();
  });

  test.each([{}, { startAt: new Date(Date.now() - 1_000).toISOString() }])(
    'carries it out before its job is fetched: case %#',
    async (times) => {
      const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=3', ...times });
      const names = (await ann.events(id)).map(({ __typename }) => __typename);
      expect(names.filter((name) => name.startsWith('Run'))).toEqual([
        'RunCreated',
        'RunStarted',
        'RunCompleted',
      ]);
      expect(await waitingJobs()).toContain(`run:${runIdOf(id)}`);
    },
  );

  test('leaves one that waits for another, or that is held, as it is', async () => {
    const dependency = await ann.createTask({ prompt: 'x', model: 'demo', hold: true });
    const dependent = await ann.createTask({ prompt: 'x', model: 'demo', dependsOn: [dependency] });
    const last = await ann.createTask({ prompt: 'x', model: 'demo' });
    await ann.events(last);
    const statuses = await sql('select status, attempt from run where id = any($1) order by created_at', [
      [dependency, dependent].map(runIdOf),
    ]);
    expect(statuses).toEqual([
      { status: 'pending', attempt: 0 },
      { status: 'queued', attempt: 0 },
    ]);
  });

  test('that stops hands over what has no job to wait for it, and another one goes on', async () => {
    const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=40,itl=20' });
    for await (const payload of ann.subscribe(TASK_EVENTS, { id, after: 0 }))
      if (data(payload).taskEvents.__typename === 'TokensGenerated') break;
    await worker.stop();
    const [run] = await sql('select status, attempt, worker_id from run where id = $1', [runIdOf(id)]);
    expect(run).toEqual({ status: 'queued', attempt: 1, worker_id: null });
    await sql('drop trigger put_off on graphile_worker._private_jobs');
    await sql('update graphile_worker._private_jobs set run_at = now()');
    worker = await startWorkerOf(server);
    const names = (await ann.events(id)).map(({ __typename }) => __typename);
    expect(names.filter((name) => name.startsWith('Run') || name === 'AttemptStarted')).toEqual([
      'RunCreated',
      'RunStarted',
      'AttemptStarted',
      'RunCompleted',
    ]);
  });
});

test('given two workers and a queue that one has filled, then a task waits for neither while the other is idle', async () => {
  const vendor = await startVendor();
  const server = await startTestServer({
    worker: false,
    variables: {
      WORKER_CONCURRENCY: '2',
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      OPENAI_API_KEY: 'sk-test',
    },
  });
  const elsewhere = await openStore(server.databaseUrl, server.config, log);
  const workers = [
    await startWorkerOf(server),
    await startWorkerOf(server, elsewhere, createMetrics('test')),
  ];
  onTestFinished(async () => {
    for (const worker of workers) await worker.stop();
    await elsewhere.close();
    await server.stop();
    await vendor.stop();
  });
  const ann = await server.newUser();
  for (let count = 0; count < 3; count += 1)
    await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=1000,itl=50' });
  const begunAt = performance.now();
  await ann.events(await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=2' }));
  expect(performance.now() - begunAt).toBeLessThan(5_000);
});

test('given two tickets of a task that began before one was fetched, then it takes one slot', async () => {
  const vendor = await startVendor();
  const server = await startTestServer({
    variables: {
      WORKER_CONCURRENCY: '2',
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      OPENAI_API_KEY: 'sk-test',
    },
  });
  onTestFinished(async () => {
    await server.stop();
    await vendor.stop();
  });
  const { pool } = server.store.database;
  const ann = await server.newUser();
  // A first run has been fetched: whether the queue is empty, the worker knows from looking.
  await ann.events(await ann.createTask({ prompt: 'x', model: 'demo' }));
  const long = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=2000,itl=50' });
  await pool.query(
    `select add_ticket('take-turn', json_build_object('runId', id, 'ownerId', owner_id), null) from run where id = $1`,
    [runIdOf(long)],
  );
  const waiting = 'select from graphile_worker.jobs where locked_at is null';
  await expect.poll(async () => (await pool.query(waiting)).rowCount).toBe(0);

  await ann.events(await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=2' }));

  expect((await ann.task(long)).status).toBe('RUNNING');
});
