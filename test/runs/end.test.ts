import { describe, expect, test } from 'vitest';
import { type Answer, data, errorCode, TASK_EVENTS } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { createWorkflow, execute, follow, waitForEvent } from '../workflows/workflows.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

const END = `mutation ($input: EndTaskInput!) { endTask(input: $input) {
  task { id status progress result error { code message } endedAt } } }`;

const end = (id: string, status: string, more: object = {}): Promise<Answer> =>
  ann.query(END, { input: { id, status, ...more } });
const ended = async (answer: Promise<Answer>) => data(await answer).endTask.task;
const lastOf = async (id: string) => (await ann.events(id)).at(-1)!;
const move = (name: string, id: string) =>
  ann.query(`mutation ($id: ID!) { ${name}(input: { id: $id }) { __typename } }`, { id });

const held = { prompt: 'x', model: 'demo', hold: true };
const endless = { prompt: 'x', model: 'gpt-4o@tokens=5000,itl=2' };

/** Resolves when the task has written some text. */
async function textOf(id: string): Promise<void> {
  for await (const payload of ann.subscribe(TASK_EVENTS, { id })) {
    if (data(payload).taskEvents.__typename === 'TokensGenerated') return;
  }
}

test('a task that is done is done at once, with what came of it', async () => {
  const id = await ann.createTask(held);
  const result = { output: 'done by hand', hours: 3 };
  expect(await ended(end(id, 'COMPLETED', { result }))).toEqual({
    id,
    status: 'COMPLETED',
    progress: 1,
    result,
    error: null,
    endedAt: expect.any(String),
  });
  const events = await ann.events(id);
  expect(events.slice(-2)).toMatchObject([
    { __typename: 'ProgressMade', progress: 1 },
    { __typename: 'RunCompleted', result },
  ]);
});

test('one that nobody says anything of has an empty output, or a message of ours', async () => {
  expect((await ended(end(await ann.createTask(held), 'COMPLETED'))).result).toEqual({ output: '' });
  const failed = await ended(end(await ann.createTask(held), 'FAILED'));
  expect(failed).toMatchObject({
    status: 'FAILED',
    result: null,
    error: { code: 'ENDED_BY_HAND', message: 'ended manually as failed' },
  });
});

test.each(['COMPLETED', 'FAILED'])(
  'a running task that is ended as %s writes nothing more, and its provider is hung up on',
  async (status) => {
    const id = await ann.createTask({ ...endless, costLimit: 1 });
    await textOf(id);
    const abortedBefore = vendor.stats().aborted;
    expect((await ended(end(id, status))).status).toBe(status);
    const log = await ann.events(id);
    await vendor.waitFor(({ aborted }) => aborted === abortedBefore + 1, 1000);
    expect(log.at(-1)!.__typename).toBe(status === 'COMPLETED' ? 'RunCompleted' : 'RunFailed');
    expect((await ann.events(id)).slice(1)).toEqual(log.slice(1));
    expect(await ann.task(id)).toMatchObject({
      status,
      costComplete: false,
      modelCalls: [{ status: 'CANCELLED' }],
    });
    const BUDGET = 'query ($id: ID!) { task(id: $id) { budget { reserved spent } } }';
    const { budget } = data(await ann.query(BUDGET, { id })).task;
    expect(budget.reserved).toBe(0);
    expect(budget.spent).toBeGreaterThan(0);
  },
);

test('a queued task never starts, and its job is gone', async () => {
  const idle = await startTestServer({ worker: false });
  try {
    const bob = await idle.newUser();
    const id = await bob.createTask({ prompt: 'x' });
    data(await bob.query(END, { input: { id, status: 'COMPLETED' } }));
    const { rows } = await idle.store.database.pool.query('select count(*)::int from graphile_worker.jobs');
    expect(rows).toEqual([{ count: 0 }]);
    expect((await bob.task(id)).attempt).toBe(0);
  } finally {
    await idle.stop();
  }
});

test('what waits for a task goes on when it is done, and fails when it failed', async () => {
  const done = await ann.createTask(endless);
  const failed = await ann.createTask(endless);
  const after = await ann.createTask({ ...held, hold: false, dependsOn: [done] });
  const never = await ann.createTask({ ...held, hold: false, dependsOn: [failed] });
  await end(done, 'COMPLETED');
  await end(failed, 'FAILED');
  expect(await lastOf(after)).toMatchObject({ __typename: 'RunCompleted' });
  expect(await lastOf(never)).toMatchObject({ error: { code: 'DEPENDENCY_FAILED' } });
});

