import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../harness/client.ts';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import { TIMED } from '../harness/measure/timed.ts';
import { type Redis, startRedis } from '../harness/redis.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { createSession, isEndOf, keyOf, readFeed, readUntil } from '../sessions/feed-reader.ts';

let redis: Redis;

const vendor = fixture(startVendor);
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await redis?.kill();
});

const MODEL = 'gpt-4o@tokens=3';
const FACTS = 6;

/** How long the feed waits for each fact after it was written, by the clock of this machine. */
async function delays(client: Client, id: string, tasks: number): Promise<number[]> {
  const feed = readFeed(client, { id });
  await feed.next();
  const waits: number[] = [];
  for (let index = 0; index < tasks; index += 1) {
    const task = await client.createTask({ prompt: 'x', model: MODEL, sessionId: id });
    const isEnd = isEndOf(task);
    const told = await readUntil(feed, (payload) => {
      waits.push(Date.now() - Date.parse(payload.event!.at));
      return isEnd(payload);
    });
    expect(told).toHaveLength(FACTS);
  }
  await feed.return();
  return waits;
}

describe.each([
  { how: 'through Redis', bus: true, p50: 50 },
  { how: 'without a bus between them', bus: false, p50: 700 },
])('API and worker in processes of their own, $how', ({ bus, p50 }) => {
  const deployment = fixture(() =>
    startDeployment({
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      ...(bus ? { REDIS_URL: redis.url } : {}),
    }),
  );
  const ann = fixture(() => deployment.ann);
  beforeAll(async () => {
    await deployment.startWorker();
  });

  test('a feed tells of what the worker does as it happens', TIMED, async () => {
    const waits = await delays(ann, await createSession(ann), 8);
    const sorted = waits.toSorted((one, other) => one - other);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(p50);
    expect(sorted.at(-1)).toBeLessThan(1_000);
  });

  test('a worker that is killed is in the feed, and so is who takes its run over', async () => {
    const feed = readFeed(ann, {});
    await feed.next();
    const task = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=100,itl=20' });
    await readUntil(feed, ({ event }) => event?.__typename === 'ModelCallStarted');
    await deployment.workers[0]!.kill();
    await deployment.startWorker();
    const told = await readUntil(feed, isEndOf(task));
    expect(told.map(({ event }) => event!.__typename)).toContain('AttemptStarted');
    expect(new Set(told.map(keyOf)).size).toBe(told.length);
    await feed.return();
  });

  if (!bus) return;

  test('while Redis is away, feeds go on from Postgres, and again through it when it is back', async () => {
    const id = await createSession(ann);
    await redis.kill();
    expect(Math.max(...(await delays(ann, id, 2)))).toBeLessThan(1_500);
    redis = await startRedis(redis.port);
    await expect
      .poll(async () => Math.max(...(await delays(ann, id, 1))), { timeout: 15_000, interval: 100 })
      .toBeLessThan(200);
  });
});
