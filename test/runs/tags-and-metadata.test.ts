import { describe, expect, test } from 'vitest';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { createWorkflow } from '../workflows/workflows.ts';

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());

const LABELS = { tags: ['nightly', 'éclair', 'nightly'], metadata: { ticket: 7, of: { a: [null] } } };
const KEPT = { tags: ['nightly', 'éclair'], metadata: LABELS.metadata };

type Create = (labels: object) => Promise<{ id: string }>;
const create =
  (name: string, field: string, inputOf: () => object | Promise<object>): Create =>
  async (labels) => {
    const input = { ...(await inputOf()), ...labels };
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${field} { id } } }`;
    const answer = await ann.query(document, { input });
    if (answer.errors) throw new Error(answer.errors[0]!.message);
    return answer.data[name][field];
  };

const agent = async () => data(await ann.query('{ agents(first: 1) { nodes { id } } }')).agents.nodes[0].id;
const CREATIONS: [string, Create][] = [
  ['createTask', create('createTask', 'task', () => ({ prompt: 'x' }))],
  ['executeAgent', create('executeAgent', 'task', async () => ({ prompt: 'x', agentId: await agent() }))],
  [
    'executeWorkflow',
    create('executeWorkflow', 'execution', async () => ({
      workflowId: await createWorkflow(ann, [{ key: 'a', task: 'x' }]),
    })),
  ],
  ['startOrchestration', create('startOrchestration', 'orchestration', () => ({ prompt: 'x' }))],
];
const labelsOf = async (id: string) =>
  data(await ann.query('query ($id: ID!) { run(id: $id) { tags metadata } }', { id })).run;
const bytes = async () =>
  data(await ann.query('{ viewer { quotas { bytes { used } } } }')).viewer.quotas.bytes.used;

describe.each(CREATIONS)('tags and metadata of %s', (_, make) => {
  test('are kept, each tag once', async () => {
    expect(await labelsOf((await make(LABELS)).id)).toEqual(KEPT);
    expect(await labelsOf((await make({})).id)).toEqual({ tags: [], metadata: null });
  });

  test.each([
    [{ tags: Array.from({ length: 21 }, (_, index) => `${index}`) }, 'input.tags: must have at most 20 tags'],
    [{ tags: ['a', ''] }, 'input.tags.1: must not be empty'],
    [{ tags: ['a'.repeat(65)] }, 'input.tags.0: must have at most 64 characters'],
    [{ tags: [' a'] }, 'input.tags.0: must not begin or end with space'],
    [{ metadata: [1] }, 'input.metadata: must be an object'],
    [{ metadata: { a: 'x'.repeat(16_000) } }, 'input.metadata: must have at most 16000 characters'],
    [{ metadata: { a: '\u0000' } }, 'input.metadata: must not contain U+0000 or an unpaired surrogate'],
  ])('are refused with what is allowed: case %#', async (labels, message) => {
    await expect(make(labels)).rejects.toThrow(message);
  });

  test('count in the bytes of the account', async () => {
    const before = await bytes();
    await make({});
    const plain = (await bytes()) - before;
    await make({ tags: ['t'.repeat(64)], metadata: { a: 'x'.repeat(15_000) } });
    expect((await bytes()) - before - 2 * plain).toBeGreaterThanOrEqual(15_000);
  });
});

test('of a task they change at any time; what is omitted stays, and null removes metadata', async () => {
  const id = await ann.createTask({ prompt: 'x', ...LABELS });
  data(await ann.query(`mutation { endTask(input: { id: "${id}", status: COMPLETED }) { task { id } } }`));
  const update = async (change: object) => {
    const document =
      'mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task { tags metadata } } }';
    return data(await ann.query(document, { input: { id, ...change } })).updateTask.task;
  };
  expect(await update({ title: 'a title' })).toEqual(KEPT);
  expect(await update({ tags: ['weekly'] })).toEqual({ ...KEPT, tags: ['weekly'] });
  const stored = async () =>
    Number((await server.store.database.pool.query('select sum(bytes) from run')).rows[0].sum);
  const before = await stored();
  expect(await update({ metadata: { a: 'x'.repeat(15_000) } })).toMatchObject({ tags: ['weekly'] });
  expect((await stored()) - before).toBeGreaterThan(14_900);
  expect(await update({ tags: [], metadata: null })).toEqual({ tags: [], metadata: null });
});

test('a repeated request with other tags is another request', async () => {
  const [, make] = CREATIONS[0]!;
  const first = await make({ ...LABELS, idempotencyKey: 'a key' });
  expect(await make({ ...LABELS, idempotencyKey: 'a key' })).toEqual(first);
  await expect(make({ tags: ['other'], idempotencyKey: 'a key' })).rejects.toThrow('was used before');
});
