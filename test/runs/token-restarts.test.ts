import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, data } from '../harness/client.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { startVendor, type Vendor } from '../harness/vendor/server.ts';

let vendor: Vendor;
let server: TestServer;
let ann: Client;

beforeAll(async () => {
  vendor = await startVendor();
  server = await startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } });
  ann = await server.newUser();
});
afterAll(async () => {
  await server?.stop();
  await vendor?.stop();
});

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
