import { describe, expect, test } from 'vitest';
import { data, errorCode, TASK_EVENTS } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

const QUICK = 'gpt-4o@tokens=3';
/** It says three words and nothing more, until its run is ended. */
const ENDLESS = 'gpt-4o@fault=stall,at=3';

async function createThread(input: object = {}): Promise<string> {
  const made = await ann.query(
    'mutation ($input: CreateThreadInput!) { createThread(input: $input) { thread { id } } }',
    { input },
  );
  return data(made).createThread.thread.id;
}

const create = (input: object) =>
  ann.query('mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id status } } }', {
    input,
  });
const ask = (threadId: string, prompt: string, model = QUICK) => ann.createTask({ prompt, model, threadId });
const move = (name: string, id: string) =>
  ann.query(`mutation ($id: ID!) { moved: ${name}(input: { id: $id }) { task { id status } } }`, { id });
const names = async (id: string) => (await ann.events(id)).map(({ __typename }) => __typename);
const localOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;
const statusOf = async (id: string): Promise<string> => (await ann.task(id)).status;

async function untilFirstWord(id: string): Promise<string> {
  for await (const payload of ann.subscribe(TASK_EVENTS, { id })) {
    if (data(payload).taskEvents.__typename === 'TokensGenerated') return id;
  }
  throw new Error('it has ended without a word');
}

interface Message {
  content: string;
}

const messagesOf = (body: Readonly<Record<string, unknown>>) => (body.messages ?? []) as Message[];

/** What the model was sent with a prompt: texts of users and of models, in turn. */
function conversationOf(prompt: string): string[] {
  const request = vendor.requests.findLast(({ body }) => messagesOf(body).at(-1)?.content === prompt);
  return messagesOf(request!.body).map(({ content }) => content);
}

