import { expect, test } from 'vitest';
import { deleteExpired } from '../../../src/store/runs/deletion/delete-expired.ts';
import { deleteExpiredRuns } from '../../../src/store/runs/deletion/delete-expired-runs.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { keep, pass } from '../../runs/retention-passes.ts';
import { ARTIFACT_BYTES, type MadeRun, OTHER_BYTES, runsOf, store } from './retention-world.ts';

const server = fixture(() => startTestServer({ worker: false }));
const sql = async (text: string, values: unknown[] = []) =>
  (await server.store.database.pool.query(text, values)).rows;

const OLD: MadeRun = {
  owner: 0,
  shape: 'alone',
  thread: 0,
  age: 60,
  parts: [],
  dependsOn: null,
  texts: [true, true],
};
let worlds = 0;

/** Runs of three accounts. @returns the prefix of their ids */
async function made(runs: readonly Partial<MadeRun>[]): Promise<string> {
  worlds += 1;
  const world = { policies: [{}, {}, {}], runs: runs.map((run) => ({ ...OLD, ...run })) };
  await store(server, world, `v${worlds}`, runsOf(world, `v${worlds}`));
  return `v${worlds}`;
}

const textsOf = async (name: string) =>
  Number((await sql(`select count(*) as count from run_text where run_id like $1`, [`${name}-%`]))[0].count);
const runsOfWorld = async (name: string) =>
  (await sql(`select id from run where id like $1 order by id`, [`${name}-%`])).map(({ id }) => id);

const untilOneWaits = () =>
  expect
    .poll(() =>
      sql(`select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`),
    )
    .toHaveLength(1);

test('workers that delete at the same time delete everything once', async () => {
  const name = await made(Array.from({ length: 60 }, (_, index) => ({ owner: index % 3 })));
  for (const owner of [0, 1, 2]) await keep(server, `${name}-u${owner}`, { text: 7, runs: 30 });
  await Promise.all([pass(server), pass(server), pass(server), pass(server)]);
  // An account that another worker was at is left to it.
  await pass(server);
  expect(await runsOfWorld(name)).toEqual([]);
  expect(await textsOf(name)).toBe(0);
  for (const owner of [0, 1, 2])
    expect((await server.store.quotas.read(`${name}-u${owner}`)).used).toMatchObject({ runs: 0 });
});

test('a worker that is killed leaves whole batches, and others go on', async () => {
  const name = await made(Array.from({ length: 20 }, () => ({})));
  const account = { ownerId: `${name}-u0`, days: 7 };
  await keep(server, account.ownerId, { text: 7 });
  const before = await textsOf(name);
  // Its statement waits for a run, and its connection is cut.
  const blocker = await server.store.database.pool.connect();
  await blocker.query('begin');
  await blocker.query('select from run where id = $1 for update', [`${name}-r10`]);
  const killed = deleteExpired(server.store.database, 'text', account).catch(() => 'killed');
  await expect
    .poll(() =>
      sql(
        `select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and query like '%from retention%'`,
      ),
    )
    .toHaveLength(1);
  expect(await killed).toBe('killed');
  expect(await textsOf(name)).toBe(before);
  await blocker.query('rollback');
  blocker.release();
  await pass(server);
  expect(await textsOf(name)).toBe(0);
});

test.each(['text', 'runs'] as const)('a run that is continued meanwhile keeps its %s', async (subject) => {
  const name = await made([{}, {}]);
  const account = { ownerId: `${name}-u0`, days: 7 };
  await keep(server, account.ownerId, { [subject]: 7 });
  const retrying = await server.store.database.pool.connect();
  await retrying.query('begin');
  await retrying.query(`update run set status = 'queued' where id = $1`, [`${name}-r1`]);
  const deleting =
    subject === 'text'
      ? deleteExpired(server.store.database, 'text', account)
      : deleteExpiredRuns(server.store, account);
  await untilOneWaits();
  await retrying.query('commit');
  retrying.release();
  await deleting;
  expect(await sql(`select count(*)::int as count from run_text where run_id = $1`, [`${name}-r1`])).toEqual([
    { count: 2 },
  ]);
  expect(await runsOfWorld(name)).toEqual(subject === 'text' ? [`${name}-r0`, `${name}-r1`] : [`${name}-r1`]);
});

