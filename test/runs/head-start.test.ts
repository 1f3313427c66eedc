import { EventEmitter } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPlaces, type JobVersion, type Places } from '../../src/jobs/places.ts';
import type { Jobs } from '../../src/jobs/start-jobs.ts';
import { createLog } from '../../src/log.ts';
import type { Store } from '../../src/store/store.ts';
import { startWorker } from '../../src/worker.ts';
import { type Client, data, TASK_EVENTS } from '../harness/client.ts';
import { runIdOf } from '../harness/lease.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { startVendor, type Vendor } from '../vendor/server.ts';

const log = createLog('silent');

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
    const urls = { url: server.databaseUrl, directUrl: server.databaseUrl };
    worker = await startWorker(server.config, log, server.store, urls, server.metrics);
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
    const urls = { url: server.databaseUrl, directUrl: server.databaseUrl };
    worker = await startWorker(server.config, log, server.store, urls, server.metrics);
    const names = (await ann.events(id)).map(({ __typename }) => __typename);
    expect(names.filter((name) => name.startsWith('Run') || name === 'AttemptStarted')).toEqual([
      'RunCreated',
      'RunStarted',
      'AttemptStarted',
      'RunCompleted',
    ]);
  });
});

describe('the places of a worker', () => {
  const version = (id: string, revision = 0): JobVersion => ({ id, revision });

  function open(count: number) {
    const queued: Store['queued'] = new EventEmitter();
    const stopping = new AbortController();
    const running = new Map<string, PromiseWithResolvers<void>>();
    const begun: string[] = [];
    const places: Places = createPlaces(queued, { count, stopping: stopping.signal, log }, (runId) => {
      begun.push(runId);
      const run = Promise.withResolvers<void>();
      running.set(runId, run);
      return run.promise;
    });
    const offer = (runId: string) => queued.emit('task', { runId, jobId: `job of ${runId}` });
    return { places, offer, begun, running, stopping };
  }
  /** Everything that was set off has happened. */
  const settled = () => new Promise(setImmediate);

  test('given a queue that nobody has looked into, then nothing has a head start', async () => {
    const { offer, begun, places } = open(2);
    offer('a');
    places.queueIsEmpty();
    offer('b');
    await settled();
    expect(begun).toEqual(['b']);
  });

  test('given a head start, then the job waits for it and does not begin it again', async () => {
    const { offer, begun, places, running } = open(2);
    places.queueIsEmpty();
    offer('a');
    const job = places.carryOut('a', version('job of a'));
    await settled();
    expect(begun).toEqual(['a']);
    running.get('a')!.resolve();
    await job;
    expect(begun).toEqual(['a']);
  });

  test('given a head start that broke off, then the job fails as if it had begun it', async () => {
    const { offer, places, running } = open(2);
    places.queueIsEmpty();
    offer('a');
    const job = places.carryOut('a', version('job of a'));
    await settled();
    running.get('a')!.reject(new Error('broke off'));
    await expect(job).rejects.toThrow('broke off');
  });

  test.each([
    ['another job of the run', version('a later job')],
    ['the same job, changed since', version('job of a', 1)],
  ])(
    'given %s, then it begins the run for itself: what it is for came after the head start',
    async (_, job) => {
      const { offer, begun, places } = open(2);
      places.queueIsEmpty();
      offer('a');
      void places.carryOut('a', job);
      await settled();
      expect(begun).toEqual(['a', 'a']);
    },
  );

  test('given no place, then a run waits for one, whether it had a job or would have a head start', async () => {
    const { offer, begun, places, running } = open(1);
    places.queueIsEmpty();
    offer('a');
    offer('b');
    void places.carryOut('c', version('job of c'));
    await settled();
    expect(begun).toEqual(['a']);
    running.get('a')!.resolve();
    await settled();
    expect(begun).toEqual(['a', 'c']);
  });

  test('given all places were taken, then nobody overtakes those who may wait until the queue was found empty', async () => {
    const { offer, begun, places, running } = open(1);
    places.queueIsEmpty();
    offer('a');
    await settled();
    running.get('a')!.resolve();
    await settled();
    offer('b');
    await settled();
    expect(begun).toEqual(['a']);
    places.queueIsEmpty();
    offer('c');
    await settled();
    expect(begun).toEqual(['a', 'c']);
  });

  test('given they close, then nothing begins, and what has begun is waited for', async () => {
    const { offer, begun, places, running, stopping } = open(2);
    places.queueIsEmpty();
    offer('a');
    await settled();
    stopping.abort();
    offer('b');
    let isStopped = false;
    const stop = places.stop().then(() => {
      isStopped = true;
    });
    await settled();
    expect([begun, isStopped]).toEqual([['a'], false]);
    running.get('a')!.resolve();
    await stop;
  });
});
