import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../../../src/log.ts';
import { openSource, type ReadCounts } from '../../../../src/store/database/read-source.ts';
import type { Target } from '../../../../src/store/database/replica.ts';
import { createClient, data } from '../../../harness/client.ts';
import { startDeployment } from '../../../harness/deployment.ts';
import { fixture } from '../../../harness/fixture.ts';
import { startPooler } from '../../../harness/pooler.ts';
import { startTestServer } from '../../../harness/server.ts';
import { startPair } from './standby.ts';

const pair = fixture(startPair, { timeoutMs: 120_000 });
const startServer = (readUrl: string) =>
  startTestServer({
    worker: false,
    databaseUrl: pair.primary.url,
    variables: { DATABASE_READ_URL: readUrl, RATE_LIMIT_FACTOR: '1000' },
    log: createLog('silent'),
  });
const server = fixture(() => startServer(pair.standby.url));
const ann = fixture(() => server.newUser());

const LIST = '{ tasks(first: 1) { totalCount edges { node { id prompt } } } }';
const TOTALS = '{ userAnalytics { days { runs } } systemStatus { tasks { queued } } }';

const stateOf = async (url: string) => (await (await fetch(`${url}/health`)).json()).replica;
const isReady = () =>
  expect
    .poll(() => server.store.replica!.condition(), { timeout: 20_000 })
    .toEqual({ state: 'ready', lagSeconds: 0 });

/** By whom the reads were answered that `work` made. */
async function readsDuring(work: () => Promise<unknown>): Promise<ReadCounts> {
  const before = { ...server.store.readCounts };
  await work();
  const counts = Object.entries(server.store.readCounts);
  return Object.fromEntries(
    counts.map(([who, count]) => [who, count - before[who as keyof ReadCounts]]),
  ) as ReadCounts;
}

const createTask = () => ann.createTask({ prompt: 'x', model: 'demo' });
const newest = async () => data(await ann.query(LIST)).tasks.edges[0]?.node.id;

/** A list shows what was created just before, whoever answers. */
async function expectOwnWrites(count = 5): Promise<void> {
  for (let round = 0; round < count; round += 1) {
    const id = await createTask();
    expect(await newest()).toBe(id);
  }
}

test('lists are read from the replica, and show what was committed before them', async () => {
  await isReady();
  const { totalCount } = data(await ann.query(LIST)).tasks;
  const reads = await readsDuring(() => expectOwnWrites(50));
  expect(reads.replica).toBeGreaterThan(0);
  expect(data(await ann.query(LIST)).tasks.totalCount).toBe(totalCount + 50);
});

test('totals are read from the replica and include what was committed before them', async () => {
  await isReady();
  const read = async () => {
    const { userAnalytics, systemStatus } = data(await ann.query(TOTALS));
    return { runs: userAnalytics.days[0].runs, queued: systemStatus.tasks.queued };
  };
  await createTask();
  const { runs, queued } = await read();
  const reads = await readsDuring(async () => {
    for (let more = 1; more <= 10; more += 1) {
      await createTask();
      expect(await read()).toEqual({ runs: runs + more, queued: queued + more });
    }
  });
  expect(reads.replica).toBeGreaterThan(0);
});

test('single objects and mutations are read from the primary', async () => {
  await isReady();
  const reads = await readsDuring(async () => {
    const id = await createTask();
    expect(data(await ann.query('query ($id: ID!) { task(id: $id) { id } }', { id })).task.id).toBe(id);
  });
  expect(reads).toEqual({ replica: 0, behind: 0, unavailable: 0, failed: 0 });
});

test('an older API reads lists from the replica as well', async () => {
  await isReady();
  const headers = { authorization: `Bearer ${ann.token}` };
  const reads = await readsDuring(async () => {
    const answer = await fetch(`${server.url}/themachine/api/v1/tasks`, { headers });
    expect(answer.status).toBe(200);
  });
  expect(Object.values(reads).reduce((sum, count) => sum + count)).toBeGreaterThan(0);
});

test('given a replica that is behind, then the primary answers until it has caught up', async () => {
  await isReady();
  await pair.pause(true);
  const reads = await readsDuring(() => expectOwnWrites());
  expect(reads.replica).toBe(0);
  expect(reads.behind).toBeGreaterThan(0);
  await expect.poll(() => stateOf(server.url)).toBe('behind');
  const metrics = await server.metrics.render();
  expect(metrics).toContain('polyphony_replica_up 0');
  expect(metrics).toMatch(/polyphony_replica_reads_total{outcome="behind"} [1-9]/);
  expect(Number(/^polyphony_replica_lag_seconds (\S+)/m.exec(metrics)![1])).toBeGreaterThan(0);
  await pair.pause(false);
  await isReady();
  await expect.poll(() => stateOf(server.url)).toBe('ready');
  expect((await readsDuring(() => expectOwnWrites(20))).replica).toBeGreaterThan(0);
});