describe('a thread that queues, as all do by default', () => {
  test('has a turn wait for the one before, and send its answer', async () => {
    const threadId = await createThread();
    const ids = [];
    for (const prompt of ['one', 'two', 'three']) ids.push(await ask(threadId, prompt));
    await Promise.all(ids.map((id) => ann.events(id)));
    const answer = answerText(3);
    expect(conversationOf('three')).toEqual(['one', answer, 'two', answer, 'three']);
    const [, second] = ids;
    expect(await names(second!)).toContain('RunQueued');
  });

  test('keeps a turn QUEUED while the one before has not ended', async () => {
    const threadId = await createThread();
    const first = await untilFirstWord(await ask(threadId, 'first', ENDLESS));
    const second = await ask(threadId, 'second');
    const third = await ask(threadId, 'third');
    // One of another thread, which is made later, is done.
    await ann.events(await ask(await createThread(), 'elsewhere'));
    expect([await statusOf(second), await statusOf(third)]).toEqual(['QUEUED', 'QUEUED']);
    await move('cancelTask', second);
    await ann.events(await ask(await createThread(), 'elsewhere'));
    expect(await statusOf(third)).toBe('QUEUED');
    await move('cancelTask', first);
    await ann.events(third);
    expect(conversationOf('third')).toEqual(['third']);
  });

  test('goes on when a turn failed, or was deleted', async () => {
    const threadId = await createThread();
    const failed = await ask(threadId, 'failed', 'gpt-4o@fault=401,ttft=100');
    const after = await ask(threadId, 'after it');
    expect((await names(failed)).at(-1)).toBe('RunFailed');
    expect((await names(after)).at(-1)).toBe('RunCompleted');
    const deleted = await untilFirstWord(await ask(threadId, 'deleted', ENDLESS));
    const last = await ask(threadId, 'last');
    await ann.query('mutation ($id: ID!) { deleteTask(input: { id: $id }) { deletedId } }', { id: deleted });
    await ann.events(last);
    expect(conversationOf('last')).toEqual(['after it', answerText(3), 'last']);
  });

  test('a held turn joins when it is executed', async () => {
    const threadId = await createThread();
    const held = await ann.createTask({ prompt: 'held', model: QUICK, threadId, hold: true });
    await ann.events(await ask(threadId, 'not held up'));
    const running = await untilFirstWord(await ask(threadId, 'running', ENDLESS));
    expect(data(await move('executeTask', held)).moved.task.status).toBe('QUEUED');
    await ann.events(await ask(await createThread(), 'elsewhere'));
    expect(await statusOf(held)).toBe('QUEUED');
    await move('cancelTask', running);
    await ann.events(held);
    expect(conversationOf('held')).toEqual(['not held up', answerText(3), 'held']);
  });

  test('a turn that is retried waits, and keeps its place in the conversation', async () => {
    const threadId = await createThread();
    const retried = await ask(threadId, 'retried', 'gpt-4o@fault=401,times=1,key=turns');
    await ann.events(retried);
    await ann.events(await ask(threadId, 'between'));
    const running = await untilFirstWord(await ask(threadId, 'running', ENDLESS));
    await move('retryTask', retried);
    await ann.events(await ask(await createThread(), 'elsewhere'));
    expect(await statusOf(retried)).toBe('QUEUED');
    await move('cancelTask', running);
    for await (const payload of ann.subscribe(TASK_EVENTS, { id: retried })) data(payload);
    expect(await statusOf(retried)).toBe('COMPLETED');
    expect(conversationOf('retried')).toEqual(['retried']);
  });

  test('a turn that another one depends on does not wait for that', async () => {
    const threadId = await createThread();
    const needed = await ann.createTask({ prompt: 'needed', model: QUICK, threadId, hold: true });
    const dependent = await ann.createTask({
      prompt: 'dependent',
      model: QUICK,
      threadId,
      dependsOn: [needed],
    });
    await move('executeTask', needed);
    await ann.events(dependent);
    expect(await statusOf(dependent)).toBe('COMPLETED');
  });

  test('nor behind the turns that came after that one, or while it waits itself', async () => {
    const threadId = await createThread();
    const needed = await ann.createTask({ prompt: 'needed early', model: QUICK, threadId, hold: true });
    const running = await untilFirstWord(await ask(threadId, 'running', ENDLESS));
    const dependsOn = [needed];
    const dependent = await ann.createTask({ prompt: 'needs it', model: QUICK, threadId, dependsOn });
    const later = await ask(threadId, 'later');
    await move('executeTask', needed);
    await ann.events(await ask(await createThread(), 'elsewhere'));
    expect(await statusOf(needed)).toBe('QUEUED');
    await move('cancelTask', running);
    for (const id of [needed, dependent, later]) {
      expect((await names(id)).at(-1)).toBe('RunCompleted');
    }
    const answer = answerText(3);
    expect(conversationOf('later')).toEqual(['needed early', answer, 'needs it', answer, 'later']);

    const held = await ann.createTask({ prompt: 'held', model: QUICK, threadId, hold: true });
    const present = await ann.createTask({ prompt: 'present', model: QUICK, threadId, dependsOn: [held] });
    const behind = await ask(threadId, 'behind');
    await move('executeTask', held);
    for (const id of [held, present, behind]) expect((await names(id)).at(-1)).toBe('RunCompleted');
  });

  test('a turn that an earlier version ended does not keep the others waiting', async () => {
    const threadId = await createThread();
    const ended = await ask(threadId, 'ended');
    await ann.events(ended);
    await server.store.database.pool.query(
      'insert into thread_turn (run_id, thread_id, is_waiting) values ($1, $2, false)',
      [localOf(ended), localOf(threadId)],
    );
    const next = await ask(threadId, 'next');
    expect((await names(next)).at(-1)).toBe('RunCompleted');
  });

  test('orchestrations are turns, too', async () => {
    const threadId = await createThread();
    const first = await untilFirstWord(await ask(threadId, 'first', ENDLESS));
    const started = await ann.query(
      'mutation ($input: StartOrchestrationInput!) { startOrchestration(input: $input) { orchestration { id } } }',
      { input: { prompt: 'orchestrated', threadId, preferredModels: [QUICK], maxIterations: 1 } },
    );
    const { id } = data(started).startOrchestration.orchestration;
    const after = await ask(threadId, 'after the orchestration');
    const status = async () =>
      data(await ann.query('query ($id: ID!) { orchestration(id: $id) { status } }', { id })).orchestration
        .status;
    await ann.events(await ask(await createThread(), 'elsewhere'));
    expect([await status(), await statusOf(after)]).toEqual(['QUEUED', 'QUEUED']);
    await move('cancelTask', first);
    await ann.events(after);
    expect(await status()).toBe('COMPLETED');
    expect(conversationOf('after the orchestration')).toEqual([
      'orchestrated',
      answerText(3),
      'after the orchestration',
    ]);
  });
});

