import { expect, test } from 'vitest';
import { data } from '../harness/client.ts';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import { startVendor } from '../harness/vendor/server.ts';

const TURNS = 100;
const MODEL = 'gpt-4o@tokens=2,itl=5';

const vendor = fixture(startVendor);
const deployment = fixture(() =>
  startDeployment({ OPENAI_BASE_URL: `${vendor.url}/v1`, RATE_LIMIT_FACTOR: '100' }),
);
const ann = fixture(() => deployment.ann);

test('100 turns that are sent at once reach the model in order, each with all before, when a worker is killed', async () => {
  const made = await ann.query('mutation { createThread(input: {}) { thread { id } } }');
  const threadId = data(made).createThread.thread.id;
  const killed = await deployment.startWorker();
  await deployment.startWorker();
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
