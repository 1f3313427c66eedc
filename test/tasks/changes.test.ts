import { expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { startWorker } from '../../src/worker.ts';
import { type Client, data, errorCode, TASK_EVENTS } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());
const bob = fixture(() => server.newUser());

const mutation = (name: string) => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const fields = 'id status prompt systemPrompt model priority parameters { temperature maxTokens }';
  const selection = name === 'deleteTask' ? 'deletedId' : `task { ${fields} }`;
  return (client: Client, input: Record<string, unknown>) =>
    client.query(`mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`, { input });
};
const executeTask = mutation('executeTask');
const retryTask = mutation('retryTask');
const updateTask = mutation('updateTask');
const updateTaskPriority = mutation('updateTaskPriority');
const deleteTask = mutation('deleteTask');
const cancelTask = mutation('cancelTask');

const quick = { prompt: 'x', model: 'demo@tokens=2,itl=1' };
const types = (events: { __typename: string }[]) => events.map(({ __typename: type }) => type);

test('a held task stays pending until it is executed, and its followers see both', async () => {
  const id = await ann.createTask({ ...quick, hold: true });
  expect(await ann.task(id)).toMatchObject({ status: 'PENDING', attempt: 0 });
  const following = ann.events(id);
  expect(data(await executeTask(ann, { id })).executeTask.task.status).toBe('QUEUED');
  expect(types(await following).slice(0, 4)).toEqual([
    'CurrentState',
    'RunCreated',
    'RunQueued',
    'RunStarted',
  ]);
  expect(errorCode(await executeTask(ann, { id }))).toBe('INVALID_STATE');
});

test('what is changed before a worker takes it is what the model is asked', async () => {
  const id = await ann.createTask({ prompt: 'old', systemPrompt: 'old', model: 'demo', hold: true });
  const change = {
    id,
    prompt: 'new',
    systemPrompt: null,
    model: 'gpt-4o@tokens=3',
    parameters: { maxTokens: 7 },
  };
  expect(data(await updateTask(ann, change)).updateTask.task).toMatchObject({
    prompt: 'new',
    systemPrompt: null,
    model: 'gpt-4o@tokens=3',
    parameters: { maxTokens: 7, temperature: null },
  });
  await executeTask(ann, { id });
  await ann.events(id);
  expect(vendor.requests.at(-1)!.body).toMatchObject({
    messages: [{ role: 'user', content: 'new' }],
    model: 'gpt-4o@tokens=3',
  });
  expect(errorCode(await updateTask(ann, { id, prompt: 'too late' }))).toBe('INVALID_STATE');
});

test('an absent member of a change stays as it was', async () => {
  const id = await ann.createTask({
    ...quick,
    systemPrompt: 'kept',
    parameters: { temperature: 1 },
    hold: true,
  });
  const { task } = data(await updateTask(ann, { id, prompt: 'new' })).updateTask;
  expect(task).toMatchObject({
    prompt: 'new',
    systemPrompt: 'kept',
    model: quick.model,
    parameters: { temperature: 1 },
  });
});

test('a failed task that is retried goes on in the same log, and completes', async () => {
  const model = 'gpt-4o@tokens=3,fault=401,times=1,key=retried';
  const id = await ann.createTask({ prompt: 'x', model });
  const failed = await ann.events(id);
  expect(failed.at(-1)).toMatchObject({ __typename: 'RunFailed', error: { code: 'PROVIDER_AUTH' } });
  expect(data(await retryTask(ann, { id })).retryTask.task.status).toBe('QUEUED');
  const rest = await ann.events(id, failed.at(-1)!.seq);
  expect(types(rest).slice(0, 3)).toEqual(['CurrentState', 'RunQueued', 'AttemptStarted']);
  expect(rest.at(-1)).toMatchObject({ __typename: 'RunCompleted', attempt: 2 });
  // From the beginning, too, the failure in the middle is no end.
  expect((await ann.events(id)).slice(1)).toEqual([...failed.slice(1), ...rest.slice(1)]);
  expect(await ann.task(id)).toMatchObject({ status: 'COMPLETED', error: null });
  expect(errorCode(await retryTask(ann, { id }))).toBe('INVALID_STATE');
});

