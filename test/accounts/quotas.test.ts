import { describe, expect, test } from 'vitest';
import { writeLimits } from '../../src/store/accounts/quotas.ts';
import { type Client, data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const LIMITS = { QUOTA_RUNS: '20', QUOTA_OBJECTS: '6', QUOTA_BYTES: '400000' };

const server = fixture(() => startTestServer({ variables: { ...LIMITS, WORKER_CONCURRENCY: '5' } }));
const admin = fixture(() => server.newUser());

const QUOTAS =
  '{ me: viewer { id quotas { runs { used limit } objects { used limit } bytes { used limit } } } }';

async function quotasOf(client: Client) {
  return data(await client.query(QUOTAS)).me.quotas;
}
const used = async (client: Client, quota: string): Promise<number> => (await quotasOf(client))[quota].used;

const localOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;

async function limitBytes(ownerId: string, bytes: number | null): Promise<void> {
  await writeLimits(server.store.database.pool, ownerId, { bytes });
  server.store.quotas.forget(ownerId);
}

const create = (client: Client, input: Record<string, unknown>) =>
  client.query('mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }', {
    input: { hold: true, ...input },
  });

test('what an account keeps is counted, and given back by deletion', async () => {
  const ann = await server.newUser();
  expect(await quotasOf(ann)).toEqual({
    runs: { used: 0, limit: 20 },
    objects: { used: 0, limit: 6 },
    bytes: { used: 0, limit: 400_000 },
  });
  const { id } = data(await create(ann, { prompt: 'x'.repeat(50_000) })).createTask.task;
  expect(await used(ann, 'runs')).toBe(1);
  const bytes = await used(ann, 'bytes');
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(52_000);
  data(
    await ann.query('mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task { id } } }', {
      input: { id, prompt: 'y'.repeat(90_000) },
    }),
  );
  expect(await used(ann, 'bytes')).toBeGreaterThan(bytes + 39_900);
  data(await ann.query('mutation ($id: ID!) { deleteTask(input: { id: $id }) { deletedId } }', { id }));
  expect(await quotasOf(ann)).toMatchObject({ runs: { used: 0 }, bytes: { used: 0 } });
});

test('one run more than the quota is refused with what it is and what to do, until one is deleted', async () => {
  const ann = await server.newUser();
  const made = await Promise.all(Array.from({ length: 20 }, () => create(ann, { prompt: 'x' })));
  const refused = await create(ann, { prompt: 'x' });
  expect(refused.errors![0]).toMatchObject({
    message:
      'the account may store 20 tasks, executions and orchestrations and has 20; delete what is no longer needed, or ask an admin for a larger quota',
    extensions: { code: 'QUOTA_EXCEEDED', quota: 'runs', limit: 20, used: 20 },
  });
  const id = data(made[0]!).createTask.task.id;
  data(await ann.query('mutation ($id: ID!) { deleteTask(input: { id: $id }) { deletedId } }', { id }));
  data(await create(ann, { prompt: 'x' }));
  expect((await create(ann, { prompt: 'x' })).errors![0]!.extensions.code).toBe('QUOTA_EXCEEDED');
});

test('prompts may not take more bytes than the quota; an answer of one account is no other’s', async () => {
  const ann = await server.newUser();
  const bob = await server.newUser();
  for (let index = 0; index < 4; index += 1) data(await create(ann, { prompt: 'x'.repeat(90_000) }));
  const { errors } = await create(ann, { prompt: 'x'.repeat(90_000) });
  expect(errors![0]!.extensions).toMatchObject({ code: 'QUOTA_EXCEEDED', quota: 'bytes', limit: 400_000 });
  expect(errors![0]!.message).toMatch(
    /^the account may store 400000 bytes and has 36\d{4}, and this needs 9\d{4} more; delete/,
  );
  data(await create(bob, { prompt: 'x'.repeat(90_000) }));
});

const OBJECTS: [kind: string, document: string][] = [
  ['sessions', 'createSession(input: { name: "NAME" }) { session { id } }'],
  ['threads', 'createThread(input: { title: "NAME" }) { thread { id } }'],
  ['agents', 'createAgent(input: { name: "NAME" }) { agent { id } }'],
  [
    'templates',
    'createTemplate(input: { name: "NAME", parameters: [], steps: [{ generate: { key: "a", prompt: "x" } }] }) { template { id } }',
  ],
  [
    'workflows',
    'createWorkflow(input: { name: "NAME", steps: [{ key: "a", name: "a", task: "x" }] }) { workflow { id } }',
  ],
  ['API keys', 'createApiKey(input: { name: "NAME" }) { key }'],
  ['models', 'createModel(input: { provider: OPENAI, modelId: "NAME" }) { model { id } }'],
  [
    'integrations',
    'createIntegration(input: { platform: WEBHOOK, url: "https://example.com/NAME" }) { integration { id } }',
  ],
];

test.each(OBJECTS)('%s count as objects', async (_kind, field) => {
  const ann = await server.newUser();
  for (let index = 0; index < 6; index += 1) {
    data(await ann.query(`mutation { ${field.replace('NAME', `name${index}`)} }`));
  }
  expect(await used(ann, 'objects')).toBe(6);
  const { errors } = await ann.query(`mutation { ${field.replace('NAME', 'name7')} }`);
  expect(errors![0]!.extensions).toMatchObject({ code: 'QUOTA_EXCEEDED', quota: 'objects', used: 6 });
});

describe('a larger quota of an account', () => {
  const SET =
    'mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { quotas { runs { limit } bytes { limit } } } } }';

  test('is an admin’s to set, and to take back', async () => {
    const ann = await server.newUser();
    const { id } = data(await ann.query(QUOTAS)).me;
    const set = async (quotas: object) =>
      data(await admin.query(SET, { input: { id, quotas } })).updateUser.user.quotas;
    expect(await set({ runs: 2, bytes: 1e12 })).toEqual({ runs: { limit: 2 }, bytes: { limit: 1e12 } });
    expect(await set({ runs: null })).toEqual({ runs: { limit: 20 }, bytes: { limit: 1e12 } });
    expect(await set({ runs: 1 })).toMatchObject({ runs: { limit: 1 } });
    data(await create(ann, { prompt: 'x' }));
    expect((await create(ann, { prompt: 'x' })).errors![0]!.extensions.code).toBe('QUOTA_EXCEEDED');
  });

  test.each([-1, 1.5, 1e16])('is no %s', async (runs) => {
    const { id } = data(await admin.query(QUOTAS)).me;
    const { errors } = await admin.query(SET, { input: { id, quotas: { runs } } });
    expect(errors![0]!.extensions).toMatchObject({ code: 'VALIDATION_ERROR', field: 'input.quotas.runs' });
  });
});

test('without bytes left nothing begins, or begins again', async () => {
  const ann = await server.newUser();
  const held = data(await create(ann, { prompt: 'x' })).createTask.task.id;
  const failed = data(await create(ann, { prompt: 'x' })).createTask.task.id;
  data(
    await ann.query('mutation ($id: ID!) { endTask(input: { id: $id, status: FAILED }) { task { id } } }', {
      id: failed,
    }),
  );
  const { id } = data(await ann.query(QUOTAS)).me;
  await limitBytes(localOf(id), await used(ann, 'bytes'));
  const begin = async (field: string, id: string) =>
    (await ann.query(`mutation ($id: ID!) { ${field}(input: { id: $id }) { task { id } } }`, { id })).errors;
  expect((await begin('executeTask', held))![0]!.extensions).toMatchObject({
    code: 'QUOTA_EXCEEDED',
    quota: 'bytes',
  });
  expect((await begin('retryTask', failed))![0]!.extensions.code).toBe('QUOTA_EXCEEDED');
  expect(await ann.task(held)).toMatchObject({ status: 'PENDING' });
  expect(await ann.task(failed)).toMatchObject({ status: 'FAILED' });
  await limitBytes(localOf(id), null);
  expect(await begin('executeTask', held)).toBeUndefined();
  expect(await begin('retryTask', failed)).toBeUndefined();
});

test('an older API answers in its own words', async () => {
  const ann = await server.newUser();
  await Promise.all(Array.from({ length: 20 }, () => create(ann, { prompt: 'x' })));
  const response = await fetch(`${server.url}/themachine/api/v1/tasks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ann.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'x', type: 'code', description: 'x', priority: 'medium' }),
  });
  expect(response.status).toBe(403);
  expect(await response.json()).toEqual({ detail: expect.stringMatching(/^the account may store 20 tasks/) });
});

test('a step of a workflow that the quota does not cover fails with the reason', async () => {
  const ann = await server.newUser();
  const { workflow } = data(
    await ann.query(
      'mutation { createWorkflow(input: { name: "w", steps: [{ key: "a", name: "a", task: "x" }] }) { workflow { id } } }',
    ),
  ).createWorkflow;
  await Promise.all(Array.from({ length: 19 }, () => create(ann, { prompt: 'x' })));
  const { execution } = data(
    await ann.query(
      'mutation ($id: ID!) { executeWorkflow(input: { workflowId: $id }) { execution { id } } }',
      { id: workflow.id },
    ),
  ).executeWorkflow;
  await expect
    .poll(
      async () =>
        data(
          await ann.query('query ($id: ID!) { execution(id: $id) { status steps { error { code } } } }', {
            id: execution.id,
          }),
        ).execution,
      { timeout: 30_000 },
    )
    .toMatchObject({ status: 'FAILED', steps: [{ error: { code: 'QUOTA_EXCEEDED' } }] });
});

test('what a task leaves is counted, too', async () => {
  const ann = await server.newUser();
  const { id } = data(await create(ann, { prompt: 'x', hold: false })).createTask.task;
  expect((await ann.events(id)).at(-1)!.__typename).toBe('RunCompleted');
  const { rows } = await server.store.database.pool.query(
    `select sum(octet_length(data::text))::int as events from (
       select run_id, data::text from run_event union all select run_id, text from run_text
     ) as logged
     where run_id in (select id from run where owner_id = (select owner_id from run order by created_at desc limit 1))`,
  );
  const bytes = await used(ann, 'bytes');
  expect(bytes).toBeGreaterThan(rows[0].events * 0.5);
  expect(bytes).toBeLessThan(rows[0].events * 3 + 2_000);
});

test('what many make at the same moment is exact once it is read', async () => {
  const ann = await server.newUser();
  const outcomes = await Promise.all(Array.from({ length: 60 }, () => create(ann, { prompt: 'x' })));
  const made = outcomes.filter(({ errors }) => !errors).length;
  expect(await used(ann, 'runs')).toBe(made);
  expect(made).toBeGreaterThanOrEqual(20);
  const again = await create(ann, { prompt: 'x' });
  expect(again.errors![0]!.extensions.code).toBe('QUOTA_EXCEEDED');
});
