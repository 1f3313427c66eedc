import { expect, test } from 'vitest';
import { type Client, createClient, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());
const bob = fixture(() => server.newUser());

const create = (client: Client, input: Record<string, unknown>) =>
  client.query('mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }', {
    input: { prompt: 'x', model: 'demo', ...input },
  });
const countRuns = async () =>
  Number((await server.store.database.pool.query('select count(*) from run')).rows[0].count);

test('a hundred equal requests at once make one task', async () => {
  const before = await countRuns();
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => create(ann, { idempotencyKey: 'once' })),
  );
  const ids = new Set(answers.map((answer) => data(answer).createTask.task.id));
  expect(ids.size).toBe(1);
  expect(await countRuns()).toBe(before + 1);
  const { rows } = await server.store.database.pool.query(
    `select count(*)::int as jobs from graphile_worker.jobs where key = $1`,
    [
      `run:${Buffer.from([...ids][0], 'base64url')
        .toString()
        .slice('Task:'.length)}`,
    ],
  );
  expect(rows).toEqual([{ jobs: 1 }]);
});

test('a member that is null is the same as an absent one; any other difference is a conflict', async () => {
  const first = data(await create(ann, { idempotencyKey: 'k', priority: 5, systemPrompt: null }));
  expect(data(await create(ann, { idempotencyKey: 'k', priority: 5 }))).toEqual(first);
  expect(
    data(await create(ann, { idempotencyKey: 'k', priority: 5, parameters: { seed: null }, dependsOn: [] })),
  ).toEqual(first);
  for (const other of [{ priority: 6 }, { prompt: 'y' }, { priority: 5, parameters: { seed: 1 } }]) {
    const answer = await create(ann, { idempotencyKey: 'k', ...other });
    expect(errorCode(answer)).toBe('CONFLICT');
    expect(answer.errors![0]!.extensions.field).toBe('input.idempotencyKey');
  }
});

test('a key is its owner’s', async () => {
  const [one, other] = [
    await create(ann, { idempotencyKey: 'ours' }),
    await create(bob, { idempotencyKey: 'ours' }),
  ];
  expect(data(one).createTask.task.id).not.toBe(data(other).createTask.task.id);
});

test('it holds with dependencies, too', async () => {
  const needed = data(await create(ann, { hold: true })).createTask.task.id;
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => create(ann, { idempotencyKey: 'dependent', dependsOn: [needed] })),
  );
  expect(new Set(answers.map((answer) => data(answer).createTask.task.id)).size).toBe(1);
});

test('it holds although what the request named is no longer there to be named', async () => {
  const needed = data(await create(ann, { hold: true })).createTask.task.id;
  const request = { idempotencyKey: 'outlives', dependsOn: [needed] };
  const first = data(await create(ann, request));
  await ann.query('mutation ($id: ID!) { deleteTask(input: { id: $id }) { deletedId } }', { id: needed });
  expect(data(await create(ann, request))).toEqual(first);
});

test('a refused request uses no key up', async () => {
  expect(errorCode(await create(ann, { idempotencyKey: 'free', model: 'no such model' }))).toBe(
    'UNKNOWN_MODEL',
  );
  data(await create(ann, { idempotencyKey: 'free' }));
});

test('it holds over a restart', async () => {
  const first = data(await create(ann, { idempotencyKey: 'kept' }));
  const { createLog } = await import('../../src/log.ts');
  const { startServer } = await import('../../src/server.ts');
  const again = await startServer(server.config, createLog('error'), server.store, false, server.metrics);
  const later = createClient(again.url, { authorization: `Bearer ${ann.token}` });
  expect(data(await create(later, { idempotencyKey: 'kept' }))).toEqual(first);
  await again.stop();
});
