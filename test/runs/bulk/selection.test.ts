import { beforeEach, describe, expect, test } from 'vitest';
import type { Client } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { createWorkflow, execute } from '../../workflows/workflows.ts';
import { fill, type Given, type Mutation, request } from '../bulk.ts';

const server = fixture(() => startTestServer({ worker: false }));
let ann: Client;
beforeEach(async () => {
  ann = await server.newUser();
});

const EMPTY = 'input.filter.tags: must not be empty';
const NOTHING = 'input.filter: must select something; for every run, give all: true instead of a filter';

describe.each<Mutation>(['cancelRuns', 'retryRuns', 'deleteRuns'])('given %s with an empty list', (name) => {
  test.each<[Given, string]>([
    [{ tags: [] }, EMPTY],
    [{ tags: [], kinds: ['TASK'] }, EMPTY],
    [{ tags: [], statuses: ['PENDING'] }, EMPTY],
    [{ statuses: [] }, NOTHING],
    [{ types: [], createdAt: {} }, NOTHING],
  ])('of %j, then it is refused: it would select what no one asked for', async (filter, message) => {
    await expect(request(ann, name, { filter })).rejects.toThrow(message);
  });
});

const localOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;

test.each<[Mutation, number[]]>([
  ['retryRuns', [0, 1, 2]],
  ['cancelRuns', [2, 1, 0]],
  ['deleteRuns', [2, 1, 0]],
])('given the ids of runs, then %s comes to them in the order of their creation', async (name, order) => {
  const { pool } = server.store.database;
  const ids = [...(await fill(pool, ann, 1)), ...(await fill(pool, ann, 1)), ...(await fill(pool, ann, 1))];
  const [foreign] = await fill(pool, await server.newUser(), 1);
  const { id } = await request(ann, name, { ids: [foreign, ids[1], ids[2], ids[0]] });
  const { rows } = await pool.query('select run_ids from bulk_batch where bulk_id = $1', [localOf(id)]);
  expect(rows).toEqual([{ run_ids: [...order.map((index) => localOf(ids[index]!)), localOf(foreign!)] }]);
});

test('given executions, then each is the last of its batch', async () => {
  const { pool } = server.store.database;
  const workflow = await createWorkflow(ann, [{ key: 'a', task: 'x', model: 'demo' }]);
  const oldest = await execute(ann, workflow);
  const [task] = await fill(pool, ann, 1);
  const newest = await execute(ann, workflow);
  const { id } = await request(ann, 'cancelRuns', { ids: [oldest, task, newest] });
  const { rows } = await pool.query('select run_ids from bulk_batch where bulk_id = $1 order by number', [
    localOf(id),
  ]);
  expect(rows).toEqual([
    { run_ids: [localOf(newest)] },
    { run_ids: [task, oldest].map((one) => localOf(one!)) },
  ]);
});
