import { beforeAll, describe, expect, test } from 'vitest';
import { type Answer, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

/** Ten tasks, oldest first: their titles are their numbers. Odd ones are code, and have a target. */
const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());
beforeAll(async () => {
  for (let number = 0; number < 10; number += 1) {
    const odd = { type: 'code', target: 'x' };
    await ann.createTask({
      title: `${number}`,
      hold: number < 3,
      ...(number % 2 ? odd : { type: 'design' }),
    });
  }
  await ann.createTask({ prompt: 'nameless' });
  const { pool } = server.store.database;
  await pool.query(`update run set origin = 'amas' from task where task.id = run.id and title in ('4', '5')`);
});

const LIST = `query ($first: Int, $last: Int, $after: String, $offset: Int, $filter: TaskFilter) {
  tasks(first: $first, last: $last, after: $after, offset: $offset, filter: $filter) {
    nodes { title } pageInfo { endCursor hasNextPage hasPreviousPage } } }`;
const ask = (given: Record<string, unknown>): Promise<Answer> => ann.query(LIST, given);
const titles = async (given: Record<string, unknown>): Promise<string> =>
  data(await ask(given))
    .tasks.nodes.map(({ title }: { title: string | null }) => title ?? '-')
    .join('');

describe('an offset', () => {
  test('passes over as many', async () => {
    expect(await titles({ first: 3 })).toBe('-98');
    expect(await titles({ first: 3, offset: 0 })).toBe('-98');
    expect(await titles({ first: 3, offset: 2 })).toBe('876');
    expect(await titles({ first: 3, offset: 9 })).toBe('10');
    expect(await titles({ first: 3, offset: 10_000 })).toBe('');
  });

  test('counts from a cursor, where there is one', async () => {
    const { endCursor } = data(await ask({ first: 2 })).tasks.pageInfo;
    expect(await titles({ first: 2, after: endCursor, offset: 1 })).toBe('76');
  });

  test('tells what is before and behind its page', async () => {
    const info = async (given: Record<string, unknown>) => data(await ask(given)).tasks.pageInfo;
    expect(await info({ first: 3, offset: 0 })).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(await info({ first: 3, offset: 8 })).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  test.each([
    [{ offset: -1 }, 'offset: must be at least 0'],
    [{ offset: 10_001 }, 'offset: must be at most 10000; continue with after: the endCursor of a page'],
    [{ last: 3, offset: 1 }, 'offset: requires first, not last'],
  ])('%j is refused', async (given, message) => {
    const answer = await ask(given);
    expect([errorCode(answer), answer.errors![0]!.message]).toEqual(['VALIDATION_ERROR', message]);
  });

  test('costs what passing over costs', async () => {
    const costOf = async (offset: number) => {
      const answer = (await ask({ first: 1, offset })) as Answer & {
        extensions: { cost: { requested: number } };
      };
      return answer.extensions.cost.requested;
    };
    expect((await costOf(10_000)) - (await costOf(0))).toBe(1_000);
    const nested = '{ sessions(first: 100) { nodes { tasks(first: 1, offset: 10000) { nodes { id } } } } }';
    expect(errorCode(await ann.query(nested))).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test.each(['agents', 'models', 'templates', 'workflows', 'executions', 'sessions', 'orchestrations'])(
    'is taken by %s, too',
    async (name) => {
      const all = data(await ann.query(`{ ${name}(first: 5) { nodes { id } } }`))[name].nodes;
      const rest = data(await ann.query(`{ ${name}(first: 4, offset: 1) { nodes { id } } }`))[name].nodes;
      expect(rest).toEqual(all.slice(1));
    },
  );

  test('is taken by what a session holds, too', async () => {
    const created = data(await ann.query('mutation { createSession(input: {}) { session { id } } }'));
    const sessionId = created.createSession.session.id;
    for (const title of ['a', 'b', 'c']) await ann.createTask({ title, sessionId });
    const thread = 'mutation ($input: CreateThreadInput!) { createThread(input: $input) { thread { id } } }';
    for (const title of ['a', 'b', 'c']) data(await ann.query(thread, { input: { title, sessionId } }));
    const { session } = data(
      await ann.query(
        `{ session(id: "${sessionId}") { tasks(offset: 1) { nodes { title } }
          threads(first: 1, offset: 1) { nodes { title } } } }`,
      ),
    );
    expect(session.tasks.nodes).toEqual([{ title: 'b' }, { title: 'a' }]);
    expect(session.threads.nodes).toEqual([{ title: 'b' }]);
    data(await ann.query(`mutation { deleteSession(input: { id: "${sessionId}" }) { deletedId } }`));
  });
});

describe('tasks can be asked for', () => {
  test.each([
    [{ statuses: ['PENDING'] }, '210'],
    [{ statuses: ['PENDING', 'QUEUED', 'PENDING'] }, '-9876543210'],
    [{ statuses: [] }, ''],
    [{ types: ['code'] }, '97531'],
    [{ types: ['code', 'design'] }, '9876543210'],
    [{ origins: ['AMAS'] }, '54'],
    [{ origins: ['AMAS', 'GRAPHQL'], having: ['TARGET'] }, '97531'],
    [{ having: ['TYPE', 'TITLE'] }, '9876543210'],
    [{ kinds: ['AGENT', 'TEMPLATE'] }, ''],
    [{ kinds: ['PROMPT'], types: ['design'], origins: ['GRAPHQL'], statuses: ['QUEUED'] }, '86'],
  ])('by %j', async (filter, expected) => {
    expect(await titles({ filter })).toBe(expected);
  });

  test('by 20 types at most', async () => {
    const answer = await ask({ filter: { types: Array.from({ length: 21 }, (_, index) => `t${index}`) } });
    expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([
      'VALIDATION_ERROR',
      'filter.types',
    ]);
  });
});

test.each([
  ['tasks', 'templateName'],
  ['agents', 'type'],
  ['sessions', 'userLabel'],
])('%s are not searched for a %s that no database can hold', async (list, name) => {
  const answer = await ann.query(`{ ${list}(filter: { ${name}: "a\\u0000b" }) { nodes { id } } }`);
  expect(answer.errors?.[0]?.extensions).toMatchObject({
    code: 'VALIDATION_ERROR',
    field: `filter.${name}`,
  });
});

test('a catalog is read whole, by 1,000 models', async () => {
  const document = 'query ($first: Int) { models(first: $first) { nodes { modelId } } }';
  const { nodes } = data(await ann.query(document, { first: 1_000 })).models;
  expect(nodes.length).toBeGreaterThan(0);
  expect(errorCode(await ann.query(document, { first: 1_001 }))).toBe('VALIDATION_ERROR');
});

test('models by their providers', async () => {
  const document = '{ models(first: 1000, filter: { providers: [OPENAI, DEMO] }) { nodes { provider } } }';
  const { nodes } = data(await ann.query(document)).models;
  const providers = new Set(nodes.map(({ provider }: { provider: string }) => provider));
  expect(providers).toEqual(new Set(['OPENAI', 'DEMO']));
});

test('what else has an origin is found by it', async () => {
  const create =
    'mutation { createSession(input: { name: "s" }) { session { origin } } createAgent(input: { name: "a" }) { agent { origin } } createWorkflow(input: { name: "w", steps: [{ key: "a", task: "x" }] }) { workflow { id origin } } }';
  const made = data(await ann.query(create));
  const { workflow } = made.createWorkflow;
  expect([made.createSession.session, made.createAgent.agent, { origin: workflow.origin }]).toEqual(
    Array.from({ length: 3 }, () => ({ origin: 'GRAPHQL' })),
  );
  data(
    await ann.query(
      `mutation { executeWorkflow(input: { workflowId: "${workflow.id}" }) { execution { id } } }`,
    ),
  );
  const counts = async (origin: string) => {
    const filter = `filter: { origins: [${origin}] }`;
    const found = data(
      await ann.query(`{ sessions(${filter}) { nodes { id } } agents(${filter}) { nodes { id } }
        workflows(${filter}) { nodes { id } } executions(${filter}) { nodes { id } } }`),
    );
    return ['sessions', 'agents', 'workflows', 'executions'].map((name) => found[name].nodes.length > 0);
  };
  expect(await counts('GRAPHQL')).toEqual([true, true, true, true]);
  expect(await counts('AMAS')).toEqual([false, false, false, false]);
  const named = async (isNamed: boolean) =>
    data(await ann.query(`{ sessions(filter: { isNamed: ${isNamed} }) { nodes { name } } }`)).sessions.nodes;
  expect(await named(true)).toEqual([{ name: 's' }]);
  expect(await named(false)).toEqual([]);
  const statuses = async (words: string) =>
    data(await ann.query(`{ executions(filter: { statuses: [${words}] }) { nodes { id } } }`)).executions
      .nodes;
  expect(await statuses('QUEUED, RUNNING')).toHaveLength(1);
  expect(await statuses('COMPLETED, FAILED')).toHaveLength(0);
});
