import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, createClient } from '../harness/client.ts';
import { type Redis, startRedis } from '../harness/redis.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';

let redis: Redis;
let servers: TestServer[];
let accounts = 0;

beforeAll(async () => {
  redis = await startRedis();
  const variables = {
    REDIS_URL: redis.url,
    RATE_LIMIT_FACTOR: '1',
    TRUST_PROXY: 'loopback',
    LOG_LEVEL: 'error',
  };
  servers = await Promise.all([1, 2].map(() => startTestServer({ worker: false, variables })));
});
afterAll(async () => {
  await Promise.all((servers ?? []).map((server) => server.stop()));
  await redis?.kill();
});

/** Six tries at each process at once. @returns how many of them were looked at. */
async function tries(address: string): Promise<number> {
  const answers = await Promise.all(
    servers.flatMap(({ url }) => Array.from({ length: 6 }, () => logIn(url, address))),
  );
  return answers.filter(({ errors }) => errors?.[0]?.extensions.code === 'WRONG_CREDENTIALS').length;
}

function logIn(url: string, address: string): Promise<Answer> {
  accounts += 1;
  const document = `mutation { login(input: { email: "nobody${accounts}@example.com", password: "x" }) { token } }`;
  return createClient(url, { 'x-forwarded-for': address }).query(document);
}

test('processes that share a Redis count together', async () => {
  expect(await tries('203.0.113.1')).toBe(5);
});

test('while Redis is away each process counts for itself, and nobody waits', async () => {
  await redis.kill();
  const begun = performance.now();
  expect(await tries('203.0.113.2')).toBe(10);
  expect(performance.now() - begun).toBeLessThan(3_000);
});

test('when Redis is back they count together again', async () => {
  redis = await startRedis(redis.port);
  await expect
    .poll(() => tries(`203.0.113.${10 + (accounts % 200)}`), { timeout: 10_000, interval: 200 })
    .toBe(5);
});

test('a Redis that does not answer holds up no login', async () => {
  process.kill(redis.pid, 'SIGSTOP');
  try {
    const begun = performance.now();
    expect(await tries('203.0.113.3')).toBe(10);
    expect(performance.now() - begun).toBeLessThan(4_000);
  } finally {
    process.kill(redis.pid, 'SIGCONT');
  }
});
