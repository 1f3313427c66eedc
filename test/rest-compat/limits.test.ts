import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { amas } from '../../src/rest-compat/amas/index.ts';
import { endpoint } from '../../src/rest-compat/definitions/endpoint.ts';
import { graphql } from '../../src/rest-compat/handling/documents.ts';
import { fixture } from '../harness/fixture.ts';
import { type Redis, startRedis } from '../harness/redis.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { createLegacyClient, type LegacyAnswer, type LegacyClient } from './clients/legacy-client.ts';
import { refusedUpgrade } from './clients/legacy-socket.ts';
import { serveRows } from './row-server.ts';

let addresses = 0;

const server = fixture(() =>
  startTestServer({ worker: false, variables: { RATE_LIMIT_FACTOR: '1', TRUST_PROXY: 'loopback' } }),
);

/** What a proxy says of a client that nobody has heard of yet. */
function freshAddress(): Record<string, string> {
  addresses += 1;
  return { 'x-forwarded-for': `198.51.100.${addresses}` };
}

/** A token of a fresh account. */
async function freshToken(): Promise<Record<string, string>> {
  const { token } = await server.newUser();
  return { authorization: `Bearer ${token}` };
}

function standing({ headers }: LegacyAnswer): (number | null)[] {
  return ['limit', 'remaining'].map((name) => {
    const value = headers.get(`x-ratelimit-${name}`);
    return value === null ? null : Number(value);
  });
}

const legacy =
  (dialect: string): LegacyClient =>
  (...asked) =>
    createLegacyClient(`${server.url}/${dialect}`)(...asked);

async function statuses(
  howOften: number,
  work: () => Promise<LegacyAnswer>,
): Promise<Record<number, number>> {
  const answers = await Promise.all(Array.from({ length: howOften }, work));
  const counted: Record<number, number> = {};
  for (const { status } of answers) counted[status] = (counted[status] ?? 0) + 1;
  return counted;
}

