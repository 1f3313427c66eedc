import { getNamedType, isCompositeType, isObjectType } from 'graphql';
import { beforeAll, expect, test, vi } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

let id: string;

/** A task with something in every field. */
const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());
beforeAll(async () => {
  const session = 'mutation { createSession(input: {}) { session { id } } }';
  const sessionId = data(await ann.query(session)).createSession.session.id;
  const thread = `mutation { createThread(input: { sessionId: "${sessionId}" }) { thread { id } } }`;
  id = await ann.createTask({
    prompt: 'a prompt',
    title: 'a title',
    description: 'a description',
    target: 'a target',
    context: { a: 'context' },
    taskParameters: { a: 'parameter' },
    systemPrompt: 'a system prompt',
    parameters: { temperature: 1 },
    fallbackModels: ['demo'],
    responseSchema: { type: 'object' },
    threadId: data(await ann.query(thread)).createThread.thread.id,
    sessionId,
    costLimit: 1,
    tags: ['a tag'],
    metadata: { a: 'datum' },
    startAt: new Date(Date.now() + 3_600_000),
    expiresAt: new Date(Date.now() + 7_200_000),
    predict: true,
  });
  await server.store.database.pool.query(`
    with ended as (update run set cancel_reason = 'a reason', status = 'completed', last_seq = 101), reasoned as (
      insert into run_event (month, run_id, seq, attempt, type, data)
      select month, id, 100, 1, 'ModelCallStarted', '{"callId":"a"}'::jsonb from run
    ), thought as (
      insert into run_text (month, run_id, seq, attempt, type, call_id, text)
      select month, id, 101, 1, 'ReasoningGenerated', 'a', 'a thought' from run
    ), used as (
      insert into step (run_id, key, position, status, output)
      select id, 'a', 1, 'completed', '{"resourceUsage":{"modelName":"m"}}' from run
    )
    update task set result =
        '{"output":"an answer","data":{"a":"datum"},"finishReason":"stop","success":true,"summary":"a summary"}',
      error = '{"code":"RUN_FAILED","message":"a fault"}',
      started_at = now(), completed_at = now(), type = 'code', working_directory = '/a',
      agent_id = (select id from agent limit 1), template_name = 'a template', template_version = 1,
      template_parameters = '{"a":"b"}'`);
});

const Task = schema.getType('Task');
if (!isObjectType(Task)) throw new Error('there is no Task');
// Lists have no tasks of executions: test/workflows/tasks-of-executions tries the field that names them.
const { execution: _execution, ...listed } = Task.getFields();
const FIELDS = Object.values(listed).map(({ name, type }) => ({
  name,
  selection: isCompositeType(getNamedType(type)) ? `${name} { __typename }` : name,
}));

test.each(FIELDS)('$name is in a list what it is of its task', async ({ name, selection }) => {
  const { task } = data(await ann.query(`query ($id: ID!) { task(id: $id) { ${selection} } }`, { id }));
  expect(task[name]).not.toBeNull();
  expect(data(await ann.query(`{ tasks { nodes { ${selection} } } }`)).tasks.nodes).toEqual([task]);
  const renamed = await ann.query(
    `{ tasks { edges { node { ...Listed } } } } fragment Listed on Task { ... on Task { renamed: ${selection} } }`,
  );
  expect(data(renamed).tasks.edges).toEqual([{ node: { renamed: task[name] } }]);
});

test('what is long is read for those who ask for it', async () => {
  const read = vi.spyOn(server.store.database.pool, 'query');
  const listed = async (selection: string) => {
    read.mockClear();
    data(await ann.query(`{ tasks { ${selection} } }`));
    const names = read.mock.calls.map(([query]) => (query as { name?: string }).name ?? '');
    const index = names.findIndex((name) => name.startsWith('list-tasks'));
    const { rows } = (await read.mock.results[index]!.value) as unknown as { rows: object[] };
    return rows;
  };
  const nothing = {
    prompt: null,
    description: null,
    context: null,
    taskParameters: null,
    system: null,
    result: null,
    responseSchema: null,
    orderText: null,
  };
  expect(await listed('nodes { id status }')).toMatchObject([nothing]);
  expect(await listed('nodes { id prompt }')).toMatchObject([{ ...nothing, prompt: 'a prompt' }]);
  const result = { output: 'an answer' };
  expect(await listed('edges { node { result } }')).toMatchObject([{ ...nothing, result }]);
  const orderText = expect.stringMatching(/\.\d{6}Z$/);
  expect(await listed('pageInfo { endCursor }')).toMatchObject([{ ...nothing, orderText }]);
  read.mockRestore();
});

test('the longest page knows of the row behind it', async () => {
  const bob = await server.newUser();
  await Promise.all(Array.from({ length: 101 }, (_, index) => bob.createTask({ prompt: `task ${index}` })));
  const LIST =
    'query ($first: Int, $last: Int) { tasks(first: $first, last: $last) { nodes { id } pageInfo { hasNextPage hasPreviousPage } } }';
  const first = data(await bob.query(LIST, { first: 100 })).tasks;
  const last = data(await bob.query(LIST, { last: 100 })).tasks;
  expect([first.nodes.length, first.pageInfo]).toEqual([100, { hasNextPage: true, hasPreviousPage: false }]);
  expect([last.nodes.length, last.pageInfo]).toEqual([100, { hasNextPage: false, hasPreviousPage: true }]);
});