test('parts of an execution that is retried meanwhile keep what they have', async () => {
  const name = await made([{}, { shape: 'execution', parts: [1, 2] }]);
  const account = { ownerId: `${name}-u0`, days: 7 };
  await keep(server, account.ownerId, { text: 7 });
  const retrying = await server.store.database.pool.connect();
  await retrying.query('begin');
  await retrying.query(`update run set status = 'queued' where id = $1`, [`${name}-r1`]);
  const deleting = deleteExpired(server.store.database, 'text', account);
  await untilOneWaits();
  await retrying.query('commit');
  retrying.release();
  await deleting;
  expect(
    await sql(`select distinct run_id as id from run_text where run_id like $1 order by 1`, [`${name}-%`]),
  ).toEqual([`${name}-r1`, `${name}-r1-p0`, `${name}-r1-p1`].map((id) => ({ id })));
});

test.each(['text', 'runs'] as const)(
  'a batch that deletes %s weighs runs with their parts',
  async (subject) => {
    const name = await made(
      Array.from({ length: 3 }, () => ({ shape: 'execution', parts: [0, 0, 0] }) as const),
    );
    const account = { ownerId: `${name}-u0`, days: 7 };
    await keep(server, account.ownerId, { [subject]: 7 });
    await sql(`update run set last_seq = 700 where parent_id like $1`, [`${name}-%`]);
    const { runs } =
      subject === 'text'
        ? await deleteExpired(server.store.database, subject, account)
        : await deleteExpiredRuns(server.store, account);
    expect(runs).toBe(1);
  },
);

test('text is deleted while months that no run of the batch belongs to are locked', async () => {
  const name = await made([{}]);
  const account = { ownerId: `${name}-u0`, days: 7 };
  for (const subject of ['text', 'events'] as const) await keep(server, account.ownerId, { [subject]: 7 });
  const locking = await server.store.database.pool.connect();
  await locking.query('begin');
  await locking.query('lock table run_text_old, run_event_old in access exclusive mode');
  for (const subject of ['text', 'events'] as const)
    expect(await deleteExpired(server.store.database, subject, account)).toMatchObject({ runs: 1 });
  await locking.query('rollback');
  locking.release();
  expect(await textsOf(name)).toBe(0);
});

test('text that a server of the version before wrote is measured, piece by piece', async () => {
  const name = await made([{}]);
  const id = `${name}-r0`;
  await keep(server, `${name}-u0`, { text: 7 });
  await sql(
    `update run_text set text = 'abcdefgh', last_seq = 3, ends = '{4,8}', ats = array[at, at] where run_id = $1 and seq = 2`,
    [id],
  );
  await sql('delete from run_text where run_id = $1 and seq = 3', [id]);
  await sql('update run set text_bytes = 0 where id = $1', [id]);
  await pass(server);
  expect(await sql('select bytes::int, text_bytes::int as text from run where id = $1', [id])).toEqual([
    { bytes: OTHER_BYTES + ARTIFACT_BYTES, text: 0 },
  ]);
});

test('a batch that fails does not keep other accounts and subjects from their turn', async () => {
  const name = await made([{ owner: 0 }, { owner: 1 }]);
  for (const owner of [0, 1]) await keep(server, `${name}-u${owner}`, { text: 7, artifacts: 7 });
  await sql(`create function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$`);
  await sql(
    `create trigger refused before delete on run_text for each row when (old.run_id = '${name}-r0') execute function refuse()`,
  );
  await pass(server);
  await sql('drop function refuse cascade');
  expect(await sql(`select distinct run_id as id from run_text where run_id like $1`, [`${name}-%`])).toEqual(
    [{ id: `${name}-r0` }],
  );
  expect(await sql(`select id from artifact where run_id like $1`, [`${name}-%`])).toEqual([]);
  await pass(server);
  expect(await textsOf(name)).toBe(0);
});

test('runs that were held back are deleted when what held them has gone', async () => {
  const name = await made([{}, { dependsOn: 0, age: null }, { shape: 'turn' }, { shape: 'turn', age: 3 }]);
  await keep(server, `${name}-u0`, { runs: 7 });
  await pass(server);
  expect(await runsOfWorld(name)).toHaveLength(4);
  await sql(`update retention set begun_at = now()`);
  await sql('delete from run where id = any($1)', [[`${name}-r1`, `${name}-r3`]]);
  await pass(server);
  expect(await runsOfWorld(name)).toEqual([`${name}-r0`, `${name}-r2`]);
  await sql(`update retention set begun_at = now() - interval '25 hours' where subject = 'runs'`);
  await pass(server);
  expect(await runsOfWorld(name)).toEqual([]);
});
