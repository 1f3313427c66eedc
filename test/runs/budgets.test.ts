import { describe, expect, test } from 'vitest';
import { type Client, data, errorCode, TASK_EVENTS } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { launch, type Polyphony } from '../harness/process.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const admin = fixture(() => server.newUser());

const BUDGET = 'budget { limit spent reserved }';
const viewerOf = async (client: Client) => data(await client.query(`{ viewer { id ${BUDGET} } }`)).viewer;
const limitUser = (id: string, costLimit: number | null, by: Client = admin) =>
  by.query(`mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { id ${BUDGET} } } }`, {
    input: { id, costLimit },
  });

async function limitedUser(costLimit: number): Promise<{ client: Client; id: string }> {
  const client = await server.newUser();
  const { id } = await viewerOf(client);
  data(await limitUser(id, costLimit));
  return { client, id };
}
const lastOf = async (client: Client, id: string) => (await client.events(id)).at(-1)!;
const lastSent = () =>
  vendor.requests.at(-1)!.body as { max_tokens?: number; max_completion_tokens?: number };

describe('costLimit on a task', () => {
  test('that covers the answer changes nothing but the bound on its length', async () => {
    const id = await admin.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5', costLimit: 1 });
    expect(await lastOf(admin, id)).toMatchObject({ __typename: 'RunCompleted' });
    const { max_tokens, max_completion_tokens } = lastSent();
    expect(max_tokens ?? max_completion_tokens).toBe(16_384);
    const { task } = data(await admin.query(`query ($id: ID!) { task(id: $id) { cost ${BUDGET} } }`, { id }));
    expect(task.budget).toEqual({ limit: 1, spent: task.cost, reserved: 0 });
    expect(task.cost).toBeGreaterThan(0);
  });

  test('that does not cover the full answer shortens it', async () => {
    const id = await admin.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5000', costLimit: 0.01 });
    const end = await lastOf(admin, id);
    expect(end).toMatchObject({ __typename: 'RunCompleted', result: { finishReason: 'length' } });
    const task = await admin.task(id);
    expect(task.cost).toBeLessThanOrEqual(0.01);
    expect(task.usage.outputTokens).toBeGreaterThan(256);
  });

  test('that covers no answer fails the task before anything is asked', async () => {
    const before = vendor.stats().total;
    const id = await admin.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5', costLimit: 0.0001 });
    expect(await lastOf(admin, id)).toMatchObject({
      __typename: 'RunFailed',
      error: { code: 'BUDGET_EXCEEDED', message: expect.stringContaining('$0.0001') },
    });
    expect(vendor.stats().total).toBe(before);
    expect(await admin.task(id)).toMatchObject({ modelCalls: [], cost: 0 });
  });

  test('with a model without a price is PRICE_UNKNOWN; demo costs nothing, known', async () => {
    const id = await admin.createTask({ prompt: 'x', model: 'openai/unheard-of', costLimit: 1 });
    expect(await lastOf(admin, id)).toMatchObject({ error: { code: 'PRICE_UNKNOWN' } });
    const demo = await admin.createTask({ prompt: 'x', model: 'demo', costLimit: 0.000001 });
    expect(await lastOf(admin, demo)).toMatchObject({ __typename: 'RunCompleted' });
  });

  test.each([0, -1, 1e10])('%d is refused', async (costLimit) => {
    const answer = await admin.query(
      'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }',
      { input: { prompt: 'x', costLimit } },
    );
    expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([
      'VALIDATION_ERROR',
      'input.costLimit',
    ]);
  });
});