describe('a thread that rejects', () => {
  test('refuses a turn while one has not ended, and takes it afterwards', async () => {
    const threadId = await createThread({ onBusy: 'REJECT' });
    const idempotencyKey = 'once';
    const input = { prompt: 'first', model: ENDLESS, threadId, idempotencyKey };
    const first = data(await create(input)).createTask.task.id;
    const refused = await create({ prompt: 'second', model: QUICK, threadId });
    expect([errorCode(refused), refused.errors![0]!.extensions.field]).toEqual([
      'CONFLICT',
      'input.threadId',
    ]);
    // The request that made the first turn is answered with it.
    expect(data(await create(input)).createTask.task.id).toBe(first);
    const held = await ann.createTask({ prompt: 'held', model: QUICK, threadId, hold: true });
    const executed = await move('executeTask', held);
    expect([errorCode(executed), executed.errors![0]!.extensions.field]).toEqual(['CONFLICT', 'input.id']);
    expect(await statusOf(held)).toBe('PENDING');
    await move('cancelTask', first);
    await ann.events(await ask(threadId, 'taken'));
  });
});

describe('a thread that interrupts', () => {
  test('cancels what has not ended, and begins the new turn', async () => {
    const threadId = await createThread({ onBusy: 'INTERRUPT' });
    const first = await untilFirstWord(await ask(threadId, 'first', ENDLESS));
    const second = await ask(threadId, 'second');
    expect((await ann.events(first)).at(-1)).toMatchObject({
      __typename: 'RunCancelled',
      reason: 'interrupted by a later turn of its thread',
    });
    await ann.events(second);
    expect(conversationOf('second')).toEqual(['second']);
  });

  test('a request that is repeated does not interrupt its own turn', async () => {
    const threadId = await createThread({ onBusy: 'INTERRUPT' });
    const input = { prompt: 'x', model: ENDLESS, threadId, idempotencyKey: 'again' };
    const answers = await Promise.all([create(input), create(input), create(input)]);
    const ids = new Set(answers.map((answer) => data(answer).createTask.task.id));
    expect(ids.size).toBe(1);
    const [id] = ids;
    await untilFirstWord(id!);
    await move('cancelTask', id!);
  });

  test('a turn that waits for one that it would interrupt is refused, and interrupts nothing', async () => {
    const threadId = await createThread({ onBusy: 'INTERRUPT' });
    const running = await untilFirstWord(await ask(threadId, 'running', ENDLESS));
    const other = await ann.createTask({ prompt: 'other', model: QUICK });
    const between = await ann.createTask({ prompt: 'between', model: QUICK, dependsOn: [running] });
    for (const needed of [running, between]) {
      const refused = await create({ prompt: 'x', model: QUICK, threadId, dependsOn: [other, needed] });
      expect(refused.errors![0]!.extensions).toMatchObject({
        code: 'VALIDATION_ERROR',
        field: 'input.dependsOn.1',
      });
      expect(refused.errors![0]!.message).toMatch(/which it would interrupt/);
      const held = { prompt: 'x', model: QUICK, threadId, hold: true, dependsOn: [needed] };
      const id = data(await create(held)).createTask.task.id;
      const executed = await move('executeTask', id);
      expect(executed.errors![0]!.extensions).toMatchObject({ code: 'VALIDATION_ERROR', field: 'input.id' });
      expect(await statusOf(id)).toBe('PENDING');
    }
    expect(await Promise.all([running, between].map(statusOf))).toEqual(['RUNNING', 'QUEUED']);
    await move('cancelTask', running);
    const after = await create({ prompt: 'after', model: QUICK, threadId, dependsOn: [other] });
    expect((await names(data(after).createTask.task.id)).at(-1)).toBe('RunCompleted');
  });

  test('what cannot be moved interrupts nothing', async () => {
    const threadId = await createThread({ onBusy: 'INTERRUPT' });
    const done = await ask(threadId, 'done');
    await ann.events(done);
    const running = await untilFirstWord(await ask(threadId, 'running', ENDLESS));
    expect(errorCode(await move('retryTask', done))).toBe('INVALID_STATE');
    expect(await statusOf(running)).toBe('RUNNING');
    await move('cancelTask', running);
  });
});

