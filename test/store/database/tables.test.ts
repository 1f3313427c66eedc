import { beforeAll, expect, test } from 'vitest';
import { createdAtText, keysetList } from '../../../src/store/database/kysely-page.ts';
import { anyOf, json, optionalFilters, tables } from '../../../src/store/database/tables.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));
beforeAll(async () => {
  await pool().query(`insert into app_user (id, email, name) values ('u1', 'u1@b.c', 'n')`);
  const rows = ['s1', 's2', 's3'].map((id, index) => {
    const settings = json({ snake_case: [{ inner_key: index }] });
    return { id, ownerId: 'u1', origin: 'graphql' as const, name: index === 0 ? null : `${id}'s`, settings };
  });
  await tables(pool()).insertInto('session').values(rows).execute();
  await pool().query(`update session set created_at = '2026-01-01T00:00:00.123456Z' where id <> 's3'`);
});

const pool = () => server.store.database.pool;
const ids = async (filter: Parameters<typeof optionalFilters<'session'>>[1]) => {
  const found = tables(pool()).selectFrom('session').select('id').where(optionalFilters('session', filter));
  return (await found.orderBy('id').execute()).map(({ id }) => id);
};

test('columns are in camel case, and keys of JSON stay as they are', async () => {
  const found = tables(pool()).selectFrom('session').selectAll().where('id', '=', 's2');
  const { ownerId, settings } = await found.executeTakeFirstOrThrow();
  expect({ ownerId, settings }).toEqual({ ownerId: 'u1', settings: { snake_case: [{ inner_key: 1 }] } });
});

test('an empty list is JSON, not an array of Postgres', async () => {
  const template = { id: 't1', ownerId: 'u1', name: 'n', parameters: json([]), steps: json([]) };
  const inserted = await tables(pool()).insertInto('template').values(template).returningAll().execute();
  expect(inserted).toMatchObject([{ parameters: [], steps: [], version: 1, isActive: true }]);
});

test.each([
  { filter: {}, found: ['s1', 's2', 's3'] },
  { filter: { name: null, id: null }, found: ['s1', 's2', 's3'] },
  { filter: { name: "s2's" }, found: ['s2'] },
  { filter: { id: ['s1', 's3'], status: null }, found: ['s1', 's3'] },
  { filter: { id: ['s1', 's3'], name: "s3's" }, found: ['s3'] },
  { filter: { id: [] }, found: [] },
])('$filter finds $found', async ({ filter, found }) => {
  expect(await ids(filter)).toEqual(found);
});

test('no value is one of none', async () => {
  const found = tables(pool()).selectFrom('session').select('id').where('id', '=', anyOf<string>([]));
  expect(await found.execute()).toEqual([]);
});

test('a page begins after a position that has microseconds', async () => {
  const sessions = tables(pool())
    .selectFrom('session')
    .select(['id', createdAtText('session')]);
  const list = keysetList(pool(), sessions, 'session');
  const range = { after: null, before: null, offset: 0, limit: 2, fromEnd: false };
  const first = await list.read(range);
  expect(first.map(({ id }) => id)).toEqual(['s3', 's2']);
  expect(first[1]!.createdAtText).toBe('2026-01-01T00:00:00.123456Z');
  expect(await list.read({ ...range, after: first[1]! })).toMatchObject([{ id: 's1' }]);
  const last = await list.read({ ...range, fromEnd: true });
  expect(last.map(({ id }) => id)).toEqual(['s2', 's1']);
  const before = await list.read({ ...range, before: first[1]! });
  expect(before.map(({ id }) => id)).toEqual(['s3']);
  expect(await list.count()).toBe(3);
});
