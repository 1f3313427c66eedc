import { beforeAll, describe, expect, test } from 'vitest';
import { data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());
const bob = fixture(() => server.newUser());

const CREATE =
  'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id status model provider } } }';
const create = (input: Record<string, unknown>) => ann.query(CREATE, { input });

async function countRows(): Promise<unknown> {
  const { rows } = await server.store.database.pool.query(`
    select (select count(*) from run) as runs, (select count(*) from task) as tasks,
      (select count(*) from run_event) as events, (select count(*) from graphile_worker.jobs) as jobs`);
  return rows[0];
}

test('a task is queued with its first events and its job', async () => {
  const before = await countRows();
  const { task } = data(await create({ prompt: 'hello' })).createTask;
  expect(task).toMatchObject({ status: 'QUEUED', model: 'demo', provider: 'DEMO' });
  expect(before).toEqual({ runs: '0', tasks: '0', events: '0', jobs: '0' });
  expect(await countRows()).toEqual({ runs: '1', tasks: '1', events: '2', jobs: '1' });
});

const long = 'x'.repeat(1_000_001);
const WRONG: [name: string, input: Record<string, unknown>, code: string, field: string][] = [
  ['no prompt', {}, 'VALIDATION_ERROR', 'input.prompt'],
  ['a null prompt', { prompt: null }, 'VALIDATION_ERROR', 'input.prompt'],
  ['an empty prompt', { prompt: '' }, 'VALIDATION_ERROR', 'input.prompt'],
  ['a blank prompt', { prompt: ' \n ' }, 'VALIDATION_ERROR', 'input.prompt'],
  ['a number for a prompt', { prompt: 5 }, 'VALIDATION_ERROR', 'input.prompt'],
  ['a prompt that is too long', { prompt: long }, 'VALIDATION_ERROR', 'input.prompt'],
  ['U+0000', { prompt: 'a\0b' }, 'VALIDATION_ERROR', 'input.prompt'],
  ['half of a surrogate pair', { prompt: 'a\ud800b' }, 'VALIDATION_ERROR', 'input.prompt'],
  [
    'U+0000 in the system prompt',
    { prompt: 'x', systemPrompt: '\0' },
    'VALIDATION_ERROR',
    'input.systemPrompt',
  ],
  ['an unknown kind', { prompt: 'x', kind: 'MAGIC' }, 'VALIDATION_ERROR', 'input.kind'],
  ['an unknown field', { prompt: 'x', bogus: 1 }, 'VALIDATION_ERROR', 'input.bogus'],
  ['an empty model', { prompt: 'x', model: '' }, 'VALIDATION_ERROR', 'input.model'],
  ['a model with a line break', { prompt: 'x', model: 'a\nb' }, 'VALIDATION_ERROR', 'input.model'],
  ['a model that is too long', { prompt: 'x', model: 'm'.repeat(201) }, 'VALIDATION_ERROR', 'input.model'],
  ['an unknown model', { prompt: 'x', model: 'nonsense' }, 'UNKNOWN_MODEL', 'input.model'],
  ['a provider without a key', { prompt: 'x', model: 'gpt-4o' }, 'PROVIDER_NOT_CONFIGURED', 'input.model'],
  [
    'too hot',
    { prompt: 'x', parameters: { temperature: 2.1 } },
    'VALIDATION_ERROR',
    'input.parameters.temperature',
  ],
  [
    'no tokens',
    { prompt: 'x', parameters: { maxTokens: 0 } },
    'VALIDATION_ERROR',
    'input.parameters.maxTokens',
  ],
  [
    'half a token',
    { prompt: 'x', parameters: { maxTokens: 1.5 } },
    'VALIDATION_ERROR',
    'input.parameters.maxTokens',
  ],
  [
    'too many stops',
    { prompt: 'x', parameters: { stop: ['1', '2', '3', '4', '5'] } },
    'VALIDATION_ERROR',
    'input.parameters.stop',
  ],
  [
    'an empty stop',
    { prompt: 'x', parameters: { stop: ['ok', ''] } },
    'VALIDATION_ERROR',
    'input.parameters.stop.1',
  ],
];

describe('bad input is refused with its field, and leaves nothing behind', () => {
  test.each(WRONG)('%s', async (_name, input, code, field) => {
    const before = await countRows();
    const answer = await create(input);
    expect(errorCode(answer)).toBe(code);
    expect(answer.errors![0]!.extensions.field).toBe(field);
    expect(JSON.stringify(answer)).not.toMatch(/at .*\.(ts|js):\d+/);
    expect(await countRows()).toEqual(before);
  });
});

test('a null is the same as nothing', async () => {
  const nulls = {
    prompt: 'x',
    kind: null,
    systemPrompt: null,
    model: null,
    parameters: { temperature: null, stop: null },
  };
  expect((await create(nulls)).errors).toBeUndefined();
});