describe('a limit on a user', () => {
  test('counts what was spent before it was set', async () => {
    const client = await server.newUser();
    const task = await client.createTask({ prompt: 'x', model: 'gpt-4o@tokens=50' });
    await client.events(task);
    const { cost } = await client.task(task);
    const { id } = await viewerOf(client);
    expect(data(await limitUser(id, 2)).updateUser.user.budget).toEqual({
      limit: 2,
      spent: cost,
      reserved: 0,
    });
    expect(data(await limitUser(id, null)).updateUser.user.budget).toBeNull();
  });

  test('taken away and set again while a call is open, it counts that call once', async () => {
    const { client, id } = await limitedUser(1);
    const task = await client.createTask({
      prompt: 'x',
      model: 'gpt-4o@tokens=60,itl=20',
      parameters: { maxTokens: 100 },
    });
    for await (const payload of client.subscribe(TASK_EVENTS, { id: task })) {
      if (data(payload).taskEvents.__typename === 'TokensGenerated') break;
    }
    data(await limitUser(id, null));
    data(await limitUser(id, 2));
    await client.events(task);
    const { cost } = await client.task(task);
    expect((await viewerOf(client)).budget).toEqual({ limit: 2, spent: cost, reserved: 0 });
  });

  test('is an admin’s to set', async () => {
    const { client, id } = await limitedUser(1);
    expect(errorCode(await limitUser(id, 100, client))).toBe('FORBIDDEN');
    expect((await viewerOf(client)).budget.limit).toBe(1);
  });

  test('a cancelled call counts as reserved', async () => {
    const { client } = await limitedUser(1);
    const id = await client.createTask({
      prompt: 'x',
      model: 'gpt-4o@tokens=500,itl=10',
      parameters: { maxTokens: 1000 },
    });
    for await (const payload of client.subscribe(TASK_EVENTS, { id })) {
      if (data(payload).taskEvents.__typename === 'TokensGenerated') break;
    }
    const { reserved } = (await viewerOf(client)).budget;
    expect(reserved).toBeGreaterThan(0.01);
    await client.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }', { id });
    expect((await viewerOf(client)).budget).toEqual({ limit: 1, spent: reserved, reserved: 0 });
  });

  test('100 calls at once never exceed it, with cancels and faults among them', async () => {
    const limit = 0.2;
    const { client, id } = await limitedUser(limit);
    const models = [
      'gpt-4o@tokens=400',
      'gpt-4o@tokens=400,itl=2',
      'gpt-4o@tokens=300,fault=cut',
      'gpt-4o@fault=503',
    ];
    const ids = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        client.createTask({ prompt: 'x', model: models[index % 4], parameters: { maxTokens: 400 } }),
      ),
    );
    const cancelled = ids.filter((_, index) => index % 10 === 1);
    await Promise.all(
      cancelled.map((task) =>
        client.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }', { id: task }),
      ),
    );
    const ends = await Promise.all(ids.map((task) => lastOf(client, task)));
    const { budget } = await viewerOf(client);
    expect(budget.reserved).toBe(0);
    expect(budget.spent).toBeLessThanOrEqual(limit);
    expect(
      ends.filter(({ error }) => (error as { code?: string })?.code === 'BUDGET_EXCEEDED').length,
    ).toBeGreaterThan(0);
    expect(ends.filter(({ __typename: type }) => type === 'RunCompleted').length).toBeGreaterThan(10);
    const { rows } = await server.store.database.pool.query(
      'select sum(amount)::float8 as amount, count(*) filter (where amount is null)::int as open from budget_entry where subject_id = $1',
      [Buffer.from(id, 'base64url').toString().slice('User:'.length)],
    );
    expect(rows[0]).toEqual({ amount: expect.closeTo(budget.spent, 9), open: 0 });
  });
});

test('a worker that is killed leaves no reservation open', async () => {
  const idle = await startTestServer({ worker: false, variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } });
  const first = await idle.newUser();
  const { id } = await viewerOf(first);
  data(await limitUser(id, 1, first));
  const variables = { DATABASE_URL: idle.databaseUrl, OPENAI_BASE_URL: `${vendor.url}/v1` };
  const workers: Polyphony[] = [await launch('start:worker', variables)];
  const ids = await Promise.all(
    Array.from({ length: 5 }, () =>
      first.createTask({ prompt: 'x', model: 'gpt-4o@tokens=200,itl=20', parameters: { maxTokens: 300 } }),
    ),
  );
  const before = vendor.stats().deltas;
  await vendor.waitFor(({ open, deltas }) => open === 5 && deltas > before + 50, 10_000);
  await workers[0]!.kill();
  workers.push(await launch('start:worker', variables));
  for (const task of ids)
    expect(await lastOf(first, task)).toMatchObject({ __typename: 'RunCompleted', attempt: 2 });
  const { budget } = await viewerOf(first);
  expect(budget.reserved).toBe(0);
  const { rows } = await idle.store.database.pool.query(
    'select count(*)::int as calls, count(*) filter (where is_estimated)::int as estimated, sum(amount)::float8 as amount from budget_entry',
  );
  expect(rows[0]).toEqual({ calls: 10, estimated: 5, amount: expect.closeTo(budget.spent, 9) });
  await workers[1]!.stop();
  await idle.stop();
});
