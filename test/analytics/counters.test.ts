import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { compareCounters, rebuildCounters } from '../../src/store/analytics/counters/compare-counters.ts';
import { foldCounters } from '../../src/store/analytics/counters/fold-counters.ts';
import { OF_ACCOUNT, sumCounts } from '../../src/store/analytics/counters/sum-counts.ts';
import { transaction } from '../../src/store/database/transaction.ts';
import { startWorker } from '../../src/worker.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { addUnfinished, createWorld } from '../sweep/world.ts';
import { expectExactCounters } from './count-rows.ts';
import { userIdOf } from './rows.ts';

const DOCTOR = new URL('../../src/doctor.ts', import.meta.url).pathname;

let worker: Awaited<ReturnType<typeof startWorker>> | undefined;

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, OLLAMA_HOST: vendor.url },
    worker: false,
  }),
);
const admin = fixture(() => server.newUser());
/** What fails before it leaves it to the end. */
async function stopWorker(): Promise<void> {
  const stopped = worker?.stop();
  worker = undefined;
  await stopped;
}
afterAll(stopWorker);

const database = () => server.store.database;
const work = () => {
  const urls = { url: server.databaseUrl, directUrl: server.databaseUrl };
  return startWorker(server.config, createLog('silent'), server.store, urls, server.metrics);
};
const foldAll = async () => {
  while (await foldCounters(database()));
};
const pending = async () =>
  (await database().pool.query('select count(*)::int as count from counter_change')).rows[0].count;

test('given all that accounts do, and then delete, counters are the totals of the rows at each time', async () => {
  worker = await work();
  const [ann, bob] = [await server.newUser(), await server.newUser()];
  const owners = [await userIdOf(ann), await userIdOf(bob)];
  const [world] = await Promise.all([createWorld(ann, vendor, 'anna'), createWorld(bob, vendor, 'bobby')]);
  await expectExactCounters(database(), owners);
  await stopWorker();
  await addUnfinished(world!);
  const reported = await bob.createTask({ prompt: 'x', hold: true, type: 'typed' });
  const end = `mutation ($id: ID!) { endTask(input: { id: $id, status: COMPLETED, result: { output: "x" } }) { task { id } } }`;
  data(await bob.query(end, { id: reported }));
  await expectExactCounters(database(), owners);
  await foldAll();
  expect(await pending()).toBe(0);
  await expectExactCounters(database(), owners);

  const runs = data(await ann.query('{ runs(first: 100) { nodes { __typename id status } } }')).runs.nodes;
  for (const { __typename: type, id, status } of runs) {
    if (status === 'FAILED')
      await ann.query(`mutation { retry${type}(input: { id: "${id}" }) { __typename } }`);
    else if (status !== 'COMPLETED')
      await ann.query(`mutation { cancel${type}(input: { id: "${id}" }) { __typename } }`);
  }
  await expectExactCounters(database(), owners);
  for (const { __typename: type, id } of runs.slice(0, 5))
    data(await ann.query(`mutation { delete${type}(input: { id: "${id}" }) { deletedId } }`));
  await expectExactCounters(database(), owners);
  data(await ann.query(`mutation { deleteSession(input: { id: "${world!.made.session}" }) { deletedId } }`));
  await foldAll();
  await expectExactCounters(database(), owners);

  const { id } = data(await ann.query('{ viewer { id } }')).viewer;
  data(await admin.query('mutation ($id: ID!) { deleteUser(input: { id: $id }) { deletedId } }', { id }));
  worker = await work();
  const left = async () => {
    const tables = ['app_user where id', 'counter where owner_id', 'counter_histogram where owner_id'];
    const counts = tables.map(async (table) => {
      const { rowCount } = await database().pool.query(`select from ${table} = $1`, [owners[0]]);
      return rowCount;
    });
    return Promise.all(counts);
  };
  await expect.poll(left, { timeout: 30_000 }).toEqual([0, 0, 0]);
  await stopWorker();
  await expectExactCounters(database(), [owners[1]!]);
}, 120_000);

