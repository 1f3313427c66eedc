import { describe, expect, test } from 'vitest';
import { data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

const quick = { prompt: 'x', model: 'demo@tokens=2,itl=1' };
const slow = { prompt: 'x', model: 'demo@tokens=20,itl=20' };

const move = (name: string, id: string) =>
  ann.query(`mutation ($id: ID!) { ${name}(input: { id: $id }) { __typename } }`, { id });
const lastOf = async (id: string) => (await ann.events(id)).at(-1)!;
const statusOf = async (id: string) => (await ann.task(id)).status;

async function startedAt(id: string): Promise<number> {
  const started = (await ann.events(id)).find(({ __typename: type }) => type === 'RunStarted')!;
  return Date.parse(String(started.at));
}

test('a task starts when the last of those that it depends on has completed', async () => {
  const first = await ann.createTask(slow);
  const held = await ann.createTask({ ...quick, hold: true });
  const last = await ann.createTask({ ...quick, dependsOn: [first, held, first] });
  await lastOf(first);
  expect(await statusOf(last)).toBe('QUEUED');
  await move('executeTask', held);
  expect(await lastOf(last)).toMatchObject({ __typename: 'RunCompleted' });
  const heldEnd = Date.parse(String((await lastOf(held)).at));
  expect(await startedAt(last)).toBeGreaterThanOrEqual(heldEnd);
  const answer = await ann.query('query ($id: ID!) { task(id: $id) { dependsOn { id } } }', { id: last });
  expect(data(answer).task.dependsOn).toEqual([{ id: first }, { id: held }]);
});

test('one that depends only on completed tasks starts at once', async () => {
  const first = await ann.createTask(quick);
  await lastOf(first);
  expect(await lastOf(await ann.createTask({ ...quick, dependsOn: [first] }))).toMatchObject({
    __typename: 'RunCompleted',
  });
});

test('a held task that waits for others waits for both', async () => {
  const first = await ann.createTask({ ...quick, hold: true });
  const second = await ann.createTask({ ...quick, hold: true, dependsOn: [first] });
  await move('executeTask', second);
  expect(await statusOf(second)).toBe('QUEUED');
  await move('executeTask', first);
  expect(await lastOf(second)).toMatchObject({ __typename: 'RunCompleted' });

  const third = await ann.createTask({ ...quick, hold: true, dependsOn: [second] });
  expect(await statusOf(third)).toBe('PENDING');
  await move('executeTask', third);
  expect(await lastOf(third)).toMatchObject({ __typename: 'RunCompleted' });
});

describe('when one does not complete, what depends on it fails, and what depends on that', () => {
  const failing = { prompt: 'x', model: 'gpt-4o@fault=401,ttft=300' };
  test.each([
    ['it fails', failing, async () => {}],
    ['it is cancelled', slow, (id: string) => move('cancelTask', id)],
    ['it is cancelled while it is held', { ...slow, hold: true }, (id: string) => move('cancelTask', id)],
    ['it is deleted', slow, (id: string) => move('deleteTask', id)],
  ])('%s', async (_how, input, end) => {
    const first = await ann.createTask(input);
    const second = await ann.createTask({ ...quick, dependsOn: [first] });
    const third = await ann.createTask({ ...quick, dependsOn: [second] });
    const followed = ann.events(third);
    await end(first);
    for (const event of [await lastOf(second), (await followed).at(-1)]) {
      expect(event).toMatchObject({ __typename: 'RunFailed', error: { code: 'DEPENDENCY_FAILED' } });
    }
    expect(errorCode(await move('retryTask', third))).toBe('INVALID_STATE');
  });
});

test('a completed task that is deleted fails nobody', async () => {
  const first = await ann.createTask(quick);
  await lastOf(first);
  const held = await ann.createTask({ ...quick, hold: true, dependsOn: [first] });
  data(await move('deleteTask', first));
  expect(await statusOf(held)).toBe('PENDING');
  await move('executeTask', held);
  expect(await lastOf(held)).toMatchObject({ __typename: 'RunCompleted' });
});

test('after the repair of its dependency a failed task can be retried', async () => {
  const model = 'gpt-4o@tokens=2,fault=401,ttft=300,times=1,key=repaired';
  const first = await ann.createTask({ prompt: 'x', model });
  const second = await ann.createTask({ ...quick, dependsOn: [first] });
  await lastOf(second);
  await move('retryTask', first);
  await lastOf(first);
  data(await move('retryTask', second));
  expect(await lastOf(second)).toMatchObject({ __typename: 'RunCompleted' });
});

test('a dependency that ends in the same moment is never missed', async () => {
  for (let round = 0; round < 15; round += 1) {
    const first = await ann.createTask({ prompt: 'x', model: 'demo@tokens=1,itl=0' });
    const dependents = await Promise.all(
      Array.from({ length: 6 }, () => ann.createTask({ ...quick, dependsOn: [first] })),
    );
    for (const id of dependents) expect(await lastOf(id)).toMatchObject({ __typename: 'RunCompleted' });
  }
});

test('many that complete at once release what depends on all of them once', async () => {
  const needed = await Promise.all(Array.from({ length: 20 }, () => ann.createTask(quick)));
  const events = await ann.events(await ann.createTask({ ...quick, dependsOn: needed }));
  expect(events.filter(({ __typename: type }) => type === 'RunStarted')).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted' });
});

test('what cannot be depended on is refused, and leaves nothing behind', async () => {
  const failed = await ann.createTask({ prompt: 'x', model: 'gpt-4o@fault=401' });
  await lastOf(failed);
  const bobs = await (await server.newUser()).createTask(quick);
  const { rows: before } = await server.store.database.pool.query('select count(*) from run');
  const good = await ann.createTask(quick);
  for (const [dependsOn, code, field] of [
    [[good, failed], 'INVALID_STATE', 'input.dependsOn.1'],
    [[bobs], 'NOT_FOUND', 'input.dependsOn.0'],
    [['nonsense'], 'NOT_FOUND', 'input.dependsOn.0'],
    [Array.from({ length: 101 }, () => good), 'VALIDATION_ERROR', 'input.dependsOn'],
  ] as const) {
    const answer = await ann.query(
      'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }',
      { input: { ...quick, dependsOn } },
    );
    expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([code, field]);
  }
  const { rows: after } = await server.store.database.pool.query('select count(*) from run');
  expect(Number(after[0].count)).toBe(Number(before[0].count) + 1);
});
