import { expect, test } from 'vitest';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

const SUBSCRIPTION = 'subscription ($id: ID!) { tokens(taskId: $id) }';

/** What a client that follows a task's text receives. */
async function pieces(stream: AsyncIterable<never>): Promise<(string | null)[]> {
  const received: (string | null)[] = [];
  for await (const payload of stream) received.push(data(payload).tokens);
  return received;
}

/** As a client reads it: what follows the last null. */
const textOf = (received: (string | null)[]) => received.slice(received.lastIndexOf(null) + 1).join('');

const ways = [
  ['over a socket', () => (id: string) => ann.subscribe(SUBSCRIPTION, { id })],
  ['as server-sent events', () => (id: string) => ann.subscribeSse(SUBSCRIPTION, { id })],
] as const;

test.each(ways)('text over a restart is recognizable: %s', async (way, follow) => {
  const model = `gpt-4o@fault=cut,times=1,itl=50,at=4,key=${way.replaceAll(' ', '-')}`;
  const id = await ann.createTask({ prompt: 'x', model });
  const received = await pieces(follow()(id) as AsyncIterable<never>);
  expect(received.filter((piece) => piece === null)).toHaveLength(1);
  expect(received[0]).not.toBeNull();
  const { result } = await ann.task(id);
  expect(textOf(received)).toBe(result.output);
});

test('an answer that does not meet its schema is void, too', async () => {
  const model = 'gpt-4o@itl=50,key=schema';
  vendor.scripts.set(model, [{ text: 'It is Bern, I am sure.' }, { text: '{"city":"Bern"}' }]);
  const responseSchema = { type: 'object', required: ['city'] };
  const id = await ann.createTask({ prompt: 'x', model, responseSchema });
  expect(textOf(await pieces(ann.subscribe(SUBSCRIPTION, { id }) as AsyncIterable<never>))).toBe(
    '{"city":"Bern"}',
  );
});

test('without a restart there is no null, nor before the first text', async () => {
  const model = 'gpt-4o@fault=503,times=1,key=refused';
  const id = await ann.createTask({ prompt: 'x', model });
  const received = await pieces(ann.subscribe(SUBSCRIPTION, { id }) as AsyncIterable<never>);
  expect(received).not.toContain(null);
});