test('a thread that is parallel begins every turn at once', async () => {
  const threadId = await createThread({ onBusy: 'PARALLEL' });
  const running = [await ask(threadId, 'a', ENDLESS), await ask(threadId, 'b', ENDLESS)];
  for (const id of running) await untilFirstWord(id);
  const changed = await ann.query(
    'mutation ($input: UpdateThreadInput!) { updateThread(input: $input) { thread { onBusy title } } }',
    { input: { id: threadId, onBusy: 'QUEUE', title: 'Later' } },
  );
  expect(data(changed).updateThread.thread).toEqual({ onBusy: 'QUEUE', title: 'Later' });
  const last = await ask(threadId, 'c');
  await move('cancelTask', running[1]!);
  await ann.events(await ask(await createThread(), 'elsewhere'));
  expect(await statusOf(last)).toBe('QUEUED');
  await move('cancelTask', running[0]!);
  await ann.events(last);
});

test('of more than 100 turns the model is sent the last 100, and the log says so', async () => {
  const threadId = await createThread({ onBusy: 'PARALLEL' });
  for (let turn = 0; turn < 101; turn += 1) {
    const id = await ann.createTask({ prompt: `turn ${turn}`, model: QUICK, threadId, hold: true });
    await ann.query(
      'mutation ($id: ID!) { endTask(input: { id: $id, status: COMPLETED, result: { output: "ok" } }) { task { id } } }',
      { id },
    );
  }
  const id = await ask(threadId, 'the last one');
  const events = await ann.events(id);
  expect(events.map(({ __typename }) => __typename)).toContain('ThreadTruncated');
  const messages = conversationOf('the last one');
  expect([messages.length, messages[0]]).toEqual([201, 'turn 1']);
});

test('a thread that somebody else has is not changed', async () => {
  const threadId = await createThread();
  const bob = await server.newUser();
  const answer = await bob.query(
    'mutation ($input: UpdateThreadInput!) { updateThread(input: $input) { thread { id } } }',
    { input: { id: threadId, onBusy: 'REJECT' } },
  );
  expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual(['NOT_FOUND', 'input.id']);
});

describe('given a turn that may start only tomorrow', () => {
  const startAt = new Date(Date.now() + 86_400_000).toISOString();
  const startOrchestration = (input: object) =>
    ann.query(
      `mutation ($input: StartOrchestrationInput!) { startOrchestration(input: $input) { orchestration { id } } }`,
      { input: { prompt: 'later', preferredModels: [QUICK], ...input } },
    );
  const refusal = (field: string) => ({
    message: expect.stringContaining('onBusy QUEUE, REJECT or PARALLEL'),
    extensions: { code: 'VALIDATION_ERROR', field },
  });

  test('then a thread with INTERRUPT refuses it, and the present turn goes on', async () => {
    const threadId = await createThread({ onBusy: 'INTERRUPT' });
    const later = { prompt: 'later', model: QUICK, threadId, startAt };
    expect((await create(later)).errors?.[0]).toMatchObject(refusal('input.startAt'));
    const present = await untilFirstWord(await ask(threadId, 'present', ENDLESS));
    expect((await create(later)).errors?.[0]).toMatchObject(refusal('input.startAt'));
    expect((await startOrchestration({ threadId, startAt })).errors?.[0]).toMatchObject(
      refusal('input.startAt'),
    );
    const held = data(await create({ ...later, hold: true })).createTask.task.id;
    expect((await move('executeTask', held)).errors?.[0]).toMatchObject(refusal('input.id'));
    const put = await ann.query(
      `mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task { id } } }`,
      { input: { id: held, startAt } },
    );
    expect(put.errors?.[0]).toMatchObject(refusal('input.startAt'));
    expect(await statusOf(present)).toBe('RUNNING');
    const past = new Date(Date.now() - 1_000).toISOString();
    const next = data(await create({ ...later, startAt: past })).createTask.task.id;
    await ann.events(next);
    expect(await statusOf(present)).toBe('CANCELLED');
  });

  test('then a thread with QUEUE keeps its place, one with REJECT refuses others, one with PARALLEL does neither', async () => {
    const outcomes = [];
    for (const onBusy of ['QUEUE', 'REJECT', 'PARALLEL']) {
      const threadId = await createThread({ onBusy });
      const later = data(await create({ prompt: 'later', model: QUICK, threadId, startAt })).createTask.task;
      expect(later.status).toBe('QUEUED');
      const next = await create({ prompt: 'next', model: QUICK, threadId });
      if (onBusy === 'PARALLEL') await ann.events(next.data.createTask.task.id);
      outcomes.push(next.errors ? errorCode(next) : await statusOf(next.data.createTask.task.id));
      data(await move('cancelTask', later.id));
    }
    expect(outcomes).toEqual(['QUEUED', 'CONFLICT', 'COMPLETED']);
  });
});
