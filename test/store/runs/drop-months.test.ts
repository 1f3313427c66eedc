import { expect, test } from 'vitest';
import { readEventPages } from '../../../src/store/log/event-pages.ts';
import { dropExpiredMonths } from '../../../src/store/runs/deletion/drop-months.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { pass } from '../../runs/retention-passes.ts';

const server = fixture(() => startTestServer({ worker: false, variables: { RETENTION_TEXT_DAYS: '30' } }));
const sql = async (text: string, values: unknown[] = []) =>
  (await server.store.database.pool.query(text, values)).rows;

/** A month with some runs that completed, as one of a year ago. */
async function fillMonth(name: string, runs: number): Promise<void> {
  const first = `${name.replace('_', '-')}-01`;
  for (const table of ['run_text', 'run_event'])
    await sql(
      `create table ${table}_${name} partition of ${table} (primary key (run_id, seq))
       for values from ('${first}') to ('${first}'::date + interval '1 month')`,
    );
  await sql(`insert into app_user (id, email, name) values ('u', 'a@b.c', 'n') on conflict do nothing`);
  await sql(
    `insert into run (id, month, kind, owner_id, origin, status, last_seq, bytes, counted_bytes, text_bytes)
     select '${name}-' || i, '${first}', 'task', 'u', 'graphql', 'running', 12, 11000, 11000, 10000 from generate_series(1, $1::int) as i`,
    [runs],
  );
  await sql(
    `insert into task (id, kind, prompt) select id, 'prompt', 'x' from run where id like '${name}-%'`,
  );
  await sql(
    `insert into run_event (month, run_id, seq, attempt, type, data)
     select month, id, seq, 1, case seq when 1 then 'RunCreated' else 'RunCompleted' end, '{}'
     from run, unnest(array[1, 12]) as seq where id like '${name}-%'`,
  );
  await sql(
    `insert into run_text (month, run_id, seq, attempt, type, call_id, text)
     select month, id, seq, 1, 'TokensGenerated', 'c', (select string_agg(md5(id || seq || i), '') from generate_series(1, 31) as i)
     from run, generate_series(2, 11) as seq where id like '${name}-%'`,
  );
  await sql(`update run set status = 'completed' where id like '${name}-%'`);
  await sql(`update run set ended_at = now() - interval '31 days' where id like '${name}-%'`);
}

const tables = async () => {
  const rows = await sql(
    `select relname as name from pg_class where relname ~ '^run_(text|event)_2025_..$' order by relname`,
  );
  return rows.map(({ name }) => name);
};
const usedDisk = async () =>
  Number((await sql('select pg_database_size(current_database()) as size'))[0].size);
const sizeOf = async (table: string) =>
  Number((await sql('select pg_total_relation_size($1) as size', [table]))[0].size);

test('a month is dropped when all of its runs have expired, which gives the disk back', async () => {
  await fillMonth('2025_01', 2_000);
  await fillMonth('2025_02', 50);
  await sql(`update run set status = 'running' where id = '2025_02-1'`);
  await sql(`update run set ended_at = now() where id = '2025_02-2'`);
  await sql('checkpoint');
  const size = await sizeOf('run_text_2025_01');
  const before = await usedDisk();
  expect(size).toBeGreaterThan(20_000_000);
  await pass(server);
  await sql('checkpoint');
  expect(await tables()).toEqual(['run_event_2025_01', 'run_event_2025_02', 'run_text_2025_02']);
  expect(before - (await usedDisk())).toBeGreaterThan(size * 0.9);
  // Of the month that is still needed, rows go one by one.
  expect(
    await sql(`select distinct run_id as id from run_text where month = '2025-02-01' order by run_id`),
  ).toEqual([{ id: '2025_02-1' }, { id: '2025_02-2' }]);
  expect(await sql(`select distinct bytes::int from run where id like '2025_01-%'`)).toEqual([
    { bytes: 1_000 },
  ]);
  const [, marker] = await readEventPages(server.store.database, ['2025_01-7'], {
    after: 0,
    limit: 10,
    types: null,
  });
  expect(marker).toMatchObject({ type: 'TextExpired', seq: 11, data: { firstSeq: 2 } });
}, 120_000);

test('a run of a dropped month that goes on writes to the part for the rest', async () => {
  await fillMonth('2025_03', 1);
  await pass(server);
  expect(await tables()).not.toContain('run_text_2025_03');
  await sql(
    `insert into run_text (month, run_id, seq, attempt, type, call_id, text) values ('2025-03-01', '2025_03-1', 13, 2, 'TokensGenerated', 'd', 'x')`,
  );
  await sql(`update run set last_seq = 13, ended_at = null where id = '2025_03-1'`);
  const events = await readEventPages(server.store.database, ['2025_03-1'], {
    after: 1,
    limit: 10,
    types: null,
  });
  expect(events.map(({ type }) => type)).toEqual(['TextExpired', 'RunCompleted', 'TokensGenerated']);
  await sql(`update run set ended_at = now() where id = '2025_03-1'`);
});

test('a month of events is dropped with its text, by one of the workers that try at once', async () => {
  await fillMonth('2025_04', 20);
  await fillMonth('2025_05', 20);
  await fillMonth('2025_06', 20);
  const { signal } = new AbortController();
  const tries = await Promise.all(
    Array.from({ length: 4 }, () => dropExpiredMonths(server.store.database, 'events', 20, signal)),
  );
  // A month that another one was at may have been left.
  tries.push(await dropExpiredMonths(server.store.database, 'events', 20, signal));
  const present = await tables();
  expect(
    tries
      .flat()
      .filter((table) => /2025_0[456]$/.test(table))
      .toSorted(),
  ).toEqual(
    ['event', 'text'].flatMap((table) => ['04', '05', '06'].map((month) => `run_${table}_2025_${month}`)),
  );
  expect(present.filter((table) => /2025_0[456]$/.test(table))).toEqual([]);
});

test('a month that another worker is dropping is left to it, without waiting', async () => {
  await fillMonth('2025_07', 1);
  const other = await server.store.database.pool.connect();
  await other.query('begin');
  await other.query('select pg_advisory_xact_lock(7305005)');
  // It would wait for this for longer than the test.
  await other.query('lock table run_event_2025_07 in access exclusive mode');
  const { signal } = new AbortController();
  expect(await dropExpiredMonths(server.store.database, 'events', 20, signal)).toEqual([]);
  await other.query('rollback');
  other.release();
  expect(await dropExpiredMonths(server.store.database, 'events', 20, signal)).toContain('run_text_2025_07');
});
