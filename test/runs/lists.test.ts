import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type Answer, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { start } from '../orchestrations/orchestra.ts';
import { createWorkflow, execute } from '../workflows/workflows.ts';

/** Six tasks, three executions with steps, and three orchestrations, in turns; the first tasks are turns of a thread. */
const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());
const bob = fixture(() => server.newUser());
const ids: string[] = [];
let sessionId: string;
let threadId: string;
let agentId: string;

beforeAll(async () => {
  const made = data(await ann.query('mutation { createSession(input: {}) { session { id } } }'));
  sessionId = made.createSession.session.id;
  const thread = `mutation { createThread(input: { sessionId: "${sessionId}" }) { thread { id } } }`;
  threadId = data(await ann.query(thread)).createThread.thread.id;
  agentId = data(await ann.query('{ agents(first: 1) { nodes { id } } }')).agents.nodes[0].id;
  const workflowId = await createWorkflow(ann, [{ key: 'a', task: 'x' }]);
  for (let round = 0; round < 3; round += 1) {
    ids.push(
      await ann.createTask({ prompt: `Round ${round}: boil the tea.`, threadId, tags: ['a', `${round}`] }),
    );
    ids.push(await ann.createTask({ title: 'Coffee', prompt: 'grind', agentId, type: 'kitchen' }));
    ids.push(await execute(ann, workflowId));
    ids.push(
      await start(ann, { prompt: `tea or coffee ${round}`, preferredModels: ['demo'], domain: 'kitchen' }),
    );
  }
  await bob.createTask({ prompt: 'tea' });
  const { pool } = server.store.database;
  // Equal values, so that ids decide, and values that a Date or a float cannot represent.
  await pool.query(`
    update run set priority = 4 + length(id) % 2 + (extract(microseconds from created_at)::int % 3),
      updated_at = created_at - (priority % 2) * interval '1.000001 s',
      ended_at = case when extract(microseconds from created_at)::int % 4 > 0 then date_trunc('second', created_at) end,
      known_cost = (extract(microseconds from created_at)::int % 3) * 0.000000000001`);
});

const RUNS = `query ($first: Int, $last: Int, $after: String, $before: String, $orderBy: RunOrder, $filter: RunFilter) {
  runs(first: $first, last: $last, after: $after, before: $before, orderBy: $orderBy, filter: $filter) {
    edges { cursor node { __typename id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount isTotalCountExact } }`;
const page = async (given: Record<string, unknown>) => data(await ann.query(RUNS, given)).runs;
const idsOf = ({ nodes }: { nodes: { id: string }[] }) => nodes.map(({ id }) => id);

const COLUMNS = {
  CREATED_AT: 'created_at',
  UPDATED_AT: 'updated_at',
  ENDED_AT: `coalesce(ended_at, 'infinity')`,
  PRIORITY: 'priority',
  COST: 'known_cost',
};
const ORDERS = Object.keys(COLUMNS).flatMap((field) =>
  ['ASC', 'DESC'].map((direction) => ({ field, direction })),
);

