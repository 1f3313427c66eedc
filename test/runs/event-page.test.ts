import { describe, expect, test } from 'vitest';
import { data, errorCode, type TaskEvent } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() => startTestServer());
const ann = fixture(() => server.newUser());

const PAGE = `query ($id: ID!, $first: Int, $after: Int, $types: [EventType!]) {
  run(id: $id) { events(first: $first, after: $after, types: $types) {
    nodes { seq __typename ... on TokensGenerated { text } }
    edges { cursor node { seq } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } } }`;
const ask = (id: string, page: object = {}) => ann.query(PAGE, { id, ...page });
const read = async (id: string, page: object = {}) => data(await ask(id, page)).run.events;
const logged = async (id: string) =>
  (await ann.events(id)).filter(({ __typename: type }) => type !== 'CurrentState');
const seqs = (events: { seq: number }[]) => events.map(({ seq }) => seq);

async function completed(): Promise<{ id: string; log: TaskEvent[] }> {
  const id = await ann.createTask({ prompt: 'Count to five.', model: 'demo' });
  return { id, log: await logged(id) };
}

describe('the log of a run without a subscription', () => {
  test('is the one that subscribers receive, page after page', async () => {
    const { id, log } = await completed();
    const events: { seq: number; text?: string }[] = [];
    for (let after = 0; ; ) {
      const page = await read(id, { first: 3, after });
      expect(page.edges.map(({ cursor }: { cursor: number }) => cursor)).toEqual(seqs(page.nodes));
      expect(page.pageInfo.hasPreviousPage).toBe(after > 0);
      events.push(...page.nodes);
      if (!page.pageInfo.hasNextPage) break;
      after = Number(page.pageInfo.endCursor);
    }
    expect(seqs(events)).toEqual(seqs(log));
    expect(events.map(({ text }) => text ?? '').join('')).toBe((await ann.task(id)).result.output);
  });

  test('can be restricted to types', async () => {
    const { id, log } = await completed();
    const { nodes } = await read(id, { types: ['RUN_CREATED', 'RUN_COMPLETED'] });
    expect(nodes).toEqual([
      { seq: 1, __typename: 'RunCreated' },
      { seq: log.at(-1)!.seq, __typename: 'RunCompleted' },
    ]);
    expect((await read(id, { types: [] })).nodes).toEqual([]);
  });

  test('may be asked for without events', async () => {
    const { id } = await completed();
    expect(await read(id, { first: 0 })).toEqual({
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  test('is read for all runs of a list at once', async () => {
    const bob = await server.newUser();
    const ids = [
      await bob.createTask({ prompt: 'a', hold: true }),
      await bob.createTask({ prompt: 'b', hold: true }),
    ];
    const { tasks } = data(await bob.query('{ tasks { nodes { id events(first: 1) { nodes { seq } } } } }'));
    expect(tasks.nodes).toEqual(ids.toReversed().map((id) => ({ id, events: { nodes: [{ seq: 1 }] } })));
  });

  test.each([
    [{ first: -1 }, 'VALIDATION_ERROR'],
    [{ first: 101 }, 'VALIDATION_ERROR'],
    [{ after: -1 }, 'BAD_CURSOR'],
    [{ after: 100_000 }, 'BAD_CURSOR'],
  ])('refuses %o', async (page, code) => {
    const { id } = await completed();
    expect(errorCode(await ask(id, page))).toBe(code);
  });
});
