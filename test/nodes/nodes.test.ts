import { describe, expect, test, vi } from 'vitest';
import { globalId } from '../../src/rules/ids/global-id.ts';
import { data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());
const bob = fixture(() => server.newUser());

const NODES =
  'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Task { prompt } ... on Session { name } } }';
const read = (ids: string[], client = ann) => client.query(NODES, { ids });
const newTask = (prompt: string, client = ann) => client.createTask({ prompt, hold: true });
const newSession = async (name: string) =>
  data(await ann.query(`mutation { createSession(input: { name: "${name}" }) { session { id } } }`))
    .createSession.session.id;

describe('nodes', () => {
  test('are in the order of their ids, each as often as it is asked for', async () => {
    const [first, second, session] = [await newTask('1'), await newTask('2'), await newSession('s')];
    const { nodes } = data(await read([second, session, first, second]));
    expect(nodes).toEqual([
      { id: second, prompt: '2' },
      { id: session, name: 's' },
      { id: first, prompt: '1' },
      { id: second, prompt: '2' },
    ]);
  });

  test('are null where there is nothing, or where it belongs to somebody else', async () => {
    const [mine, theirs] = [await newTask('mine'), await newTask('theirs', bob)];
    const asSession = globalId('Session', Buffer.from(mine, 'base64url').toString().split(':')[1]!);
    const { nodes } = data(await read([theirs, mine, globalId('Task', 'x'), asSession]));
    expect(nodes).toEqual([null, { id: mine, prompt: 'mine' }, null, null]);
  });

  test.each([[[]], [['', 'nonsense']]])('with %j says which id is none', async (wrong: string[]) => {
    const mine = await newTask('mine');
    const { data: answer, errors = [] } = await read([mine, ...wrong]);
    expect(answer.nodes).toEqual([{ id: mine, prompt: 'mine' }, ...wrong.map(() => null)]);
    expect(errors.map(({ path, message, extensions }) => ({ path, message, code: extensions.code }))).toEqual(
      wrong.map((_, index) => ({
        path: ['nodes', index + 1],
        message: `ids.${index + 1}: is not a global id`,
        code: 'NOT_FOUND',
      })),
    );
  });

  test('are at most 100', async () => {
    const id = await newTask('mine');
    const many = Array.from({ length: 100 }, () => id);
    expect(data(await read(many)).nodes).toHaveLength(100);
    const tooMany = await read([...many, id]);
    expect(errorCode(tooMany)).toBe('VALIDATION_ERROR');
    expect(tooMany.errors?.[0]?.message).toBe('ids: must have at most 100 ids; got 101');
  });

  test('are read with one query for each type', async () => {
    const tasks = await Promise.all(Array.from({ length: 20 }, (_, index) => newTask(`${index}`)));
    const ids = [...tasks, await newSession('a'), await newSession('b')];
    const query = vi.spyOn(server.store.database.pool, 'query');
    data(await read(ids));
    const texts = query.mock.calls.map(([asked]) => JSON.stringify(asked));
    query.mockRestore();
    expect(texts.filter((text) => /from run join task/.test(text))).toHaveLength(1);
    expect(texts.filter((text) => /from \\"session\\"/.test(text))).toHaveLength(1);
  });

  test('cost as much as they are many', async () => {
    const document = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Task { prompt result output } } }';
    const cost = async (count: number) => {
      const ids = Array.from({ length: count }, (_, index) => globalId('Task', `${index}`));
      const answer = await ann.query(document, { ids });
      return (answer as { extensions: { cost: { requested: number } } }).extensions.cost.requested;
    };
    expect(await cost(100)).toBeGreaterThan(50 * (await cost(1)));
  });
});

test('an account is found by its own id, and by nobody else', async () => {
  const { viewer } = data(await ann.query('{ viewer { id } }'));
  const document = `{ node(id: "${viewer.id}") { id } }`;
  expect(data(await ann.query(document)).node).toEqual(viewer);
  expect(errorCode(await bob.query(document))).toBe('NOT_FOUND');
});
