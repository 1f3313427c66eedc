import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestServer } from '../harness/server.ts';
import { startTestServer } from '../harness/server.ts';
import { createLegacyClient, type LegacyAnswer, type LegacyClient } from './legacy-client.ts';
import { refusedUpgrade } from './legacy-socket.ts';

let server: TestServer;
let addresses = 0;

beforeAll(async () => {
  const variables = { RATE_LIMIT_FACTOR: '1', TRUST_PROXY: 'loopback' };
  server = await startTestServer({ worker: false, variables });
});
afterAll(() => server?.stop());

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

const legacy = (dialect: string): LegacyClient => createLegacyClient(`${server.url}/${dialect}`);

async function statuses(howOften: number, work: () => Promise<LegacyAnswer>): Promise<Record<number, number>> {
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
});

describe('OrchestrateX', () => {
  test('a session has 100 requests a minute, wherever it is named', async () => {
    const ask = legacy('orchestratex');
    const from = freshAddress();
    const start = (session_id: string) => ask('POST', '/api/nothing', { session_id }, from);
    expect(standing(await start('a'))).toEqual([100, 99]);
    expect(standing(await start('b'))).toEqual([100, 98]);
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
