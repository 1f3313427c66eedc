import { expect, test } from 'vitest';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(startTestServer);

const EVENTS = `query ($id: ID!, $after: Int) { task(id: $id) { output events(first: 70, after: $after) {
  nodes { seq at __typename ... on TokensGenerated { text } } } } }`;
const FOLLOW = `subscription ($id: ID!, $after: Int) { taskEvents(taskId: $id, after: $after) {
  seq at __typename ... on TokensGenerated { text } } }`;

test('given a task that has ended, when a worker has joined its text, then clients see the same events, from anywhere', async () => {
  const ann = await server.newUser();
  const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=120,itl=4' });
  const follow = async (after: number) => {
    const events: { seq: number }[] = [];
    for await (const answer of ann.subscribe(FOLLOW, { id, after })) events.push(data(answer).taskEvents);
    return events.filter(({ seq }) => seq > 0);
  };
  const live = await follow(0);
  const runId = Buffer.from(id, 'base64url').toString().split(':')[1];
  const countRows = async () => {
    const { rows } = await server.store.database.pool.query(
      'select count(*)::int as rows, max(last_seq) as last from run_text where run_id = $1',
      [runId],
    );
    return rows[0];
  };
  const texts = live.filter((event) => 'text' in event).length;
  expect(texts).toBeGreaterThan(40);
  await expect.poll(async () => (await countRows()).last, { timeout: 20_000 }).not.toBeNull();
  expect((await countRows()).rows).toBe(1);
  expect(await follow(0)).toEqual(live);
  const somewhere = live[30]!.seq;
  expect(await follow(somewhere)).toEqual(live.slice(31));
  const pages = async (after: number): Promise<{ seq: number }[]> => {
    const { nodes } = data(await ann.query(EVENTS, { id, after })).task.events;
    return nodes.length === 0 ? [] : [...nodes, ...(await pages(nodes.at(-1).seq))];
  };
  expect(await pages(0)).toEqual(live);
  const { task } = data(await ann.query(EVENTS, { id }));
  expect(live.map((event) => ('text' in event ? event.text : '')).join('')).toContain(task.output.trim());
});