describe('Mini-Devin', () => {
  test('an account has 100 requests a minute, whatever its address, and is told where it stands', async () => {
    const ask = legacy('mini-devin');
    const token = await freshToken();
    const makeKey = () => ask('POST', '/api/auth/api-keys', { name: 'a' }, { ...token, ...freshAddress() });
    const first = await makeKey();
    expect([first.status, ...standing(first)]).toEqual([200, 100, 99]);
    const reset = Number(first.headers.get('x-ratelimit-reset')) - Date.now() / 1000;
    expect(reset).toBeGreaterThan(50);
    expect(reset).toBeLessThanOrEqual(61);
    expect(await statuses(100, makeKey)).toEqual({ 200: 99, 429: 1 });
    const refused = await makeKey();
    expect(refused.body).toMatchObject({ code: 'RATE_LIMITED', detail: expect.stringContaining('100') });
    expect(standing(refused)).toEqual([100, 0]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(30);
  });

  test('without good credentials an address has 10, however wrong what it asks', async () => {
    const ask = legacy('mini-devin');
    const from = freshAddress();
    const stale = { ...from, authorization: 'Bearer stale' };
    const asked = [
      () => ask('GET', '/api/nothing', undefined, from),
      () => ask('PUT', '/api/auth/login', {}, from),
      () => ask('POST', '/api/auth/login', 'no JSON', from),
      () => ask('POST', '/api/auth/login', '{}', { ...from, 'content-type': 'text/plain' }),
      () => ask('POST', '/api/auth/register', {}, from),
      () => ask('POST', '/api/auth/api-keys', { name: 'a' }, stale),
    ];
    const told: unknown[] = [];
    for (const one of [...asked, ...asked]) {
      const answer = await one();
      told.push([answer.status, ...standing(answer)]);
    }
    expect(told).toEqual([
      [404, 10, 9],
      [405, 10, 8],
      [422, 10, 7],
      [415, 10, 6],
      [422, 10, 5],
      [401, 10, 4],
      [404, 10, 3],
      [405, 10, 2],
      [422, 10, 1],
      [415, 10, 0],
      [429, 10, 0],
      [429, 10, 0],
    ]);
    expect((await ask('GET', '/api/nothing', undefined, freshAddress())).status).toBe(404);
  });

  test('upgrades count as well', async () => {
    const headers = freshAddress();
    const refused = [];
    for (let times = 0; times < 11; times += 1) {
      refused.push(await refusedUpgrade(server.url, '/mini-devin/ws/tasks/x', { headers }));
    }
    expect(refused.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429]);
    const { body, headers: told } = refused.at(-1)!;
    expect(body).toMatchObject({ code: 'RATE_LIMITED' });
    expect(told).toMatchObject({ 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0' });
    expect(Number(told['retry-after'])).toBeGreaterThan(30);
  });
});

describe('AMAS', { retry: 2 }, () => {
  test('has 100 requests a second, and 5 for authentication', async () => {
    const ask = legacy('amas');
    const from = freshAddress();
    const api = await statuses(120, () => ask('GET', '/api/v1/nothing', undefined, from));
    expect(api).toEqual({ 404: 100, 429: 20 });
    const auth = await statuses(8, () => ask('GET', '/api/v1/auth/nothing', undefined, from));
    expect(auth).toEqual({ 404: 5, 429: 3 });
    const refused = await ask('GET', '/api/v1/auth/nothing', undefined, from);
    expect(refused.body).toMatchObject({ status_code: 429, error_code: 'RATE_LIMIT_EXCEEDED' });
    expect(refused.headers.get('retry-after')).toBe('1');
  });

  const login = (from: Record<string, string>, username: string) =>
    legacy('amas')('POST', '/api/v1/auth/login', { username, password: 'a good password' }, from);

  test('five logins a second are what its headers allow, whatever else the address logged in to', async () => {
    const from = freshAddress();
    const email = 'five@example.com';
    await server.anonymous.register({ email, password: 'a good password', name: 'Five' });
    const graphql = createLegacyClient(`${server.url}/graphql`);
    const query = 'mutation { login(input: { email: "no@example.com", password: "no" }) { token } }';
    await Promise.all(Array.from({ length: 5 }, () => graphql('POST', '', { query }, from)));
    const answers = await Promise.all(Array.from({ length: 8 }, () => login(from, email)));
    const ofStatus = (status: number) => answers.filter((answer) => answer.status === status);
    const left = ofStatus(200).map((answer) => standing(answer)[1]);
    expect(left.toSorted()).toEqual([0, 1, 2, 3, 4]);
    expect(ofStatus(429).map(standing)).toEqual(Array(3).fill([5, 0]));
  });

  test('where another limit refuses, the headers say so and agree with Retry-After', async () => {
    const from = freshAddress();
    const ofAccount = async () => {
      const answer = await login(from, 'nobody@example.com');
      return answer.body.detail?.includes('for this account') && answer;
    };
    const { status, headers } = await vi.waitUntil(ofAccount, { timeout: 20_000, interval: 20 });
    const [reset, retryAfter] = ['x-ratelimit-reset', 'retry-after'].map((name) => Number(headers.get(name)));
    expect([status, headers.get('x-ratelimit-remaining')]).toEqual([429, '0']);
    expect(retryAfter).toBeGreaterThan(40);
    expect(Math.abs(reset! - Date.now() / 1000 - retryAfter!)).toBeLessThan(2);
  });
});

test('a path counts as what it leads to, however it is written', async () => {
  const row = endpoint({
    method: 'GET',
    path: '/api/v1/auth/{name}',
    access: 'public',
    input: z.object({}),
    document: graphql('query health { health { status } }'),
    variables: () => ({}),
    respond: () => ({}),
    status: 200,
  });
  const rows = await serveRows(server, { ...amas, endpoints: [row] });
  const ask = createLegacyClient(rows.url);
  for (const path of ['/api/v1/auth/me', '/api/v1/%61uth/me', '/api/v1/auth/health']) {
    expect(standing(await ask('GET', path, undefined, freshAddress()))).toEqual([5, 4]);
  }
  await rows.stop();
});

describe('OrchestrateX', () => {
  const ask = legacy('orchestratex');
  const left = async (work: Promise<LegacyAnswer>) => standing(await work)[1];

  async function openAccount() {
    const token = await freshToken();
    const call = (method: string, path: string, body?: unknown) => ask(method, path, body, token);
    const made = async (path: string, body: object): Promise<string> =>
      (await call('POST', path, body)).body._id;
    return {
      call,
      session: () => made('/api/sessions/', { user_id: 'u' }),
      thread: (session_id: string) => made('/api/threads/', { session_id, original_prompt: 'x' }),
      begun: (thread_id: string) => made('/api/orchestration/start', { thread_id, prompt: 'x' }),
      /** How many requests that name no session are left; one of them is this. */
      ofAccount: () => left(call('GET', '/api/models/')),
    };
  }

  test('a session has 100 requests a minute, with those to its threads and orchestrations', async () => {
    const { call, session, thread, begun, ofAccount } = await openAccount();
    const [one, other] = [await session(), await session()];
    expect(await ofAccount()).toBe(97);
    // As the hundredth and the ninety-ninth.
    const threadId = await thread(one);
    const id = await begun(threadId);
    const asked = [
      () => call('GET', `/api/sessions/${one}`),
      () => call('GET', `/api/threads/session/${one}`),
      () => call('GET', `/api/threads/${threadId}`),
      () => call('GET', `/api/orchestration/status/${id}`),
      () => call('PATCH', `/api/sessions/${one}/status`, { status: 'active' }),
      () => call('GET', `/api/analytics/session/${one}`),
      () => call('POST', '/api/threads/', { session_id: one, original_prompt: 'x', thread_id: 'other' }),
      () => call('POST', '/api/orchestration/start', { thread_id: threadId, prompt: '', session_id: other }),
    ];
    for (const [index, each] of asked.entries()) expect(await left(each())).toBe(97 - index);
    expect(await ofAccount()).toBe(96);
    expect(await statuses(91, () => call('GET', `/api/orchestration/status/${id}`))).toEqual({
      200: 90,
      429: 1,
    });
    for (const each of asked) {
      const { status, headers, body } = await each();
      expect([status, body]).toEqual([429, { detail: expect.stringContaining('100'), status_code: 429 }]);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(10);
    }
    expect(await left(call('GET', `/api/sessions/${other}`))).toBe(99);
    expect(await ofAccount()).toBe(95);
  });

  test('what names no session of its account counts for the account, whether it is there or another’s', async () => {
    const [ann, bob] = [await openAccount(), await openAccount()];
    const session = await ann.session();
    const thread = await ann.thread(session);
    const orchestration = await ann.begun(thread);
    const nobody = '0'.repeat(24);
    const foreign = [session, thread, orchestration, nobody];
    const paths = foreign.flatMap((id) => [
      `/api/sessions/${id}`,
      `/api/threads/${id}`,
      `/api/orchestration/status/${id}`,
    ]);
    for (const [index, path] of paths.entries()) {
      const answer = await bob.call('GET', path);
      expect([answer.status, ...standing(answer)]).toEqual([404, 100, 99 - index]);
    }
    const bodies = [
      { session_id: session },
      { session_id: nobody },
      { session_id: 3 },
      'no JSON',
      { thread_id: thread },
    ];
    for (const [index, body] of bodies.entries())
      expect(await left(bob.call('POST', '/api/threads/', body))).toBe(99 - paths.length - index);
    // Its own account has two requests of the session, and one that named none.
    expect(await left(ann.call('GET', `/api/sessions/${session}`))).toBe(97);
    expect(await ann.ofAccount()).toBe(98);
  });

  test('what is known of a thread is not read again', async () => {
    const { call, session, thread } = await openAccount();
    const id = await thread(await session());
    await call('GET', `/api/threads/${id}`);
    const query = vi.spyOn(server.store.database.pool, 'query');
    const reads = async (threadId: string) => {
      query.mockClear();
      await call('GET', `/api/threads/${threadId}`);
      return query.mock.calls.filter(([asked]) => JSON.stringify(asked).includes(threadId)).length;
    };
    // For the count and for the answer, and for the answer alone, with its two long texts.
    expect([await reads('0'.repeat(24)), await reads(id)]).toEqual([2, 3]);
    // What is not there is looked for by the answer alone, too.
    expect(await reads('0'.repeat(24))).toBe(1);
    query.mockRestore();
  });

  test('a client beyond its limit of operations reads nothing', async () => {
    const other = await startTestServer({
      worker: false,
      variables: { RATE_LIMIT_FACTOR: '1', RATE_LIMIT_REQUESTS: '3' },
    });
    const { token } = await other.newUser();
    const call = createLegacyClient(`${other.url}/orchestratex`);
    const query = vi.spyOn(other.store.database.pool, 'query');
    const answers = [];
    for (const digit of ['1', '2', '3', '4', '5']) {
      query.mockClear();
      const id = digit.repeat(24);
      const answer = await call('GET', `/api/threads/${id}`, undefined, { authorization: `Bearer ${token}` });
      const reads = query.mock.calls.filter(([asked]) => JSON.stringify(asked).includes(id)).length;
      answers.push([answer.status, reads]);
    }
    await other.stop();
    expect(answers).toEqual([...Array(3).fill([404, 2]), [429, 0], [429, 0]]);
  });
});

describe('limits', () => {
  test.each(['mini-devin', 'amas', 'orchestratex'])('health of %s is outside of them', async (dialect) => {
    const answer = await legacy(dialect)('GET', '/health');
    expect(standing(answer)).toEqual([null, null]);
  });

  test.each(['themachine', 'ai-task-orchestra'])('%s documents none', async (dialect) => {
    expect(standing(await legacy(dialect)('GET', '/api/v1/nothing'))).toEqual([null, null]);
  });
});

test('RATE_LIMIT_FACTOR multiplies', async () => {
  const other = await startTestServer({ worker: false, variables: { RATE_LIMIT_FACTOR: '0.25' } });
  try {
    const ask = createLegacyClient(`${other.url}/mini-devin`);
    const answers = [await ask('GET', '/api/nothing'), await ask('GET', '/api/nothing')];
    // A quarter of ten, rounded.
    expect(answers.map(standing)).toEqual([
      [3, 2],
      [3, 1],
    ]);
  } finally {
    await other.stop();
  }
});

describe('processes that share a Redis', () => {
  let redis: Redis;
  let servers: TestServer[];

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
    await Promise.all((servers ?? []).map((one) => one.stop()));
    await redis?.kill();
  });

  /** Twelve requests to each process. */
  async function counted(from: Record<string, string>): Promise<Record<number, number>> {
    const clients = servers.map(({ url }) => createLegacyClient(`${url}/mini-devin`));
    let turn = 0;
    return statuses(24, () => clients[turn++ % 2]!('GET', '/api/nothing', undefined, from));
  }

  test('count together', async () => {
    await expect.poll(() => counted(freshAddress()), { timeout: 10_000 }).toEqual({ 404: 10, 429: 14 });
  });

  test('and each for itself while it does not answer, or is away, without an error', async () => {
    redis.freeze();
    const begun = performance.now();
    expect(await counted(freshAddress())).toEqual({ 404: 20, 429: 4 });
    expect(performance.now() - begun).toBeLessThan(8_000);
    redis.resume();
    await redis.kill();
    expect(await counted(freshAddress())).toEqual({ 404: 20, 429: 4 });
    redis = await startRedis(redis.port);
    await expect.poll(() => counted(freshAddress()), { timeout: 20_000 }).toEqual({ 404: 10, 429: 14 });
  });
});
