import { expect, test } from 'vitest';
import { data, rebuildText, TASK_EVENTS } from '../harness/client.ts';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import { TIMED } from '../harness/measure/timed.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const deployment = fixture(() => startDeployment({ OPENAI_BASE_URL: `${vendor.url}/v1` }));
const ann = fixture(() => deployment.ann);
const worker = fixture(() => deployment.startWorker());

test('without a bus between them the API follows the worker through Postgres', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=200,itl=10' });
  const arrivals: number[] = [];
  for await (const payload of ann.subscribe(TASK_EVENTS, { id })) {
    if (data(payload).taskEvents.__typename === 'TokensGenerated') arrivals.push(performance.now());
  }
  const gaps = arrivals.slice(1).map((at, index) => at - arrivals[index]!);
  expect(Math.max(...gaps)).toBeLessThan(1000);
  expect(rebuildText(await ann.events(id))).toBe(answerText(200));
});

test('a cancel in one process ends the provider’s stream in the other within a second', TIMED, async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@fault=stall,at=3' });
  for await (const payload of ann.subscribe(TASK_EVENTS, { id })) {
    if (data(payload).taskEvents.__typename === 'TokensGenerated') break;
  }
  const before = vendor.stats().aborted;
  const from = performance.now();
  await ann.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { status } } }', { id });
  await vendor.waitFor(({ aborted }) => aborted === before + 1, 5_000);
  expect(performance.now() - from).toBeLessThan(1_000);
});

test('a worker that is asked to stop hands its runs to the next', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=100,itl=20' });
  for await (const payload of ann.subscribe(TASK_EVENTS, { id })) {
    if (data(payload).taskEvents.__typename === 'TokensGenerated') break;
  }
  expect(await worker.stop()).toBe(0);
  await deployment.startWorker();
  const events = await ann.events(id);
  expect(events.filter(({ __typename }) => __typename === 'AttemptStarted')).toHaveLength(1);
  expect(rebuildText(events)).toBe(answerText(100));
});