test('an execution goes on with what its task was said to be', async () => {
  const steps = [
    { key: 'first', task: 'x', model: 'gpt-4o@tokens=5000,itl=2' },
    { key: 'second', task: '{{ steps.first.output }}', model: 'gpt-4o@echo=1', dependsOn: ['first'] },
  ];
  const execution = await execute(ann, await createWorkflow(ann, steps));
  const { taskId } = await waitForEvent(ann, execution, ({ __typename: type }) => type === 'StepTaskCreated');
  await ended(end(String(taskId), 'COMPLETED', { result: { output: 'said by a person' } }));
  expect((await follow(ann, execution)).at(-1)).toMatchObject({
    __typename: 'RunCompleted',
    result: { output: expect.stringContaining('said by a person') },
  });
});

test('one that failed by hand can be tried again', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=300,itl=2' });
  await textOf(id);
  await ended(end(id, 'FAILED', { error: 'not like this' }));
  data(await move('retryTask', id));
  expect(await lastOf(id)).toMatchObject({ __typename: 'RunCompleted' });
});

test('the next turn of its thread is sent what it was said to be', async () => {
  const thread = data(await ann.query('mutation { createThread(input: {}) { thread { id } } }'));
  const threadId = thread.createThread.thread.id;
  const first = await ann.createTask({ ...held, prompt: 'a question', threadId });
  await ended(end(first, 'COMPLETED', { result: { output: 'an answer' } }));
  await lastOf(await ann.createTask({ prompt: 'and now?', model: 'gpt-4o@tokens=1', threadId }));
  expect(vendor.requests.at(-1)!.body).toMatchObject({
    messages: [{ content: 'a question' }, { content: 'an answer' }, { content: 'and now?' }],
  });
});

describe('what has ended', () => {
  test('can be ended again in the same way, which changes nothing', async () => {
    const id = await ann.createTask(held);
    const first = await ended(end(id, 'COMPLETED', { result: { output: 'first' } }));
    expect(await ended(end(id, 'COMPLETED', { result: { output: 'second' } }))).toEqual(first);
  });

  test('cannot be ended otherwise, and is told where it could have been', async () => {
    const id = await ann.createTask(held);
    await move('cancelTask', id);
    const answer = await end(id, 'COMPLETED');
    expect(errorCode(answer)).toBe('INVALID_STATE');
    expect(answer.errors![0]).toMatchObject({
      message: expect.stringContaining(
        'cancelled; it can be ended while it is pending, queued, running, waiting',
      ),
      extensions: { field: 'input.status', allowed: ['pending', 'queued', 'running', 'waiting'] },
    });
  });
});

test.each([
  ['COMPLETED', { error: 'why' }, 'input.error'],
  ['FAILED', { result: { output: 'x' } }, 'input.result'],
  ['COMPLETED', { result: ['x'] }, 'input.result'],
  ['COMPLETED', { result: { output: 7 } }, 'input.result'],
  ['COMPLETED', { result: { output: 'a\0b' } }, 'input.result'],
  ['COMPLETED', { result: { output: 'x'.repeat(1_000_001) } }, 'input.result'],
  ['FAILED', { error: '' }, 'input.error'],
])('%s with %j is refused, and the task stays as it is', async (status, more, field) => {
  const id = await ann.createTask(held);
  const answer = await end(id, status, more);
  expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual(['VALIDATION_ERROR', field]);
  expect((await ann.task(id)).status).toBe('PENDING');
});

test('in the same moment as its worker: one end, never two', async () => {
  const attempts = Array.from({ length: 30 }, async (_, round) => {
    const id = await ann.createTask({ prompt: 'x', model: `gpt-4o@tokens=${round % 5},itl=1` });
    const answer = await end(id, round % 2 ? 'COMPLETED' : 'FAILED', {
      ...(round % 2 && { result: { output: 'mine' } }),
    });
    const endings = (await ann.events(id)).filter(({ __typename: type }) =>
      ['RunCompleted', 'RunFailed', 'RunCancelled'].includes(type),
    );
    expect(endings).toHaveLength(1);
    const { status, result, error } = await ann.task(id);
    expect(endings[0]!.__typename).toBe(status === 'COMPLETED' ? 'RunCompleted' : 'RunFailed');
    if (round % 2) expect(data(answer).endTask.task.result).toEqual(result);
    else if (answer.errors) expect([errorCode(answer), status]).toEqual(['INVALID_STATE', 'COMPLETED']);
    else expect(error.code).toBe('ENDED_BY_HAND');
  });
  await Promise.all(attempts);
});
