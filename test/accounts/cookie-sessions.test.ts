import { once } from 'node:events';
import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createTokens } from '../../src/resolvers/accounts/logins/tokens.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const JWT_SECRET = 'a secret of the tests, long enough';

let cookie: string;
let attributes: string[];

const server = fixture(() =>
  startTestServer({ worker: false, variables: { CORS_ORIGINS: 'https://app.example.com' } }),
);
const ann = fixture(() => server.newUser());
beforeAll(async () => {
  const response = await openSession({ authorization: `Bearer ${ann.token}` });
  expect(response.status).toBe(204);
  [cookie, ...attributes] = response.headers.getSetCookie()[0]!.split('; ') as [string, ...string[]];
});

const openSession = (headers: Record<string, string>) =>
  fetch(`${server.url}/session`, { method: 'POST', headers });

const CSRF = { 'x-csrf-token': '1' };

async function viewer(headers: Record<string, string>, accept = 'application/json'): Promise<string> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...headers },
    body: JSON.stringify({ query: '{ viewer { email } }' }),
  });
  return response.text();
}

test('the cookie is out of reach of scripts and of other sites', () => {
  expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Lax', 'Path=/']));
  expect(attributes.some((one) => /^Max-Age=43200$/.test(one))).toBe(true);
});

describe('over HTTP and SSE, the cookie', () => {
  test.each(['application/json', 'text/event-stream'])(
    'authenticates together with the CSRF header: %s',
    async (accept) => {
      expect(await viewer({ cookie, ...CSRF }, accept)).toContain('user1@example.com');
      expect(await viewer({ cookie }, accept)).toContain('UNAUTHENTICATED');
      expect(await viewer({ cookie: `${cookie}x`, ...CSRF }, accept)).toContain('UNAUTHENTICATED');
    },
  );

  test('does not help a page of another site', async () => {
    const foreign = await viewer({ cookie, ...CSRF, origin: 'https://evil.example' });
    expect(foreign).toContain('FORBIDDEN');
    expect(await viewer({ cookie, ...CSRF, origin: 'https://app.example.com' })).toContain(
      'user1@example.com',
    );
  });

  test('gives way to other credentials', async () => {
    const bob = await server.newUser();
    expect(await viewer({ cookie, ...CSRF, authorization: `Bearer ${bob.token}` })).toContain(
      'user2@example.com',
    );
  });
});