test('given a replica that is killed, then the primary answers until it is back', async () => {
  await isReady();
  await pair.standby.kill();
  const reads = await readsDuring(() => expectOwnWrites());
  expect(reads.replica).toBe(0);
  await expect.poll(() => stateOf(server.url)).toBe('unavailable');
  expect(data(await ann.query('{ health { status replica } }')).health).toEqual({
    status: 'healthy',
    replica: 'UNAVAILABLE',
  });
  await pair.standby.start();
  await isReady();
  expect((await readsDuring(() => expectOwnWrites(20))).replica).toBeGreaterThan(0);
});

describe('given a statement that the replica is executing', () => {
  const database = fixture(async () => {
    await server.store.database.pool.query('create table held as select 1 as one');
    const standby = new pg.Pool({ connectionString: pair.standby.url });
    // It is killed.
    standby.on('error', () => {});
    return { standby, stop: () => standby.end() };
  });
  /** Takes a minute on the standby, and no time on the primary. */
  const who = (target: Target) =>
    target.query(`
      select case when pg_is_in_recovery() then pg_sleep(60)::text else 'primary' end as who from held`);

  async function begin() {
    await isReady();
    const source = openSource(server.store);
    source.allowReplica();
    const reading = source.run(who);
    const executing = `select from pg_stat_activity where state = 'active' and query like '%from held'
      and pid <> pg_backend_pid()`;
    await expect.poll(async () => (await database.standby.query(executing)).rowCount).toBe(1);
    return { source, reading, executing };
  }

  test('when it takes too long, then the primary answers, and the replica stops as well', async () => {
    const { reading, executing } = await begin();
    expect((await reading).rows).toEqual([{ who: 'primary' }]);
    await expect.poll(async () => (await database.standby.query(executing)).rowCount).toBe(0);
  }, 30_000);

  test('when a recovery conflict cancels it, then the primary answers, and the replica remains in use', async () => {
    const { reading } = await begin();
    const reads = await readsDuring(async () => {
      await server.store.database.pool.query('truncate held; insert into held values (1)');
      expect((await reading).rows).toEqual([{ who: 'primary' }]);
    });
    expect(reads).toMatchObject({ replica: 0, failed: 1 });
    await isReady();
    expect((await readsDuring(() => expectOwnWrites(20))).replica).toBeGreaterThan(0);
  });

  test('when the replica is killed, then the primary answers, and the rest of the operation as well', async () => {
    const { source, reading } = await begin();
    await pair.standby.kill();
    expect((await reading).rows).toEqual([{ who: 'primary' }]);
    await pair.standby.start();
    await isReady();
    const isStandby = (target: Target) => target.query('select pg_is_in_recovery() as it');
    expect((await source.run(isStandby)).rows).toEqual([{ it: false }]);
  });
});

test('given a replica that is frozen, then the primary answers until it is resumed', async () => {
  await isReady();
  pair.standby.freeze();
  try {
    const reads = await readsDuring(() => expectOwnWrites());
    expect(reads.replica).toBe(0);
    await expect.poll(() => stateOf(server.url), { timeout: 20_000 }).toBe('unavailable');
  } finally {
    pair.standby.resume();
  }
  await isReady();
});

describe('given a DATABASE_READ_URL that is no standby', () => {
  const other = fixture(() => startServer(pair.primary.url));

  test('then the primary answers, and health says so', async () => {
    await expect.poll(() => stateOf(other.url)).toBe('unavailable');
    const { token } = ann;
    const client = createClient(other.url, { authorization: `Bearer ${token}` });
    expect(data(await client.query(LIST)).tasks.totalCount).toBeGreaterThan(0);
    expect(other.store.readCounts).toMatchObject({ replica: 0, failed: 0 });
  });
});

describe('through transaction poolers, without prepared statements', () => {
  const toPrimary = fixture(() => startPooler(pair.primary.url, 3));
  const toStandby = fixture(() => startPooler(pair.standby.url, 3));
  const deployment = fixture(() =>
    startDeployment({
      DATABASE_URL: toPrimary.url,
      DATABASE_DIRECT_URL: pair.primary.url,
      DATABASE_READ_URL: toStandby.url,
      DATABASE_PREPARE: 'off',
    }),
  );

  test('lists are read from the replica, and show what was committed before them', async () => {
    const { api } = deployment;
    await expect.poll(() => stateOf(api.url), { timeout: 20_000 }).toBe('ready');
    const client = createClient(api.url, { authorization: `Bearer ${ann.token}` });
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let round = 0; round < 5; round += 1) {
          const id = await client.createTask({ prompt: 'x', model: 'demo' });
          const { edges } = data(await client.query('{ tasks(first: 100) { edges { node { id } } } }')).tasks;
          expect(edges.map(({ node }: { node: { id: string } }) => node.id)).toContain(id);
        }
      }),
    );
    const answer = await fetch(`${api.url}/metrics`, { headers: { authorization: `Bearer ${ann.token}` } });
    expect(await answer.text()).toMatch(/polyphony_replica_reads_total{outcome="replica"} [1-9]/);
  });
});
