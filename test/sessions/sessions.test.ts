import { describe, expect, test, vi } from 'vitest';
import { type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { createSession } from './feed-reader.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());
const bob = fixture(() => server.newUser());

const FIELDS = `id name description status workingDirectory userLabel endedAt budget { limit }
  settings { preferredModels maxIterations evaluationThreshold }`;
const quick = { prompt: 'x', model: 'gpt-4o@tokens=2' };

async function update(client: Client, input: Record<string, unknown>) {
  return client.query(
    `mutation ($input: UpdateSessionInput!) { updateSession(input: $input) { session { ${FIELDS} } } }`,
    { input },
  );
}
const remove = (client: Client, id: string) =>
  client.query('mutation ($id: ID!) { deleteSession(input: { id: $id }) { deletedId } }', { id });
const create = (client: Client, input: Record<string, unknown>) =>
  client.query('mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }', {
    input: { ...quick, ...input },
  });
const read = async (client: Client, id: string, fields = FIELDS) =>
  client.query(`query ($id: ID!) { session(id: $id) { ${fields} } }`, { id });
const localOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;

describe('a session', () => {
  test('keeps what it was made with', async () => {
    const id = await createSession(ann, {
      name: 'Bug Fix Session',
      description: 'All of it.',
      workingDirectory: 'project',
      userLabel: 'test_user_123',
      settings: { preferredModels: ['gpt4', 'claude'], maxIterations: 5, evaluationThreshold: 8 },
      costLimit: 10,
    });
    expect(data(await read(ann, id)).session).toEqual({
      id,
      name: 'Bug Fix Session',
      description: 'All of it.',
      status: 'ACTIVE',
      workingDirectory: expect.stringMatching(/\/workspaces\/[^/]+\/project$/),
      userLabel: 'test_user_123',
      endedAt: null,
      budget: { limit: 10 },
      settings: { preferredModels: ['gpt4', 'claude'], maxIterations: 5, evaluationThreshold: 8 },
    });
  });

  test('that is made with nothing has nothing', async () => {
    expect(data(await read(ann, await createSession(ann))).session).toMatchObject({
      name: null,
      status: 'ACTIVE',
      budget: null,
      settings: { preferredModels: [], maxIterations: null, evaluationThreshold: null },
    });
  });

  test('is changed in what is named, and stays as it was in the rest', async () => {
    const id = await createSession(ann, { name: 'old', description: 'kept', settings: { maxIterations: 3 } });
    const change = {
      name: 'new',
      settings: { maxIterations: null, preferredModels: ['gpt4'] },
      costLimit: 2,
    };
    expect(data(await update(ann, { id, ...change })).updateSession.session).toMatchObject({
      name: 'new',
      description: 'kept',
      settings: { maxIterations: null, preferredModels: ['gpt4'] },
      budget: { limit: 2 },
    });
    expect(data(await update(ann, { id, name: null, costLimit: null })).updateSession.session).toMatchObject({
      name: null,
      description: 'kept',
      settings: { preferredModels: ['gpt4'] },
      budget: null,
    });
  });

  test('that is completed has an end, and none when it is active again', async () => {
    const id = await createSession(ann);
    const completed = data(await update(ann, { id, status: 'COMPLETED' })).updateSession.session;
    expect(completed.endedAt).not.toBeNull();
    expect(data(await update(ann, { id, name: 'x' })).updateSession.session.endedAt).toBe(completed.endedAt);
    expect(data(await update(ann, { id, status: 'ACTIVE' })).updateSession.session.endedAt).toBeNull();
  });

  test.each([
    ['name', { name: '' }],
    ['name', { name: 'a NUL: \0' }],
    ['workingDirectory', { workingDirectory: '' }],
    ['settings.maxIterations', { settings: { maxIterations: 0 } }],
    ['settings.evaluationThreshold', { settings: { evaluationThreshold: 11 } }],
    ['settings.preferredModels.0', { settings: { preferredModels: [''] } }],
    ['costLimit', { costLimit: -1 }],
  ])('with a wrong %s is refused', async (field, input) => {
    const answer = await ann.query(
      'mutation ($input: CreateSessionInput!) { createSession(input: $input) { session { id } } }',
      { input },
    );
    expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([
      'VALIDATION_ERROR',
      `input.${field}`,
    ]);
  });
});

describe('tasks of a session', () => {
  test('are counted and summed, and listed newest first', async () => {
    const id = await createSession(ann);
    const ids = [
      await ann.createTask({ ...quick, sessionId: id }),
      await ann.createTask({ prompt: 'x', model: 'gpt-4o@fault=401', sessionId: id }),
    ];
    for (const task of ids) await ann.events(task);
    ids.push(await ann.createTask({ ...quick, hold: true, sessionId: id }));
    const fields = `tasks(first: 2) { nodes { id session { id } } pageInfo { hasNextPage endCursor } }
      totals { cost costComplete inputTokens outputTokens tasks { total pending completed failed running } }`;
    const { session } = data(await read(ann, id, fields));
    expect(session.tasks.nodes).toEqual([ids[2], ids[1]].map((task) => ({ id: task, session: { id } })));
    const { cost, usage } = await ann.task(ids[0]!);
    expect(session.totals).toEqual({
      cost,
      costComplete: true,
      ...usage,
      tasks: { total: 3, pending: 1, completed: 1, failed: 1, running: 0 },
    });
    expect(cost).toBeGreaterThan(0);
    const rest = await ann.query(
      `query ($id: ID!, $after: String) { session(id: $id) { tasks(after: $after) { nodes { id } } } }`,
      { id, after: session.tasks.pageInfo.endCursor },
    );
    expect(data(rest).session.tasks.nodes).toEqual([{ id: ids[0] }]);
    const filtered = await ann.query(
      'query ($id: ID!) { tasks(filter: { sessionId: $id, statuses: [FAILED] }) { nodes { id } } }',
      { id },
    );
    expect(data(filtered).tasks.nodes).toEqual([{ id: ids[1] }]);
  });

  test.each(['PAUSED', 'COMPLETED'])(
    'are not taken while it is %s; what is there goes on',
    async (status) => {
      const id = await createSession(ann);
      const task = await ann.createTask({ ...quick, hold: true, sessionId: id });
      data(await update(ann, { id, status }));
      for (const input of [{ sessionId: id }, { sessionId: id, idempotencyKey: `k-${status}` }]) {
        const answer = await create(ann, input);
        expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([
          'INVALID_STATE',
          'input.sessionId',
        ]);
      }
      data(
        await ann.query('mutation ($id: ID!) { executeTask(input: { id: $id }) { __typename } }', {
          id: task,
        }),
      );
      expect((await ann.events(task)).at(-1)!.__typename).toBe('RunCompleted');
      data(await update(ann, { id, status: 'ACTIVE' }));
      data(await create(ann, { sessionId: id, idempotencyKey: `k-${status}` }));
    },
  );

  test('are in the session of their thread', async () => {
    const [id, other] = [await createSession(ann), await createSession(ann)];
    const made = await ann.query(
      'mutation ($id: ID!) { createThread(input: { title: "t", sessionId: $id }) { thread { id session { id } } } }',
      { id },
    );
    const { thread } = data(made).createThread;
    expect(thread.session).toEqual({ id });
    const task = await ann.createTask({ ...quick, hold: true, threadId: thread.id });
    const fields = 'tasks { nodes { id } } threads { nodes { id title } }';
    expect(data(await read(ann, id, fields)).session).toEqual({
      tasks: { nodes: [{ id: task }] },
      threads: { nodes: [{ id: thread.id, title: 't' }] },
    });
    const answer = await create(ann, { threadId: thread.id, sessionId: other });
    expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([
      'VALIDATION_ERROR',
      'input.sessionId',
    ]);
    data(await update(ann, { id, status: 'PAUSED' }));
    expect(errorCode(await create(ann, { threadId: thread.id }))).toBe('INVALID_STATE');
  });

  test('a hundred that are made while the session is closed are in it, or refused', async () => {
    const id = await createSession(ann);
    const making = Array.from({ length: 100 }, () => create(ann, { sessionId: id, hold: true }));
    const closing = update(ann, { id, status: 'COMPLETED' });
    const answers = await Promise.all(making);
    data(await closing);
    const refused = answers.filter(({ errors }) => errors);
    for (const answer of refused) expect(errorCode(answer)).toBe('INVALID_STATE');
    const { session } = data(await read(ann, id, 'totals { tasks { total pending } }'));
    expect(session.totals.tasks).toEqual({ total: 100 - refused.length, pending: 100 - refused.length });
  });
});

describe('sessions', () => {
  test('are listed newest first, by status and by label, with their totals in one query each', async () => {
    const carol = await server.newUser();
    const ids: string[] = [];
    for (const userLabel of ['a', 'b', 'a']) ids.push(await createSession(carol, { userLabel }));
    for (const sessionId of ids) await carol.createTask({ ...quick, hold: true, sessionId });
    data(await update(carol, { id: ids[0], status: 'PAUSED' }));
    const list = async (filter: object) => {
      const answer = await carol.query(
        'query ($filter: SessionFilter) { sessions(filter: $filter) { nodes { id totals { tasks { total } } } } }',
        { filter },
      );
      return data(answer).sessions.nodes.map(({ id }: { id: string }) => ids.indexOf(id));
    };
    expect(await list({})).toEqual([2, 1, 0]);
    expect(await list({ userLabel: 'a' })).toEqual([2, 0]);
    expect(await list({ status: 'PAUSED' })).toEqual([0]);
    expect(await list({ status: 'ACTIVE', userLabel: 'a' })).toEqual([2]);
  });
});

test('a page of sessions with all that is in them costs as many queries as one session', async () => {
  const carol = await server.newUser();
  const document = `{ sessions(first: 10) { nodes { name budget { limit } totals { cost }
    tasks(first: 2) { nodes { prompt session { name } } } threads(last: 1) { nodes { title session { name } } } } } }`;
  const count = async () => {
    const spy = vi.spyOn(server.store.database.pool, 'query');
    const { sessions } = data(await carol.query(document));
    // The worker of this process asks, too, whenever it likes.
    const names = (spy.mock.calls as unknown as [{ name?: string }][]).map(([{ name }]) => name ?? '');
    const queries = names.filter((name) => /session|budget/.test(name)).toSorted();
    spy.mockRestore();
    return { sessions: sessions.nodes, queries };
  };
  const fill = async (name: string) => {
    const sessionId = await createSession(carol, { name });
    for (const prompt of ['1', '2', '3']) {
      await carol.createTask({ ...quick, prompt: name + prompt, hold: true, sessionId });
      const thread =
        'mutation ($input: CreateThreadInput!) { createThread(input: $input) { thread { id } } }';
      data(await carol.query(thread, { input: { title: name + prompt, sessionId } }));
    }
  };
  await fill('a');
  const one = await count();
  for (const name of ['b', 'c', 'd', 'e']) await fill(name);
  const many = await count();
  expect(many.queries).toEqual(one.queries);
  expect(many.sessions.map(({ name }: { name: string }) => name)).toEqual(['e', 'd', 'c', 'b', 'a']);
  for (const { name, tasks, threads } of many.sessions) {
    expect(tasks.nodes).toEqual(['3', '2'].map((each) => ({ prompt: name + each, session: { name } })));
    expect(threads.nodes).toEqual([{ title: `${name}1`, session: { name } }]);
  }
});

describe('a session that is deleted', () => {
  const TABLES = ['session', 'thread', 'run', 'run_event', 'budget', 'budget_entry', 'idempotency_key'];

  async function rowsOf(session: string): Promise<Record<string, number>> {
    const { rows } = await server.store.database.pool.query(
      `with runs as (select id from run where session_id = $1)
       select (select count(*) from session where id = $1)::int as session,
         (select count(*) from thread where session_id = $1)::int as thread, (select count(*) from runs)::int as run,
         (select count(*) from run_event where session_id = $1)::int as run_event,
         (select count(*) from budget where subject_id = $1)::int as budget,
         (select count(*) from budget_entry where subject_id = $1)::int as budget_entry,
         (select count(*) from idempotency_key where run_id in (select id from runs))::int as idempotency_key`,
      [localOf(session)],
    );
    return rows[0];
  }

  test('is gone with its tasks, however many; what ran is cancelled, what it cost stays in the owner’s budget', async () => {
    const admin = ann;
    const carol = await server.newUser();
    const { viewer } = data(await carol.query('{ viewer { id } }'));
    data(
      await admin.query(
        'mutation ($id: ID!) { updateUser(input: { id: $id, costLimit: 5 }) { user { id } } }',
        { id: viewer.id },
      ),
    );
    const id = await createSession(carol, { costLimit: 1 });
    data(
      await carol.query('mutation ($id: ID!) { createThread(input: { sessionId: $id }) { thread { id } } }', {
        id,
      }),
    );
    const other = await carol.createTask({ ...quick, hold: true });
    await Promise.all(
      Array.from({ length: 230 }, (_, index) =>
        create(carol, { sessionId: id, hold: true, idempotencyKey: `key ${index}` }),
      ),
    );
    const done = await carol.createTask({ ...quick, sessionId: id });
    await carol.events(done);
    const { aborted, deltas } = vendor.stats();
    const running = await carol.createTask({ prompt: 'x', model: 'gpt-4o@fault=stall,at=3', sessionId: id });
    const following = carol.events(running);
    await vendor.waitFor((stats) => stats.deltas >= deltas + 1, 5_000);
    const before = await rowsOf(id);
    for (const table of TABLES) expect([table, before[table]! > 0]).toEqual([table, true]);
    expect(data(await remove(carol, id)).deleteSession.deletedId).toBe(id);
    expect((await following).at(-1)).toMatchObject({ __typename: 'RunCancelled', reason: 'deleted' });
    await vendor.waitFor((stats) => stats.aborted === aborted + 1, 1_000);
    expect(await rowsOf(id)).toEqual(Object.fromEntries(TABLES.map((table) => [table, 0])));
    expect(errorCode(await remove(carol, id))).toBe('NOT_FOUND');
    expect(await carol.task(other)).toMatchObject({ status: 'PENDING' });
    const { budget } = data(await carol.query('{ viewer { budget { spent reserved } } }')).viewer;
    expect(budget).toEqual({ spent: expect.any(Number), reserved: 0 });
    expect(budget.spent).toBeGreaterThan(0);
  });

  test('twice at once is deleted once', async () => {
    const id = await createSession(ann);
    await Promise.all(Array.from({ length: 20 }, () => create(ann, { sessionId: id, hold: true })));
    const answers = await Promise.all([remove(ann, id), remove(ann, id)]);
    expect(answers.some(({ errors }) => !errors)).toBe(true);
    for (const answer of answers.filter(({ errors }) => errors)) expect(errorCode(answer)).toBe('NOT_FOUND');
    expect((await rowsOf(id)).run).toBe(0);
  });
});

test('a session of somebody else is not there', async () => {
  const id = await createSession(ann, { name: 'mine' });
  const task = await ann.createTask({ ...quick, hold: true, sessionId: id });
  expect(errorCode(await read(bob, id))).toBe('NOT_FOUND');
  expect(errorCode(await read(bob, id, 'totals { cost }'))).toBe('NOT_FOUND');
  expect(errorCode(await update(bob, { id, name: 'his', costLimit: 1 }))).toBe('NOT_FOUND');
  expect(errorCode(await remove(bob, id))).toBe('NOT_FOUND');
  expect(errorCode(await create(bob, { sessionId: id }))).toBe('NOT_FOUND');
  const thread = 'mutation ($id: ID!) { createThread(input: { sessionId: $id }) { thread { id } } }';
  expect(errorCode(await bob.query(thread, { id }))).toBe('NOT_FOUND');
  const filtered = await bob.query(
    'query ($id: ID!) { tasks(filter: { sessionId: $id }) { nodes { id } } }',
    { id },
  );
  expect(data(filtered).tasks.nodes).toEqual([]);
  expect(data(await read(ann, id)).session).toMatchObject({ name: 'mine', budget: null });
  expect(await ann.task(task)).toMatchObject({ status: 'PENDING' });
});