describe('given transactions that each add or delete two tasks', () => {
  const add = (owner: string, name: string) =>
    transaction(database(), async (client) => {
      for (const half of ['a', 'b']) {
        await client.query(
          `insert into run (id, kind, owner_id, origin, status) values ($1, 'task', $2, 'graphql', 'pending')`,
          [`${name}${half}`, owner],
        );
      }
    });
  const remove = (name: string) =>
    database().pool.query('delete from run where id = any($1::text[])', [[`${name}a`, `${name}b`]]);

  async function write(owner: string, name: string, pairs: number): Promise<void> {
    for (let pair = 0; pair < pairs; pair += 1) {
      await add(owner, `${name}${pair}`);
      if (pair % 3 === 0) await remove(`${name}${pair}`);
    }
  }

  async function during(done: Promise<unknown>, act: () => Promise<unknown>): Promise<void> {
    let isDone = false;
    const ended = done.finally(() => {
      isDone = true;
    });
    while (!isDone) await act();
    await ended;
  }

  const countOf = (owner: string) =>
    sumCounts(database(), owner, OF_ACCOUNT, { subject: 'run', names: ['task'], details: null });

  test('then readers see both or neither, while others fold their changes', async () => {
    const owner = await userIdOf(await server.newUser());
    const writers = Promise.all(['k', 'l', 'm'].map((name) => write(owner, name, 30)));
    const counts: number[] = [];
    await Promise.all([
      during(writers, () => foldCounters(database())),
      during(writers, () => foldCounters(database())),
      during(writers, async () => counts.push(await countOf(owner))),
    ]);
    expect(counts.filter((count) => count % 2 !== 0)).toEqual([]);
    expect(await countOf(owner)).toBe(120);
    expect(await compareCounters(database())).toEqual([]);
  });

  test('then a rebuild amid them loses none, and readers see nothing of it', async () => {
    const owner = await userIdOf(await server.newUser());
    const writers = Promise.all(['p', 'q', 'r'].map((name) => write(owner, name, 30)));
    const counts: number[] = [];
    await Promise.all([
      during(writers, () => foldCounters(database())),
      during(writers, () => rebuildCounters(database())),
      during(writers, async () => counts.push(await countOf(owner))),
    ]);
    expect(counts.filter((count) => count % 2 !== 0)).toEqual([]);
    expect(await countOf(owner)).toBe(120);
    expect(await compareCounters(database())).toEqual([]);
  });
});

describe('the doctor', () => {
  async function runDoctor(...options: string[]) {
    const env = { PATH: process.env.PATH, DATABASE_URL: server.databaseUrl };
    const child = spawn(process.execPath, [DOCTOR, ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, problems, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { code, out, problems };
  }

  test('reports counters that differ, and makes them again', async () => {
    const ann = await server.newUser();
    const owner = await userIdOf(ann);
    await ann.createTask({ prompt: 'x', hold: true, type: 'code' });
    await foldAll();
    expect(await runDoctor()).toMatchObject({ code: 0, out: expect.stringContaining('are equal') });
    await database().pool.query(
      `update counter set count = count + 2 where owner_id = $1 and grain = 'all' and subject = 'run'`,
      [owner],
    );
    await database().pool.query(`delete from counter where owner_id = $1 and subject = 'type'`, [owner]);
    const { code, problems } = await runDoctor();
    expect(code).toBe(1);
    expect(problems).toContain(`${owner} all run task pending: count is 3, counted 1\n`);
    expect(problems).toContain(`${owner} all type prompt code: count is 0, counted 1\n`);
    expect(await runDoctor('--rebuild-counters')).toMatchObject({ code: 0 });
    expect(await runDoctor()).toMatchObject({ code: 0 });
  }, 60_000);
});

describe('the number of runs', () => {
  test('is that of the list, however it is filtered', async () => {
    const carl = await server.newUser();
    const session = data(
      await carl.query('mutation { createSession(input: { name: "s" }) { session { id } } }'),
    );
    const sessionId = session.createSession.session.id;
    await carl.createTask({ prompt: 'x', hold: true, type: 'code', sessionId });
    await carl.createTask({ prompt: 'x', hold: true, type: 'test' });
    await carl.createTask({ prompt: 'x' });
    await carl.createTask({ prompt: 'x', sessionId });
    const filters = [
      ['', 4],
      ['statuses: [PENDING]', 2],
      ['types: ["code"]', 1],
      ['types: ["code", "test", "none"]', 2],
      ['types: []', 0],
      ['statuses: []', 0],
      ['kinds: [TEMPLATE]', 0],
      ['kinds: [PROMPT]', 4],
      ['kinds: [PROMPT], types: ["test"]', 1],
      [`sessionId: "${sessionId}"`, 2],
      [`sessionId: "${sessionId}", statuses: [QUEUED]`, 1],
      [`sessionId: "${sessionId}", types: ["code"]`, 1],
    ] as const;
    const check = async () => {
      for (const [filter, count] of filters) {
        const { tasks } = data(
          await carl.query(`{ tasks(filter: { ${filter} }) { totalCount nodes { id } } }`),
        );
        expect([filter, tasks.totalCount, tasks.nodes.length]).toEqual([filter, count, count]);
      }
      const { session } = data(
        await carl.query(`{ session(id: "${sessionId}") {
          tasks { totalCount } queued: tasks(filter: { statuses: [QUEUED] }) { totalCount }
          none: tasks(filter: { statuses: [] }) { totalCount } code: tasks(filter: { types: ["code"] }) { totalCount }
        } }`),
      );
      const [all, one, none] = [2, 1, 0].map((totalCount) => ({ totalCount }));
      expect(session).toEqual({ tasks: all, queued: one, none, code: one });
    };
    await check();
    await foldAll();
    await check();
  });
});