describe.each(ORDERS)('by $field $direction', (orderBy) => {
  const { field, direction } = orderBy;

  const expected = async () => {
    const { rows } = await server.store.database.pool.query(
      `select id from run where owner_id <> (select owner_id from run order by created_at desc limit 1) and parent_id is null
       order by ${COLUMNS[field as keyof typeof COLUMNS]} ${direction}, id ${direction}`,
    );
    const local = new Map(ids.map((id) => [Buffer.from(id, 'base64url').toString().split(':')[1], id]));
    return rows.map(({ id }) => local.get(id));
  };

  test('runs of all kinds are in one order', async () => {
    expect(idsOf(await page({ first: 100, orderBy }))).toEqual(await expected());
  });

  test('pages from either end have every run once', async () => {
    const [down, up]: string[][] = [[], []];
    for (let after: string | null = null, more = true; more; ) {
      const { nodes, edges, pageInfo } = await page({ first: 5, after, orderBy });
      expect(edges.at(-1).cursor).toBe(pageInfo.endCursor);
      down!.push(...idsOf({ nodes }));
      [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
    }
    for (let before: string | null = null, more = true; more; ) {
      const { nodes, pageInfo } = await page({ last: 5, before, orderBy });
      up!.unshift(...idsOf({ nodes }));
      [before, more] = [pageInfo.startCursor, pageInfo.hasPreviousPage];
    }
    expect([down, up]).toEqual([await expected(), await expected()]);
  });

  test('each kind is in the same order', async () => {
    for (const kind of ['tasks', 'executions', 'orchestrations']) {
      const document = `query ($orderBy: RunOrder, $after: String) {
        ${kind}(first: 2, after: $after, orderBy: $orderBy) { nodes { __typename id } pageInfo { endCursor } } }`;
      const first = data(await ann.query(document, { orderBy }))[kind];
      const { endCursor } = first.pageInfo;
      const second = data(await ann.query(document, { orderBy, after: endCursor }))[kind];
      const all = await page({ first: 100, orderBy });
      const type = first.nodes[0].__typename;
      const ofKind = all.edges.filter(({ node }: Answer['data']) => node.__typename === type);
      const wanted = ofKind.map(({ node }: Answer['data']) => node.id).slice(0, 4);
      expect([...idsOf(first), ...idsOf(second)]).toEqual(wanted);
    }
  });
});

test('a cursor of another order is none of this list', async () => {
  const { pageInfo } = await page({ first: 2, orderBy: { field: 'PRIORITY' } });
  const cursor = pageInfo.endCursor;
  for (const orderBy of [undefined, { field: 'COST' }, { field: 'ENDED_AT' }]) {
    const answer = await ann.query(RUNS, { after: cursor, ...(orderBy && { orderBy }) });
    expect([errorCode(answer), answer.errors![0]!.message]).toEqual([
      'BAD_CURSOR',
      'after: is not a cursor of this list',
    ]);
  }
  const forged = (content: unknown[]) => Buffer.from(JSON.stringify(content)).toString('base64url');
  for (const content of [
    ['x', 'y', 'priority'],
    ['5', '\0', 'priority'],
    ['99999999999', 'y', 'priority'],
  ]) {
    const answer = await ann.query(RUNS, { after: forged(content), orderBy: { field: 'PRIORITY' } });
    expect(errorCode(answer)).toBe('BAD_CURSOR');
  }
});

describe('the total', () => {
  test('is that of the filter, whatever the page', async () => {
    expect(await page({ first: 5 })).toMatchObject({ totalCount: 12, isTotalCountExact: true });
    expect(await page({ first: 1, filter: { kinds: ['TASK'], tags: ['a'] } })).toMatchObject({
      totalCount: 3,
    });
    expect(await page({ filter: { kinds: [] } })).toMatchObject({ totalCount: 0, edges: [] });
  });

  test('is read without a page by first: 0', async () => {
    expect(await page({ first: 0 })).toMatchObject({ totalCount: 12, edges: [], nodes: [] });
    const info = data(
      await ann.query('{ agents(first: 0) { totalCount nodes { id } pageInfo { endCursor } } }'),
    );
    expect(info.agents).toMatchObject({
      totalCount: expect.any(Number),
      nodes: [],
      pageInfo: { endCursor: null },
    });
    expect(errorCode(await ann.query(RUNS, { first: -1 }))).toBe('VALIDATION_ERROR');
    expect(errorCode(await ann.query(RUNS, { last: 0 }))).toBe('VALIDATION_ERROR');
    expect(errorCode(await ann.query(RUNS, { first: 0, last: 1 }))).toBe('VALIDATION_ERROR');
  });

  test('is of every list', async () => {
    const lists = [
      'tasks',
      'executions',
      'orchestrations',
      'sessions',
      'threads',
      'agents',
      'models',
      'templates',
    ];
    const more = ['workflows', 'integrations', 'apiKeys'];
    const asked = [...lists, ...more].map((name) => `${name}(first: 2) { totalCount isTotalCountExact }`);
    const found = data(await ann.query(`{ ${asked.join(' ')} }`));
    const total = (totalCount: unknown) => ({ totalCount, isTotalCountExact: true });
    expect(found).toMatchObject({ tasks: total(6), executions: total(3), orchestrations: total(3) });
    expect(found).toMatchObject({
      sessions: total(1),
      threads: total(1),
      workflows: total(1),
      apiKeys: total(0),
    });
    expect(found.models.totalCount).toBeGreaterThan(2);
  });

  test('beyond 10,000 is exact for all runs, and said not to be for others', async () => {
    const carl = await server.newUser();
    await carl.createTask({ prompt: 'x' });
    const { pool } = server.store.database;
    const owner = '(select owner_id from run order by created_at desc limit 1)';
    const fill = async (from: number, to: number) => {
      await pool.query(`insert into run (id, kind, owner_id, origin, status)
        select 'many' || i, 'task', ${owner}, 'graphql', 'completed' from generate_series(${from}, ${to}) as i`);
      await pool.query(`insert into task (id, kind, prompt)
        select id, 'prompt', 'x' from run where id like 'many%' on conflict do nothing`);
    };
    const total = async (filter = '') => {
      const fields = `(first: 0 ${filter}) { totalCount isTotalCountExact }`;
      return data(await carl.query(`{ runs${fields} tasks${fields} }`));
    };
    await fill(1, 9_999);
    const searched = 'filter: { origins: [GRAPHQL] }';
    const exact = { totalCount: 10_000, isTotalCountExact: true };
    expect(await total()).toEqual({ runs: exact, tasks: exact });
    expect(await total(searched)).toEqual({ runs: exact, tasks: exact });
    await fill(10_000, 10_000);
    const many = { totalCount: 10_000, isTotalCountExact: false };
    expect(await total(searched)).toEqual({ runs: many, tasks: many });
    const all = { totalCount: 10_001, isTotalCountExact: true };
    expect(await total()).toEqual({ runs: all, tasks: all });
  });
});

const kindsIn = async (filter: object) =>
  (await page({ first: 100, filter })).edges
    .map(({ node }: Answer['data']) => node.__typename[0])
    .sort()
    .join('');

describe('runs can be asked for', () => {
  test.each([
    [{ kinds: ['EXECUTION', 'ORCHESTRATION'] }, 'EEEOOO'],
    [{ statuses: ['QUEUED'] }, 'EEEOOOTTTTTT'],
    [{ statuses: ['RUNNING'] }, ''],
    [{ types: ['kitchen'] }, 'OOOTTT'],
    [{ tags: ['a'] }, 'TTT'],
    [{ tags: ['a', '1'] }, 'T'],
    [{ tags: ['1', '2'] }, ''],
    [{ text: 'TEA' }, 'OOOTTT'],
    [{ text: 'coffee tea' }, 'OOO'],
    [{ text: 'te' }, ''],
    [{ text: 'boil round' }, 'TTT'],
    [{ text: '!' }, ''],
    [{ errorCodes: ['INTERNAL_ERROR'] }, ''],
    [{ origins: ['GRAPHQL'], createdAt: { from: '2020-01-01T00:00:00Z' } }, 'EEEOOOTTTTTT'],
    [{ createdAt: { to: '2020-01-01T00:00:00Z' } }, ''],
    [{ createdAt: {} }, 'EEEOOOTTTTTT'],
    [{ models: ['demo/demo'], kinds: ['TASK'] }, 'TTTTTT'],
    [{ models: ['openai/demo'] }, ''],
  ])('by %j', async (filter, expected) => {
    expect(await kindsIn(filter)).toBe(expected);
  });

  test('by session, thread and agent', async () => {
    expect(await kindsIn({ sessionId })).toBe('TTT');
    expect(await kindsIn({ threadId })).toBe('TTT');
    expect(await kindsIn({ agentIds: [agentId] })).toBe('TTT');
    expect(await kindsIn({ agentIds: [] })).toBe('');
    expect(errorCode(await ann.query(RUNS, { filter: { agentIds: [sessionId] } }))).toBe('NOT_FOUND');
  });

  test.each([
    [{ tags: Array.from({ length: 21 }, () => 'a') }, 'filter.tags: must have at most 20 tags'],
    [{ models: Array.from({ length: 21 }, () => 'a') }, 'filter.models: must have at most 20 models'],
    [{ text: '' }, 'filter.text: must not be empty'],
    [{ text: 'a'.repeat(201) }, 'filter.text: must have at most 200 characters'],
  ])('not by what is refused: case %#', async (filter, message) => {
    expect((await ann.query(RUNS, { filter })).errors![0]!.message).toBe(message);
  });

  test('by what few have, given more newer runs than are read in their order', async () => {
    const carl = await server.newUser();
    const oldest = await carl.createTask({ prompt: 'needle', tags: ['rare'], priority: 9 });
    await server.store.database.pool.query(`
      with made as (
        insert into run (id, kind, owner_id, origin, status, created_at)
        select 'hay' || i, 'task', (select owner_id from run join task using (id) where prompt = 'needle'), 'graphql',
          'completed', now() + i * interval '2 minutes' from generate_series(1, 10500) as i returning id)
      insert into task (id, kind, prompt) select id, 'prompt', 'hay' from made`);
    const found = async (filter: object, more: object = {}) =>
      data(await carl.query(RUNS, { filter, ...more })).runs;
    const one = { totalCount: 1, nodes: [{ id: oldest }] };
    for (const filter of [
      { text: 'needle' },
      { text: 'needle', tags: ['rare'], statuses: ['QUEUED', 'COMPLETED'] },
      { tags: ['rare'], createdAt: { to: '2100-01-01T00:00:00Z' } },
      { statuses: ['QUEUED'] },
      { statuses: ['QUEUED', 'FAILED'], text: 'needle' },
    ]) {
      expect(await found(filter)).toMatchObject(one);
      for (const field of ['CREATED_AT', 'COST', 'PRIORITY'])
        for (const direction of ['ASC', 'DESC'])
          expect(await found(filter, { orderBy: { field, direction } })).toMatchObject(one);
    }
    expect(await found({ text: 'needle', statuses: ['FAILED'] })).toMatchObject({ totalCount: 0, nodes: [] });
    expect(await found({ text: 'hay' })).toMatchObject({ totalCount: 10_000, isTotalCountExact: false });
    await carl.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }', {
      id: oldest,
    });
    expect(await found({ text: 'needle', statuses: ['CANCELLED'] })).toMatchObject(one);
    expect(await found({ text: 'needle', statuses: ['QUEUED'] })).toMatchObject({ totalCount: 0 });
  });

  test('by the words in code, paths and addresses', async () => {
    const carl = await server.newUser();
    await carl.createTask({
      prompt:
        "Use List<Customer> in src/app/login.ts and snake_case; mail ann@example.com: it's 1.5 times <!-- hidden -->",
    });
    const count = async (text: string) => data(await carl.query(RUNS, { filter: { text } })).runs.totalCount;
    const words = [
      'customer',
      'login',
      'App login.ts',
      'src/app',
      'snake',
      'example.com',
      'ann',
      'hidden',
      '1.5',
    ];
    for (const text of words) expect([text, await count(text)]).toEqual([text, 1]);
    expect(await count('custom')).toBe(0);
  });

  test('by the words of a prompt that is longer than a document of words may be', async () => {
    const prompt = Array.from({ length: 120_000 }, (_, index) => `w${index}`).join(' ');
    const carl = await server.newUser();
    await carl.createTask({ prompt });
    const count = async (text: string) => data(await carl.query(RUNS, { filter: { text } })).runs.totalCount;
    expect([await count('w77'), await count('w119999')]).toEqual([1, 0]);
  });
});

