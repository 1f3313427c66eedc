import { EventEmitter } from 'node:events';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createHeadStarts, type JobVersion } from '../../src/jobs/head-starts.ts';
import type { Jobs } from '../../src/jobs/start-jobs.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { startWorker } from '../../src/worker.ts';
import { type Client, data, TASK_EVENTS } from '../harness/client.ts';
import { runIdOf } from '../harness/lease.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { startVendor, type Vendor } from '../vendor/server.ts';

const log = createLog('silent');

/** @param store that of the server's own process, or another on its database */
function startWorkerOf(server: TestServer, store = server.store, metrics = server.metrics): Promise<Jobs> {
  const urls = { url: server.databaseUrl, directUrl: server.databaseUrl };
  return startWorker(server.config, log, store, urls, metrics);
}

describe('a worker in the process that queued a task', () => {
  let vendor: Vendor;
  let server: TestServer;
  let worker: Jobs;
  let ann: Client;

  const sql = async (text: string, values: unknown[] = []) =>
    (await server.store.database.pool.query(text, values)).rows;

  const waitingJobs = async () =>
    (await sql('select key from graphile_worker.jobs where run_at > now()')).map(({ key }) => key);

  beforeAll(async () => {
    vendor = await startVendor();
    server = await startTestServer({
      worker: false,
      variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, OPENAI_API_KEY: 'sk-test' },
    });
    ann = await server.newUser();
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
    await server?.stop();
    await vendor?.stop();
  });

  test('carries it out before its job is fetched', async () => {
    const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=3' });
    const names = (await ann.events(id)).map(({ __typename }) => __typename);
    expect(names.filter((name) => name.startsWith('Run'))).toEqual([
      'RunCreated',
      'RunStarted',
      'RunCompleted',
    ]);
    expect(await waitingJobs()).toEqual([`run:${runIdOf(id)}`]);
  });

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

describe('head starts', () => {
  const version = (id: string, revision = 0): JobVersion => ({ id, revision });

  function open(places: number) {
    const queued: Store['queued'] = new EventEmitter();
    const stopping = new AbortController();
    const running = new Map<string, PromiseWithResolvers<void>>();
    const begun: string[] = [];
    const headStarts = createHeadStarts(queued, { places, stopping: stopping.signal, log }, (runId) => {
      begun.push(runId);
      const run = Promise.withResolvers<void>();
      running.set(runId, run);
      return run.promise;
    });
    headStarts.othersAre(0);
    headStarts.queueIsEmpty();
    const offer = (runId: string) => queued.emit('task', { runId, jobId: `job of ${runId}` });
    const end = async (runId: string) => {
      running.get(runId)!.resolve();
      await new Promise(setImmediate);
    };
    return { headStarts, offer, end, begun, running, stopping };
  }

  test('given one, then the job waits for it and does not begin it again', async () => {
    const { offer, begun, headStarts, end } = open(2);
    offer('a');
    const job = headStarts.carryOut('a', version('job of a'));
    await end('a');
    await job;
    expect(begun).toEqual(['a']);
  });

  test('given one that broke off, then the job fails as if it had begun it', async () => {
    const { offer, headStarts, running } = open(2);
    offer('a');
    const job = headStarts.carryOut('a', version('job of a'));
    running.get('a')!.reject(new Error('broke off'));
    await expect(job).rejects.toThrow('broke off');
  });

  test.each([
    ['another job of the run', version('a later job')],
    ['the same job, changed since', version('job of a', 1)],
  ])('given %s, then it begins the run for itself: what it is for came after the head start', (_, job) => {
    const { offer, begun, headStarts } = open(2);
    offer('a');
    void headStarts.carryOut('a', job);
    expect(begun).toEqual(['a', 'a']);
  });

  test('given other workers, then there are none: one of them would fetch the job, and this one take too many', () => {
    const { offer, begun, headStarts } = open(2);
    headStarts.othersAre(1);
    offer('a');
    headStarts.othersAre(0);
    offer('b');
    expect(begun).toEqual(['b']);
  });

  test('given a worker that has not looked yet for others, or into the queue, then there are none', () => {
    const begun: string[] = [];
    const queued: Store['queued'] = new EventEmitter();
    const headStarts = createHeadStarts(
      queued,
      { places: 9, stopping: new AbortController().signal, log },
      async (runId) => void begun.push(runId),
    );
    queued.emit('task', { runId: 'a', jobId: '1' });
    headStarts.othersAre(0);
    queued.emit('task', { runId: 'b', jobId: '2' });
    headStarts.queueIsEmpty();
    queued.emit('task', { runId: 'c', jobId: '3' });
    expect(begun).toEqual(['c']);
  });

  test('the last place is left to a job, and a job that was fetched never waits', () => {
    const { offer, begun, headStarts } = open(2);
    offer('a');
    offer('b');
    void headStarts.carryOut('c', version('job of c'));
    expect(begun).toEqual(['a', 'c']);
  });

  test('given a worker of one place, then there are none', () => {
    const { offer, begun } = open(1);
    offer('a');
    expect(begun).toEqual([]);
  });

  test('given somebody who may wait, then nobody overtakes until the queue was found empty with places free', async () => {
    const { offer, begun, headStarts, end } = open(2);
    offer('a');
    headStarts.queueIsEmpty();
    offer('b');
    await end('a');
    offer('c');
    expect(begun).toEqual(['a']);
    headStarts.queueIsEmpty();
    offer('d');
    expect(begun).toEqual(['a', 'd']);
  });

  test('given all places were taken by jobs, then others may wait of whom this process knows nothing', async () => {
    const { offer, begun, headStarts, end } = open(2);
    void headStarts.carryOut('a', version('1'));
    void headStarts.carryOut('b', version('2'));
    await end('a');
    await end('b');
    offer('c');
    expect(begun).toEqual(['a', 'b']);
  });

  test('given a stop, then there are no more, and the runs that had one are waited for', async () => {
    const { offer, begun, headStarts, end, stopping } = open(9);
    offer('a');
    stopping.abort();
    offer('b');
    let isStopped = false;
    const stop = headStarts.stop().then(() => {
      isStopped = true;
    });
    await new Promise(setImmediate);
    expect([begun, isStopped]).toEqual([['a'], false]);
    await end('a');
    await stop;
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
  const elsewhere = await openStore({
    url: server.databaseUrl,
    poolMax: 10,
    redisUrl: null,
    quotas: server.config.quotas,
    log,
  });
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
