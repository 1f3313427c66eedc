import { afterEach, describe, expect, test } from 'vitest';
import { type Client, data, errorCode, TASK_EVENTS } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { launch, type Polyphony } from '../harness/process.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';

const PULL =
  'mutation ($input: PullModelInput!) { pullModel(input: $input) { task { id kind model provider status } } }';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OLLAMA_HOST: vendor.url } }));
const admin = fixture(() => server.newUser());

const pull = (who: Client, input: object) => who.query(PULL, { input });
const pulled = async (model: string) => data(await pull(admin, { model })).pullModel.task.id as string;
const asked = (model: string) =>
  vendor.requests.filter(({ path, body }) => path === '/api/pull' && body.model === model);

describe('a model that is fetched', () => {
  test('tells how far it has come, and is in the catalog then', async () => {
    const model = 'phi4:14b@tokens=300,itl=1';
    const { task } = data(await pull(admin, { model })).pullModel;
    expect(task).toMatchObject({ kind: 'PULL', provider: 'OLLAMA', model, status: 'QUEUED' });
    const events = await admin.events(task.id);
    const progress = events.flatMap((event) =>
      event.__typename === 'ProgressMade' ? [event.progress as number] : [],
    );
    expect(progress).toEqual(progress.toSorted((one, other) => one - other));
    expect(new Set(progress).size).toBe(progress.length);
    expect(progress.length).toBeGreaterThan(3);
    expect(progress.length).toBeLessThanOrEqual(100);
    expect(progress.at(-1)).toBe(1);
    expect(events.at(-1)).toMatchObject({
      __typename: 'RunCompleted',
      result: { model, provider: 'ollama' },
    });
    const found = await admin.query(
      'query ($name: String!) { model(by: { name: $name }) { provider isActive } }',
      {
        name: model,
      },
    );
    expect(data(found).model).toEqual({ provider: 'OLLAMA', isActive: true });
    expect(await admin.task(task.id)).toMatchObject({ progress: 1, cost: 0, modelCalls: [] });
  });

  test.each(['cut', 'eof', 'garbage', 'error', '503'])('is asked for again after %s', async (fault) => {
    const model = `again@fault=${fault},times=1`;
    const events = await admin.events(await pulled(model));
    expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', attempt: 1 });
    expect(asked(model)).toHaveLength(2);
  });

  test.each([
    { given: 'the library does not have', model: 'missing' },
    { given: 'Ollama refuses', model: 'refused@fault=404' },
  ])('that $given fails at once', async ({ model }) => {
    const events = await admin.events(await pulled(model));
    expect(events.at(-1)).toMatchObject({ __typename: 'RunFailed', error: { code: 'MODEL_NOT_FOUND' } });
    expect(asked(model)).toHaveLength(1);
  });

  test('is given up when it is cancelled: the connection is closed, and nothing follows', async () => {
    const id = await pulled('cancelled@tokens=1000,itl=20');
    const { aborted } = vendor.stats();
    for await (const payload of admin.subscribe(TASK_EVENTS, { id })) {
      if (data(payload).taskEvents.__typename === 'ProgressMade') break;
    }
    data(await admin.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }', { id }));
    await vendor.waitFor((stats) => stats.aborted === aborted + 1, 1000);
    expect((await admin.events(id)).at(-1)).toMatchObject({ __typename: 'RunCancelled' });
  });
});

describe('who may, and what', () => {
  test('only an admin', async () => {
    expect(errorCode(await pull(await server.newUser(), { model: 'phi4' }))).toBe('FORBIDDEN');
    expect(errorCode(await pull(server.anonymous, { model: 'phi4' }))).toBe('UNAUTHENTICATED');
  });

  test.each(['', ' x', 'a\u0000b', 'x'.repeat(201)])('%j is no name of a model', async (model) => {
    const answer = await pull(admin, { model });
    expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([
      'VALIDATION_ERROR',
      'input.model',
    ]);
  });

  test('one key, one task; another model with it is a CONFLICT', async () => {
    const input = { model: 'keyed@tokens=1', idempotencyKey: 'k' };
    const ids = (await Promise.all([pull(admin, input), pull(admin, input)])).map(
      (answer) => data(answer).pullModel.task.id,
    );
    expect(new Set(ids).size).toBe(1);
    expect(errorCode(await pull(admin, { ...input, model: 'other' }))).toBe('CONFLICT');
  });

  test('createTask makes no such task, and updateTask does not change one', async () => {
    const create = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }';
    const answer = await admin.query(create, { input: { kind: 'PULL', prompt: 'x' } });
    expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([
      'VALIDATION_ERROR',
      'input.kind',
    ]);
    const id = await pulled('unchanged@tokens=1');
    const update = 'mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task { id } } }';
    expect(errorCode(await admin.query(update, { input: { id, model: 'gpt-4o' } }))).toBe('INVALID_STATE');
  });
});

describe('a worker that is killed while it fetches', () => {
  const workers: Polyphony[] = [];
  afterEach(() => Promise.all(workers.map((worker) => worker.kill())));

  test('is followed by one that asks again', async () => {
    const idle = await startTestServer({ worker: false, variables: { OLLAMA_HOST: vendor.url } });
    const variables = { DATABASE_URL: idle.databaseUrl, OLLAMA_HOST: vendor.url };
    workers.push(await launch('start:worker', variables));
    const client = await idle.newUser();
    const model = 'crashed@tokens=100,itl=20';
    const { task } = data(await pull(client, { model })).pullModel;
    for await (const payload of client.subscribe(TASK_EVENTS, { id: task.id })) {
      if (data(payload).taskEvents.__typename === 'ProgressMade') break;
    }
    await workers[0]!.kill();
    workers.push(await launch('start:worker', variables));
    expect((await client.events(task.id)).at(-1)).toMatchObject({ __typename: 'RunCompleted', attempt: 2 });
    expect(asked(model)).toHaveLength(2);
    await idle.stop();
  });
});
