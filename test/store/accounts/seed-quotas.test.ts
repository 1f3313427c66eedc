import { expect, test } from 'vitest';
import { createQuotas } from '../../../src/store/accounts/quotas.ts';
import { fixture } from '../../harness/fixture.ts';
import { migrateFilled } from '../../harness/migrated-database.ts';

/** The last migration that knows no quotas. */
const BEFORE = 'Migration20261122040428';
const MANY = { runs: 1e9, objects: 1e9, bytes: 1e12 };

const ROWS = [
  `insert into app_user (id, email, name) select 'u' || i, i || '@b.c', 'n' from generate_series(1, 3) as i`,
  `insert into session (id, owner_id, origin) select 's' || i, 'u' || (1 + i % 2), 'graphql' from generate_series(1, 7) as i`,
  `insert into thread (id, owner_id, session_id) select 't' || i, 'u1', 's2' from generate_series(1, 5) as i`,
  `insert into api_key (id, owner_id, name, prefix, hash) select 'k' || i, 'u2', 'n', 'md_', 'h' || i
   from generate_series(1, 4) as i`,
  `insert into run (id, kind, owner_id, origin, status) select 'r' || i, 'task', 'u' || (1 + i % 2), 'graphql', 'completed'
   from generate_series(1, 101) as i`,
  `insert into task (id, kind, prompt) select id, 'prompt', repeat('x', 10000) from run`,
  `insert into event (run_id, seq, attempt, type, data) select id, seq, 1, 'TokensGenerated', '{"text": "é"}'
   from run, generate_series(1, 3) as seq`,
];

/** Of each account, without the tables and triggers that the quotas are read from. */
const COUNT = `
  select app_user.id, (select count(*)::int from run where owner_id = app_user.id) as runs,
    (select count(*)::int from session where owner_id = app_user.id)
      + (select count(*)::int from thread where owner_id = app_user.id)
      + (select count(*)::int from api_key where owner_id = app_user.id) as objects
  from app_user order by id`;

const database = fixture(() => migrateFilled(BEFORE, ROWS));
const quotas = fixture(() => createQuotas(database, MANY), { stop: () => {} });

const used = async (id: string) => (await quotas.read(id)).used;

test('what accounts kept before there were quotas is counted by the migration', async () => {
  const { rows } = await database.pool.query<{ id: string; runs: number; objects: number }>(COUNT);
  expect(rows.map(({ runs }) => runs)).toEqual([50, 51, 0]);
  for (const { id, runs, objects } of rows) {
    const { bytes, ...counted } = await used(id);
    expect(counted).toEqual({ runs, objects });
    expect(bytes).toBeGreaterThanOrEqual(runs * 10_000);
    expect(bytes).toBeLessThan(runs * 11_000 + objects * 1_000 + 1);
  }
});

test('and given back to the last byte when it is deleted', async () => {
  for (const table of ['run_text', 'run_event', 'task', 'run', 'thread', 'session', 'api_key']) {
    await database.pool.query(`delete from ${table}`);
  }
  for (const id of ['u1', 'u2', 'u3']) expect(await used(id)).toEqual({ runs: 0, objects: 0, bytes: 0 });
});