test('a task that is not finished is cancelled when it is deleted; nothing of it is left', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=2000,itl=5' });
  const following = ann.events(id);
  for await (const payload of ann.subscribe(TASK_EVENTS, { id })) {
    if (data(payload).taskEvents.__typename === 'TokensGenerated') break;
  }
  const { aborted } = vendor.stats();
  expect(data(await deleteTask(ann, { id })).deleteTask.deletedId).toBe(id);
  expect((await following).at(-1)).toMatchObject({ __typename: 'RunCancelled', reason: 'deleted' });
  await vendor.waitFor((stats) => stats.aborted === aborted + 1, 1_000);
  expect(errorCode(await deleteTask(ann, { id }))).toBe('NOT_FOUND');
  const runId = Buffer.from(id, 'base64url').toString().slice('Task:'.length);
  for (const [table, column] of [
    ['run', 'id'],
    ['task', 'id'],
    ['run_event', 'run_id'],
    ['run_text', 'run_id'],
    ['model_call', 'run_id'],
  ]) {
    const { rows } = await server.store.database.pool.query(`select from ${table} where ${column} = $1`, [
      runId,
    ]);
    expect([table, rows.length]).toEqual([table, 0]);
  }
});

test('a task of somebody else cannot be moved', async () => {
  const id = await ann.createTask({ ...quick, hold: true });
  for (const move of [executeTask, retryTask, updateTask, deleteTask, cancelTask]) {
    expect(errorCode(await move(bob, { id }))).toBe('NOT_FOUND');
  }
  expect(errorCode(await updateTaskPriority(bob, { id, priority: 1 }))).toBe('NOT_FOUND');
  expect(await ann.task(id)).toMatchObject({ status: 'PENDING' });
});

test('a priority is changed with all else, or nothing is', async () => {
  const held = await ann.createTask({ ...quick, hold: true });
  const changed = data(await updateTask(ann, { id: held, prompt: 'new', priority: 9 })).updateTask.task;
  expect(changed).toMatchObject({ prompt: 'new', priority: 9 });
  const done = await ann.createTask({ ...quick, title: 'old' });
  await ann.events(done);
  expect(errorCode(await updateTask(ann, { id: done, title: 'new', priority: 9 }))).toBe('INVALID_STATE');
  const { task } = data(
    await ann.query('query ($id: ID!) { task(id: $id) { title priority } }', { id: done }),
  );
  expect(task).toEqual({ title: 'old', priority: 5 });
});

test('a higher priority runs first, also one that was given later', async () => {
  const idle = await startTestServer({ worker: false });
  const carol = await idle.newUser();
  const low = await carol.createTask({ ...quick, priority: 2 });
  const high = await carol.createTask({ ...quick, priority: 8 });
  const raised = await carol.createTask({ ...quick, priority: 1 });
  const held = await carol.createTask({ ...quick, hold: true });
  expect(
    data(await updateTaskPriority(carol, { id: raised, priority: 10 })).updateTaskPriority.task.priority,
  ).toBe(10);
  await updateTaskPriority(carol, { id: held, priority: 10 });
  expect(errorCode(await updateTaskPriority(carol, { id: low, priority: 11 }))).toBe('VALIDATION_ERROR');
  const urls = { url: idle.databaseUrl, directUrl: idle.databaseUrl };
  const worker = await startWorker(
    { ...idle.config, workerConcurrency: 1 },
    createLog('error'),
    idle.store,
    urls,
    idle.metrics,
  );
  const starts: [number, string][] = [];
  for (const [name, id] of Object.entries({ low, high, raised })) {
    const events = await carol.events(id);
    const started = events.find(({ __typename: type }) => type === 'RunStarted')!;
    starts.push([Date.parse(String(started.at)), name]);
  }
  expect(starts.sort(([one], [other]) => one - other).map(([, name]) => name)).toEqual([
    'raised',
    'high',
    'low',
  ]);
  expect(await carol.task(held)).toMatchObject({ status: 'PENDING' });
  await worker.stop();
  await idle.stop();
});

test.each([
  [updateTask, { prompt: '' }, 'VALIDATION_ERROR', 'input.prompt'],
  [updateTask, { model: 'no such model' }, 'UNKNOWN_MODEL', 'input.model'],
  [updateTask, { parameters: { temperature: 3 } }, 'VALIDATION_ERROR', 'input.parameters.temperature'],
  [updateTask, { priority: 11 }, 'VALIDATION_ERROR', 'input.priority'],
  [updateTaskPriority, { priority: 0 }, 'VALIDATION_ERROR', 'input.priority'],
  [executeTask, { id: 'nonsense' }, 'NOT_FOUND', 'input.id'],
])('a wrong move is refused, with its field', async (move, wrong, code, field) => {
  const id = await ann.createTask({ ...quick, hold: true });
  const answer = await move(ann, { id, ...wrong });
  expect(errorCode(answer)).toBe(code);
  expect(answer.errors![0]!.extensions.field).toBe(field);
});
