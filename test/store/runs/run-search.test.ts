import { beforeAll, expect, test } from 'vitest';
import { listRuns } from '../../../src/store/runs/lists/list-runs.ts';
import { EVERY_RUN } from '../../../src/store/runs/lists/run-filter.ts';
import { fixture } from '../../harness/fixture.ts';
import { migrateFilled } from '../../harness/migrated-database.ts';

/** The last migration without `run_search`. */
const BEFORE = 'Migration20261130095235';

const rowsOf = (id: string) => [
  `insert into run (id, kind, owner_id, origin, status, parent_id, tags)
   select '${id}' || i, (array['task', 'task', 'execution', 'orchestration'])[1 + i % 4], 'u1', 'amas',
     (array['completed', 'failed', 'cancelled'])[1 + i % 3], case when i % 4 = 1 then '${id}2' end,
     case when i % 5 = 0 then array['a', 'b'] else '{}' end from generate_series(1, 60) as i`,
  `insert into task (id, kind, type, title, prompt, provider, model, error)
   select id, 'prompt', 'code', 'A title', 'the words of ' || id, 'demo', 'demo',
     case when status = 'failed' then '{"code": "INTERNAL_ERROR"}'::jsonb end
   from run where kind = 'task' and id like '${id}%'`,
  `insert into execution (id, workflow_id, workflow_name, workflow_version, definition, input, parameters, trigger)
   select id, 'w', 'nightly', 1, '{}', '{}', '{}', 'request' from run where kind = 'execution' and id like '${id}%'`,
  `insert into orchestration (id, prompt, domain, candidates, reasoning, evaluation_threshold, max_iterations)
   select id, 'a prompt', 'coding', '[]', 'x', 8, 5 from run where kind = 'orchestration' and id like '${id}%'`,
  `insert into orchestration_round (orchestration_id, iteration, selected, reason, provider, model)
   select id, 1, '{}', 'x', 'demo', 'demo' from run where kind = 'orchestration' and id like '${id}%'`,
];

const ACCOUNT = `insert into app_user (id, email, name) values ('u1', 'a@b.c', 'n')`;

const database = fixture(() => migrateFilled(BEFORE, [ACCOUNT, ...rowsOf('old')]));
beforeAll(async () => {
  for (const statement of rowsOf('new')) await database.pool.query(statement);
});

const READ = `select run_id, owner_id, kind, is_part, created_at, words::text,
  (select array_agg(facet order by facet) from unnest(facets) as facet) as facets from run_search order by run_id`;

test('given runs of before the migration and of afterwards, then both are found', async () => {
  const filter = { ...EVERY_RUN, models: ['demo'], statuses: ['failed'] as const };
  const list = listRuns(database, {
    ...{ ownerId: 'u1', executionId: null, filter },
    order: { field: 'created_at', direction: 'desc' },
  });
  const { rows } = await database.pool.query(
    `select id from run where kind <> 'execution' and parent_id is null and status = 'failed' order by id`,
  );
  const found = await list.read({ after: null, before: null, offset: 0, limit: 100, fromEnd: false });
  expect(found.map(({ id }) => id).sort()).toEqual(rows.map(({ id }) => id).sort());
  expect(found.length).toBeGreaterThan(10);
});

test('given 20,000 characters of which each begins a comment, then a run is searched for no longer than others', async () => {
  const words = async (text: string) => {
    const begun = performance.now();
    await database.pool.query(`select run_words($1)`, [text]);
    return performance.now() - begun;
  };
  await words('warm');
  expect(await words('<!--'.repeat(5_000))).toBeLessThan(200);
});

test('a deleted run is not found, whatever deletes it', async () => {
  const id = 'gone1';
  for (const statement of rowsOf('gone')) await database.pool.query(statement);
  const found = async () =>
    (await database.pool.query('select from run_search where run_id = $1', [id])).rowCount;
  expect(await found()).toBe(1);
  await database.pool.query(`delete from run where id like 'gone%'`);
  expect(await found()).toBe(0);
  for (const kind of ['task', 'execution'])
    await database.pool.query(`delete from ${kind} where id like 'gone%'`);
});

test('the migration, the triggers and a correction write the same', async () => {
  const { rows: written } = await database.pool.query(READ);
  expect(written).toHaveLength(120);
  await database.pool.query('truncate run_search');
  await database.pool.query('select search_run(id, kind) from run');
  expect((await database.pool.query(READ)).rows).toEqual(written);
});