test('it authenticates no older API, no download and no metrics', async () => {
  const paths = [
    '/mini-devin/api/sessions',
    '/themachine/api/v1/tasks',
    '/amas/api/v1/agents',
    '/metrics',
    '/artifacts/QXJ0aWZhY3Q6eA',
  ];
  for (const path of paths) {
    const { status } = await fetch(`${server.url}${path}`, { headers: { cookie, ...CSRF } });
    expect(status, path).toBe(401);
  }
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/amas/ws`, {
    headers: { cookie, ...CSRF },
  });
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  expect(response.statusCode).toBe(401);
});

describe('a GraphQL socket', () => {
  async function connect(headers: Record<string, string>, payload: object): Promise<string> {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers,
    });
    const { promise, resolve } = Promise.withResolvers<string>();
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
    socket.on('close', (code) => resolve(`closed with ${code}`));
    socket.on('message', (text) => {
      const { type } = JSON.parse(String(text));
      if (type === 'connection_ack') {
        const subscribe = { id: '1', type: 'subscribe', payload: { query: '{ viewer { email } }' } };
        socket.send(JSON.stringify(subscribe));
      } else resolve(String(text));
    });
    const outcome = await promise;
    socket.terminate();
    return outcome;
  }

  test('takes the cookie with the CSRF token in its first message, and not from a page of another site', async () => {
    expect(await connect({ cookie }, CSRF)).toContain('user1@example.com');
    expect(await connect({ cookie }, {})).toContain('UNAUTHENTICATED');
    expect(await connect({ cookie, origin: 'https://evil.example' }, CSRF)).toBe('closed with 4403');
    expect(await connect({ cookie, origin: 'https://app.example.com' }, CSRF)).toContain('user1@example.com');
  });
});

test.each(['an API key', 'a run token', 'nothing'])('%s is not put into a cookie', async (what) => {
  const { key } = data(
    await ann.query('mutation { createApiKey(input: { name: "k" }) { key } }'),
  ).createApiKey;
  const id = await ann.createTask({ prompt: 'x', hold: true });
  const made = await ann.query('mutation ($id: ID!) { createRunToken(input: { runIds: [$id] }) { token } }', {
    id,
  });
  const headers: Record<string, Record<string, string>> = {
    'an API key': { 'x-api-key': key },
    'a run token': { authorization: `Bearer ${data(made).createRunToken.token}` },
    nothing: {},
  };
  const response = await openSession(headers[what]!);
  expect(response.status).toBe(what === 'nothing' ? 401 : 403);
  expect(response.headers.getSetCookie()).toEqual([]);
});

test('DELETE /session ends the login and the cookie, with the CSRF header', async () => {
  const bob = await server.anonymous.register({ email: 'b@b.c', password: 'a good password', name: 'b' });
  const opened = await openSession({ authorization: `Bearer ${bob.token}` });
  const own = opened.headers.getSetCookie()[0]!.split('; ')[0]!;
  const end = (headers: Record<string, string>) =>
    fetch(`${server.url}/session`, { method: 'DELETE', headers });
  expect((await end({ cookie: own })).status).toBe(401);
  const ended = await end({ cookie: own, ...CSRF });
  expect([ended.status, ended.headers.getSetCookie()[0]]).toEqual([
    204,
    expect.stringContaining('Max-Age=0'),
  ]);
  await expect.poll(() => viewer({ cookie: own, ...CSRF }), { timeout: 2_000 }).toContain('UNAUTHENTICATED');
  await expect
    .poll(async () => (await bob.query('{ viewer { id } }')).errors !== undefined, { timeout: 2_000 })
    .toBe(true);
});

describe('the token of a cookie that is exchanged again', () => {
  const exchange = async (token: string) => {
    const response = await openSession({ authorization: `Bearer ${token}` });
    const [pair, ...rest] = response.headers.getSetCookie()[0]!.split('; ') as [string, ...string[]];
    const maxAge = Number(rest.find((one) => one.startsWith('Max-Age='))!.slice('Max-Age='.length));
    return { token: pair.slice(pair.indexOf('=') + 1), maxAge };
  };
  const endOf = (token: string) => Number(decodeJwt(token).exp);
  const loginOf = async (token: string) => {
    const { rows } = await server.store.database.pool.query('select expires_at from login where id = $1', [
      decodeJwt(token).sid,
    ]);
    return rows[0]?.expires_at as Date | undefined;
  };

  test('extends neither itself nor the login', async () => {
    const carl = await server.newUser();
    const before = await loginOf(carl.token!);
    const signed = await createTokens(JWT_SECRET).verify((await exchange(carl.token!)).token);
    // As a cookie that was set eleven hours ago.
    const { loginId, userId } = signed!.credential;
    const old = await createTokens(JWT_SECRET).sign(userId, 3600, 'graphql', { loginId, isForCookie: true });
    let current = { token: old, maxAge: 3600 };
    for (let round = 0; round < 3; round += 1) {
      current = await exchange(current.token);
      expect(endOf(current.token)).toBeLessThanOrEqual(endOf(old));
      expect(current.maxAge).toBeLessThanOrEqual(3600);
    }
    expect(await loginOf(carl.token!)).toEqual(before);
  });

  test.each(['logout', 'logoutEverywhere'])(
    'ends with %s, and is not exchanged any more',
    async (mutation) => {
      const carl = await server.newUser();
      const first = await exchange(carl.token!);
      const second = await exchange(first.token);
      data(await carl.query(`mutation { ${mutation} { user { id } } }`));
      for (const { token } of [first, second]) {
        const own = `polyphony_session=${token}`;
        await expect
          .poll(() => viewer({ cookie: own, ...CSRF }), { timeout: 2_000 })
          .toContain('UNAUTHENTICATED');
        expect((await openSession({ authorization: `Bearer ${token}` })).status).toBe(401);
      }
    },
  );
});
