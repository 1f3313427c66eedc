import { expect, test } from 'vitest';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

const server = fixture(startTestServer);
const ann = fixture(() => server.newUser());

async function follow(document: string, variables: Record<string, unknown>): Promise<object[]> {
  const payloads: object[] = [];
  for await (const payload of ann.subscribe(document, variables)) payloads.push(data(payload));
  return payloads;
}

test('subscribers of one event each get what they asked for, however many asked for the same', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=30,itl=10' });
  const SELECTIVE = `subscription Selective($id: ID!, $withText: Boolean!) {
    taskEvents(taskId: $id) { seq ... on TokensGenerated @include(if: $withText) { text } } }`;
  const [withText, again, without, plain] = await Promise.all([
    follow(SELECTIVE, { id, withText: true }),
    follow(SELECTIVE, { id, withText: true }),
    follow(SELECTIVE, { id, withText: false }),
    follow('subscription ($id: ID!) { taskEvents(taskId: $id) { seq attempt } }', { id }),
  ]);
  expect(withText).toEqual(again);
  expect(withText!.map((payload) => JSON.stringify(payload)).join()).toMatch(/"text":"[^"]*word30 "/);
  expect(JSON.stringify(without)).not.toContain('text');
  expect(plain!.map((payload) => Object.keys((payload as { taskEvents: object }).taskEvents))).toEqual(
    plain!.map(() => ['seq', 'attempt']),
  );
  expect(without!.length).toBe(withText!.length);
});