test("an unknown id and another user's id look the same", async () => {
  const id = await ann.createTask({ prompt: 'x' });
  const unknown = Buffer.from('Task:01a1fe08-48da-7130-b1e8-42d30fbfd573').toString('base64url');
  const TASK = 'query ($id: ID!) { task(id: $id) { id } node(id: $id) { id } }';
  const CANCEL = 'mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }';
  const answers = await Promise.all([bob.query(TASK, { id }), ann.query(TASK, { id: unknown })]);
  expect(answers[0]!.data).toEqual({ task: null, node: null });
  expect(answers[0]!.errors!.map(({ extensions }) => extensions.code)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  // The order of errors is the order of the fields' ends, which nobody promises.
  for (const { errors } of answers) errors!.sort((a, b) => String(a.path).localeCompare(String(b.path)));
  expect(answers[1]).toEqual(answers[0]);
  expect(errorCode(await bob.query(CANCEL, { id }))).toBe('NOT_FOUND');
  for (const wrong of ['', 'nonsense', 'VXNlcjox', '\u0000', id.slice(0, -3)]) {
    expect(errorCode(await ann.query('query ($id: ID!) { task(id: $id) { id } }', { id: wrong }))).toBe(
      'NOT_FOUND',
    );
  }
  expect(data(await ann.query(TASK, { id })).node.id).toBe(id);
});

const LIST = `query ($first: Int, $last: Int, $after: String, $before: String, $filter: TaskFilter) {
  tasks(first: $first, last: $last, after: $after, before: $before, filter: $filter) {
    nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

const cursorOf = (...content: string[]) => Buffer.from(JSON.stringify(content)).toString('base64url');

describe('the list of tasks', () => {
  let newestFirst: string[];

  const carol = fixture(() => server.newUser());
  beforeAll(async () => {
    const ids: string[] = [];
    for (let index = 0; index < 25; index += 1) ids.push(await carol.createTask({ prompt: `task ${index}` }));
    newestFirst = ids.toReversed();
  });

  const list = async (variables: Record<string, unknown>) => data(await carol.query(LIST, variables)).tasks;
  const idsOf = (page: { nodes: { id: string }[] }) => page.nodes.map(({ id }) => id);

  test('is newest first, twenty by default, and only the viewer’s own', async () => {
    const page = await list({});
    expect(idsOf(page)).toEqual(newestFirst.slice(0, 20));
    expect(page.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(page.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(idsOf(page));
  });

  test.each([1, 7, 24, 25, 100])(
    'walks forward and backward in pages of %i without gap or repeat',
    async (size) => {
      const forward: string[] = [];
      for (let after: string | null = null, more = true; more; ) {
        const page: Awaited<ReturnType<typeof list>> = await list({ first: size, after });
        forward.push(...idsOf(page));
        after = page.pageInfo.endCursor;
        more = page.pageInfo.hasNextPage;
      }
      expect(forward).toEqual(newestFirst);
      const backward: string[] = [];
      for (let before: string | null = null, more = true; more; ) {
        const page: Awaited<ReturnType<typeof list>> = await list({ last: size, before });
        backward.unshift(...idsOf(page));
        before = page.pageInfo.startCursor;
        more = page.pageInfo.hasPreviousPage;
      }
      expect(backward).toEqual(newestFirst);
    },
  );

  test('rows of the very same moment are told apart', async () => {
    await server.store.database.pool.query(
      `update run set created_at = '2026-01-01T00:00:00.123456Z' where owner_id in (select owner_id from run where id = $1)`,
      [Buffer.from(newestFirst[0]!, 'base64url').toString().split(':')[1]],
    );
    const first = await list({ first: 12 });
    const second = await list({ first: 100, after: first.pageInfo.endCursor });
    expect([...idsOf(first), ...idsOf(second)].sort()).toEqual([...newestFirst].sort());
  });

  test('filters by status', async () => {
    await carol.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }', {
      id: newestFirst[3],
    });
    expect(idsOf(await list({ filter: { statuses: ['CANCELLED'] } }))).toEqual([newestFirst[3]]);
    expect(idsOf(await list({ filter: { statuses: ['COMPLETED'] } }))).toEqual([]);
  });

  test.each([
    [{ first: -1 }, 'VALIDATION_ERROR', 'first'],
    [{ first: 101 }, 'VALIDATION_ERROR', 'first'],
    [{ last: -1 }, 'VALIDATION_ERROR', 'last'],
    [{ first: 1, last: 1 }, 'VALIDATION_ERROR', 'last'],
    [{ after: 'nonsense' }, 'BAD_CURSOR', 'after'],
    [{ after: cursorOf('2026-01-01T00:00:00.000000Z', 'a\0b') }, 'BAD_CURSOR', 'after'],
    [{ before: cursorOf('0000-01-01T00:00:00.000000Z', 'a') }, 'BAD_CURSOR', 'before'],
    [{ before: cursorOf('2026-01-01T00:00:00.000000Z') }, 'BAD_CURSOR', 'before'],
    [{ after: cursorOf('2026-13-41T00:00:00.000000Z', 'x') }, 'BAD_CURSOR', 'after'],
  ])('refuses %j', async (variables, code, field) => {
    const answer = await carol.query(LIST, variables);
    expect(errorCode(answer)).toBe(code);
    expect(answer.errors![0]!.extensions.field).toBe(field);
  });
});
