import { expect, test } from 'vitest';
import { readTurns } from '../../src/store/threads/read-turns.ts';
import { type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

/** The id in the database. */
const localOf = (id: string): string => Buffer.from(id, 'base64url').toString().split(':')[1]!;

async function newThread(client: Client): Promise<string> {
  const answer = await client.query(
    'mutation { createThread(input: { title: "Talk" }) { thread { id title } } }',
  );
  expect(data(answer).createThread.thread.title).toBe('Talk');
  return data(answer).createThread.thread.id;
}

test('a task in a thread is sent the completed turns before it', async () => {
  const threadId = await newThread(ann);
  const ask = async (prompt: string, model = 'gpt-4o@tokens=3') => {
    const id = await ann.createTask({ prompt, model, systemPrompt: 'Be brief.', threadId });
    await ann.events(id);
    return id;
  };
  const ids = [await ask('one'), await ask('lost', 'gpt-4o@fault=401'), await ask('two'), await ask('three')];
  expect(vendor.requests.at(-1)!.body.messages).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'one' },
    { role: 'assistant', content: answerText(3) },
    { role: 'user', content: 'two' },
    { role: 'assistant', content: answerText(3) },
    { role: 'user', content: 'three' },
  ]);
  const listed = await ann.query(
    'query ($threadId: ID!) { tasks(filter: { threadId: $threadId }) { nodes { id threadId } } }',
    { threadId },
  );
  expect(data(listed).tasks.nodes).toEqual(ids.toReversed().map((id) => ({ id, threadId })));
});

test('a thread is its owner’s', async () => {
  const threadId = await newThread(await server.newUser());
  const answer = await ann.query(
    'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }',
    { input: { prompt: 'x', threadId } },
  );
  expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual(['NOT_FOUND', 'input.threadId']);
  expect(errorCode(await ann.query('query ($id: ID!) { thread(id: $id) { id } }', { id: threadId }))).toBe(
    'NOT_FOUND',
  );
});

test('threads are listed newest first: all of a user, or those of a session', async () => {
  const bea = await server.newUser();
  const made = await bea.query('mutation { createSession(input: {}) { session { id } } }');
  const sessionId = data(made).createSession.session.id;
  const make = async (title: string, home: object = {}) =>
    data(
      await bea.query(
        'mutation ($input: CreateThreadInput!) { createThread(input: $input) { thread { id } } }',
        { input: { title, ...home } },
      ),
    );
  await make('alone');
  for (const title of ['a', 'b', 'c']) await make(title, { sessionId });
  const list = async (given: string) =>
    data(await bea.query(`{ threads(${given}) { nodes { title } pageInfo { hasNextPage } } }`)).threads;
  const ofSession = `filter: { sessionId: "${sessionId}" }`;
  const titles = async (given: string) =>
    (await list(given)).nodes.map(({ title }: { title: string }) => title);
  expect(await titles('first: 10')).toEqual(['c', 'b', 'a', 'alone']);
  expect(await titles(ofSession)).toEqual(['c', 'b', 'a']);
  expect(await titles(`last: 2, ${ofSession}`)).toEqual(['b', 'a']);
  expect(await titles(`first: 1, offset: 1, ${ofSession}`)).toEqual(['b']);
  expect((await list(`first: 2, ${ofSession}`)).pageInfo.hasNextPage).toBe(true);
  const wrong = await bea.query(`{ threads(filter: { sessionId: "x" }) { nodes { id } } }`);
  expect(wrong.errors![0]!.extensions).toMatchObject({ field: 'filter.sessionId' });
});

test('sessions are not looked for by a label that nothing can have', async () => {
  for (const userLabel of ['a\u0000b', 'x'.repeat(201)]) {
    const answer = await ann.query(
      'query ($userLabel: String) { sessions(filter: { userLabel: $userLabel }) { nodes { id } } }',
      { userLabel },
    );
    expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([
      'VALIDATION_ERROR',
      'filter.userLabel',
    ]);
  }
});

test('a thread that is longer than the known window of its model is sent with a summary of its older turns', async () => {
  const input = { provider: 'OPENAI', modelId: 'narrow', isBuiltIn: true, contextWindow: 6_000 };
  const create = 'mutation ($input: CreateModelInput!) { createModel(input: $input) { model { id } } }';
  data(await ann.query(create, { input }));
  const threadId = await newThread(ann);
  for (const nth of [1, 2, 3, 4, 5]) {
    const prompt = `${nth} ${'word '.repeat(1_500)}`;
    await ann.events(await ann.createTask({ prompt, model: 'gpt-4o@tokens=3', threadId }));
  }
  const id = await ann.createTask({ prompt: 'last', model: 'narrow', threadId });
  const events = await ann.events(id);
  expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted' });
  expect(events.some(({ __typename }) => __typename === 'ContextCompacted')).toBe(true);
  const sent = vendor.requests.at(-1)!.body.messages as { content: string }[];
  expect(sent.map(({ content }) => content.slice(0, 4))).toEqual([
    'The ',
    '4 wo',
    answerText(3).slice(0, 4),
    '5 wo',
    answerText(3).slice(0, 4),
    'last',
  ]);
});

test('of turns with more text than any model takes, the last 8 MB are read', async () => {
  const threadId = await newThread(ann);
  const ids: string[] = [];
  for (const prompt of ['1', '2', '3', '4', '5']) {
    const id = await ann.createTask({ prompt, model: 'demo@tokens=1,itl=0', threadId });
    await ann.events(id);
    ids.push(localOf(id));
  }
  const { database } = server.store;
  const [, second, third, , last] = ids;
  const read = async () => {
    const turns = await readTurns(database, localOf(threadId), last!, 101);
    return turns.map(({ prompt, found }) => [prompt[0], prompt.length, found]);
  };
  const long = 'update task set prompt = prompt || repeat($2, $3) where id = $1';
  await database.pool.query(long, [third, 'x', 7_999_900]);
  expect(await read()).toEqual([
    ['1', 1, 4],
    ['2', 1, 4],
    ['3', 7_999_901, 4],
    ['4', 1, 4],
  ]);
  await database.pool.query(long, [second, 'x', 5_000_000]);
  expect(await read()).toEqual([
    ['2', 5_000_001, 4],
    ['3', 7_999_901, 4],
    ['4', 1, 4],
  ]);
  await database.pool.query(long, [third, 'x', 1_000]);
  expect(await read()).toEqual([
    ['3', 8_000_901, 4],
    ['4', 1, 4],
  ]);
});

test('the window that an account gives a model of its own does not cut the threads of others', async () => {
  const bea = await server.newUser();
  const input = { provider: 'OPENAI', modelId: 'shared', contextWindow: 300 };
  const create = 'mutation ($input: CreateModelInput!) { createModel(input: $input) { model { id } } }';
  data(await bea.query(create, { input }));
  expect(
    errorCode(await bea.query(create, { input: { ...input, modelId: 'slow', firstTokenSeconds: 1 } })),
  ).toBe('FORBIDDEN');
  const threadId = await newThread(ann);
  const events = [];
  for (const prompt of ['word '.repeat(3_000), 'last']) {
    events.push(...(await ann.events(await ann.createTask({ prompt, model: 'openai/shared', threadId }))));
  }
  const types = events.map(({ __typename: type }) => type);
  expect(types.filter((type) => type === 'RunCompleted')).toHaveLength(2);
  expect(types).not.toContain('ThreadTruncated');
});