test('a session and a thread have the same list of tasks', async () => {
  const document = `query ($filter: TaskFilter, $orderBy: RunOrder, $after: String) {
    sessions { nodes { tasks(first: 2, filter: $filter, orderBy: $orderBy, after: $after) { ...Page } } }
    threads { nodes { tasks(first: 2, filter: $filter, orderBy: $orderBy, after: $after) { ...Page } } } }
    fragment Page on TaskConnection { totalCount nodes { id prompt } pageInfo { endCursor } }`;
  const lists = async (given: object) => {
    const { sessions, threads } = data(await ann.query(document, given as Record<string, unknown>));
    expect(sessions.nodes[0].tasks).toEqual(threads.nodes[0].tasks);
    return threads.nodes[0].tasks;
  };
  const prompts = ({ nodes }: Answer['data']) =>
    nodes.map((node: { prompt: string }) => node.prompt[6]).join('');
  const newest = await lists({});
  expect([prompts(newest), newest.totalCount]).toEqual(['21', 3]);
  expect(prompts(await lists({ after: newest.pageInfo.endCursor }))).toBe('0');
  expect(prompts(await lists({ orderBy: { field: 'CREATED_AT', direction: 'ASC' } }))).toBe('01');
  expect(prompts(await lists({ filter: { tags: ['1'] } }))).toBe('1');
  expect((await lists({ filter: { statuses: ['FAILED'] } })).totalCount).toBe(0);
  expect((await lists({ filter: { executionId: ids[2] } })).totalCount).toBe(0);
});

