import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, data } from '../harness/client.ts';
import { openStage, type Stage } from '../harness/stage.ts';
import { startVendor, type Vendor } from '../harness/vendor/server.ts';

const TURNS = 100;
const MODEL = 'gpt-4o@tokens=2,itl=5';

let vendor: Vendor;
let stage: Stage;
let ann: Client;

beforeAll(async () => {
  vendor = await startVendor();
  stage = await openStage({ OPENAI_BASE_URL: `${vendor.url}/v1`, RATE_LIMIT_FACTOR: '100' });
  ann = stage.ann;
});
afterAll(async () => {
  await stage?.close();
  await vendor?.stop();
});

test('100 turns that are sent at once reach the model in order, each with all before, when a worker is killed', async () => {
  const made = await ann.query('mutation { createThread(input: {}) { thread { id } } }');
  const threadId = data(made).createThread.thread.id;
  const killed = await stage.startWorker();
  await stage.startWorker();
  const turns = Array.from({ length: TURNS }, (_, turn) =>
    ann.createTask({ prompt: `turn ${turn}`, model: MODEL, threadId }),
  );
  await vendor.waitFor(({ total }) => total >= TURNS / 4, 60_000);
  await killed.kill();
  for (const id of await Promise.all(turns)) {
    expect((await ann.events(id)).at(-1)!.__typename).toBe('RunCompleted');
  }
  const asked = vendor.requests.map(({ body }) => promptsOf(body.messages as Message[]));
  // What the killed worker had begun is asked again; else each turn is asked once.
  const distinct = asked.filter((prompts, index) => prompts.at(-1) !== asked[index - 1]?.at(-1));
  expect(distinct).toHaveLength(TURNS);
  const order = distinct.map((prompts) => prompts.at(-1));
  for (const [turn, prompts] of distinct.entries()) expect(prompts).toEqual(order.slice(0, turn + 1));
}, 180_000);

interface Message {
  role: string;
  content: string;
}

function promptsOf(messages: readonly Message[]): string[] {
  return messages.filter(({ role }) => role === 'user').map(({ content }) => content);
}
