import { createClient as createRedisClient } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rebuildText } from '../harness/client.ts';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import { TIMED } from '../harness/measure/timed.ts';
import { arrivals, longestGap, type Redis, startRedis } from '../harness/redis.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';

let redis: Redis;

const vendor = fixture(startVendor);
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis?.kill());
const deployment = fixture(() =>
  startDeployment({ REDIS_URL: redis.url, OPENAI_BASE_URL: `${vendor.url}/v1` }),
);
const ann = fixture(() => deployment.ann);
beforeAll(async () => {
  await deployment.startWorker();
});

const MODEL = 'gpt-4o@tokens=150,itl=20';

test('tokens go from the worker to a subscriber of the API as they come', async () => {
  const id = await ann.createTask({ prompt: 'x', model: MODEL });
  const times = await arrivals(ann, id);
  expect(times.length).toBeGreaterThan(100);
  expect(longestGap(times)).toBeLessThan(400);
});

/** @returns how long the vendor streams on, in milliseconds. */
async function cancelStream(): Promise<number> {
  const before = vendor.stats();
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@fault=stall,at=3' });
  const following = arrivals(ann, id);
  await vendor.waitFor(({ deltas }) => deltas >= before.deltas + 3, 5_000);
  const from = performance.now();
  await ann.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { status } } }', { id });
  await vendor.waitFor(({ aborted }) => aborted === before.aborted + 1, 5_000);
  const took = performance.now() - from;
  await following;
  return took;
}

test('a cancel reaches the other process through it at once', TIMED, async () => {
  const times: number[] = [];
  for (let index = 0; index < 7; index += 1) times.push(await cancelStream());
  // Without it the worker would look for itself, twice a second.
  expect(times.toSorted((one, other) => one - other)[3]).toBeLessThan(100);
});

test('flushed in the middle: nothing is noticed', async () => {
  const id = await ann.createTask({ prompt: 'x', model: MODEL });
  const client = await createRedisClient({ url: redis.url }).connect();
  const times = await arrivals(ann, id, (count) => count === 30 && void client.flushAll());
  client.destroy();
  expect(longestGap(times)).toBeLessThan(1_000);
  expect(rebuildText(await ann.events(id))).toBe(answerText(150));
});

test('frozen: old and new subscribers alike go on from Postgres', async () => {
  const finished = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5' });
  await ann.events(finished);
  redis.freeze();
  expect(rebuildText(await ann.events(finished))).toBe(answerText(5));
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=50,itl=20' });
  expect(longestGap(await arrivals(ann, id))).toBeLessThan(1_000);
  expect(rebuildText(await ann.events(id))).toBe(answerText(50));
  redis.resume();
});

test('killed in the middle: streams go on from Postgres within a second; restarted: through it again', async () => {
  const id = await ann.createTask({ prompt: 'x', model: MODEL });
  const times = await arrivals(ann, id, (count) => count === 30 && void redis.kill());
  expect(longestGap(times)).toBeLessThan(1_000);
  expect(rebuildText(await ann.events(id))).toBe(answerText(150));

  const without = await ann.createTask({ prompt: 'x', model: MODEL });
  expect(longestGap(await arrivals(ann, without))).toBeLessThan(1_000);
  expect(rebuildText(await ann.events(without))).toBe(answerText(150));

  redis = await startRedis(redis.port);
  const restarted = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=250,itl=20' });
  const after = await arrivals(ann, restarted);
  expect(longestGap(after.slice(-50))).toBeLessThan(400);
  expect(rebuildText(await ann.events(restarted))).toBe(answerText(250));
});