test('one statement reads the tasks of all threads of a page', async () => {
  for (let number = 0; number < 3; number += 1) {
    data(await ann.query('mutation { createThread(input: {}) { thread { id } } }'));
  }
  const document = '{ threads { nodes { tasks { totalCount nodes { id } } } } }';
  const spy = vi.spyOn(server.store.database.pool, 'query');
  const { nodes } = data(await ann.query(document)).threads;
  const statements = spy.mock.calls.map(([query]) => (query as unknown as { text: string }).text);
  spy.mockRestore();
  expect(nodes.map(({ tasks }: Answer['data']) => tasks.totalCount)).toEqual([0, 0, 0, 3]);
  // Their pages, and their totals.
  expect(statements.filter((text) => text?.includes('wanted.id'))).toHaveLength(2);
});

test('the lists and objects of issue 16 are answered', async () => {
  const running = `query { runs(first: 20, filter: { statuses: [RUNNING] }, orderBy: { field: CREATED_AT, direction: DESC }) { totalCount nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }`;
  expect(data(await ann.query(running)).runs).toEqual({
    totalCount: 0,
    nodes: [],
    edges: [],
    pageInfo: { hasNextPage: false, endCursor: null },
  });
  const run = `query ($id: ID!) { run(id: $id) { __typename id status endedAt events(first: 50, after: 0) { nodes { seq __typename } } } }`;
  expect(data(await ann.query(run, { id: ids[3] })).run).toMatchObject({
    __typename: 'Orchestration',
    id: ids[3],
  });
  const task = `query ($id: ID!) { task(id: $id) { output data finishReason success endedAt thread { id tasks(first: 3) { nodes { id } } } } }`;
  const { thread } = data(await ann.query(task, { id: ids[0] })).task;
  expect(thread).toEqual({
    id: threadId,
    tasks: { nodes: [{ id: ids[8] }, { id: ids[4] }, { id: ids[0] }] },
  });
});
