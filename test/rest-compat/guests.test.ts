import { once } from 'node:events';
import { rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { freePort } from '../../src/embedded-postgres/server.ts';
import { baseUrlSecret, renewBaseUrlSecret } from '../../src/secrets/base-url-secret.ts';
import { createClient, data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { PROXIES } from '../harness/proxies.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '../harness/server.ts';
import { createLegacyClient } from './clients/legacy-client.ts';
import { type LegacySocket, openLegacySocket, refusedUpgrade } from './clients/legacy-socket.ts';
import { good, startOrchestrateX } from './orchestratex/server.ts';

const SESSION = { user_id: 'test_user_123' };

async function accounts({ store }: TestServer): Promise<{ id: string; email: string }[]> {
  const { rows } = await store.database.pool.query(
    `select id, email, is_admin as "isAdmin", password_hash as "passwordHash" from app_user where email like '%@localhost'`,
  );
  return rows;
}

describe('whether there are guests', () => {
  async function asked(options: TestServerOptions): Promise<[number, { email: string }[]]> {
    const server = await startTestServer({ worker: false, ...options });
    const ask = createLegacyClient(`${server.url}/orchestratex`);
    const { status } = await ask('POST', '/api/sessions/', SESSION);
    const emails = (await accounts(server)).map(({ email }) => ({ email }));
    await server.stop();
    return [status, emails];
  }
  const admin = { email: 'admin@localhost' };
  const guest = { email: 'guest@localhost' };

  test.each<[string, TestServerOptions, number, object[]]>([
    ['a database of one’s own: no', {}, 401, []],
    ['COMPAT_ANONYMOUS=orchestratex: yes', { variables: { COMPAT_ANONYMOUS: 'orchestratex' } }, 201, [guest]],
    ['embedded: no', { embedded: true }, 401, [admin]],
    [
      'embedded, with COMPAT_ANONYMOUS=none: no',
      { embedded: true, variables: { COMPAT_ANONYMOUS: 'none' } },
      401,
      [admin],
    ],
  ])('%s', async (_case, options, status, emails) => {
    expect(await asked(options)).toEqual([status, emails]);
  });
});

/** Where clients have it from `npm start`, for all of OrchestrateX. */
describe.each([
  ['with the embedded Postgres', true],
  ['with a database of the operator', false],
])('the base URL with a secret, %s', (_mode, embedded) => {
  let port: number;
  let base: string;
  let prefix: string;

  const server = fixture(async () => {
    port = await freePort();
    return startTestServer({ embedded, worker: false, variables: { COMPAT_PORTS: `orchestratex:${port}` } });
  });
  beforeAll(() => {
    base = server.baseUrl!;
    prefix = new URL(base).pathname;
  });

  const create = async (url: string, headers: Record<string, string> = {}) =>
    createLegacyClient(url)('POST', '/api/sessions/', SESSION, headers);
  /** It has let the client in. */
  const answered = (socket: LegacySocket) => {
    socket.send({ type: 'ping' });
    return socket.next(({ type }) => type === 'pong');
  };
  const wrong = () => `/k/${'A'.repeat(43)}`;

  test('makes its clients the guest, under the mount, at the documented paths and at a port of its own', async () => {
    const own = `http://127.0.0.1:${port}`;
    for (const url of [`${base}/orchestratex`, base, own + prefix]) {
      const { _id } = good(await create(url), 201);
      const read = createLegacyClient(url);
      expect(good(await read('GET', `/api/sessions/${_id}`))._id).toBe(_id);
      const at = new URL(url);
      const socket = await openLegacySocket(at.origin, `${at.pathname}/ws/${_id}`);
      await answered(socket);
      await socket.close();
    }
    expect((await create(own)).status).toBe(401);
  });

  test.each(Object.keys(PROXIES) as (keyof typeof PROXIES)[])('works by %s', async (name) => {
    const proxy = await PROXIES[name](server.url);
    const { _id } = good(await create(`${proxy.url}${prefix}/orchestratex`), 201);
    const socket = await openLegacySocket(proxy.url, `${prefix}/orchestratex/ws/${_id}`);
    await answered(socket);
    await socket.close();
    await proxy.stop();
  });

  test('is a credential: it may be asked for under any name and from any page', async () => {
    for (const headers of [{ origin: 'https://app.example' }, { host: 'app.example' }]) {
      const [status] = await get(server.url, `${prefix}/orchestratex/api/models/`, headers);
      expect(status).toBe(200);
    }
  });

  test('is of use in this dialect alone', async () => {
    for (const [path, status] of [
      ['/metrics', 401],
      ['/mini-devin/api/tasks/x', 401],
      ['/amas/api/v1/agents', 401],
      ['/themachine/api/v1/tasks', 401],
      [`/artifacts/${Buffer.from('Artifact:x').toString('base64url')}`, 401],
      ['/nowhere', 404],
      [`${prefix}/orchestratex/api/models/`, 404],
    ] as const) {
      expect([path, (await fetch(base + path)).status]).toEqual([path, status]);
    }
    expect((await refusedUpgrade(server.url, `${prefix}/amas/ws`)).status).toBe(401);
    expect(await createClient(base).query('{ viewer { id } }')).toEqual(
      expect.objectContaining({ data: { viewer: null } }),
    );
  });

  test('a wrong secret looks like any unknown path', async () => {
    const unknown = { url: `/x/${'A'.repeat(43)}`, given: wrong() };
    for (const rest of ['/orchestratex/api/models/', '/api/models/', '/metrics', '/graphql', '', '/']) {
      const [one, other] = await Promise.all(
        [unknown.url, unknown.given].map(async (path) => {
          const answer = await fetch(server.url + path + rest);
          const names = [...answer.headers.keys()].toSorted();
          return [answer.status, (await answer.text()).replaceAll(path, '').replaceAll('/k/…', ''), names];
        }),
      );
      expect(other).toEqual(one);
      expect(one![0]).toBe(404);
    }
    const upgrade = async (path: string) => {
      const raw = new WebSocket(`${server.url.replace('http', 'ws')}${path}/orchestratex/ws/x`);
      raw.on('error', () => {});
      const [, response] = await once(raw, 'unexpected-response');
      return [response.statusCode, response.headers];
    };
    expect(await upgrade(wrong())).toEqual(await upgrade(unknown.url));
    expect((await fetch(`http://127.0.0.1:${port}${wrong()}/api/models/`)).status).toBe(404);
  });

  test('credentials go before it', async () => {
    const ann = await server.newUser();
    const headers = { authorization: `Bearer ${ann.token}` };
    const { _id } = good(await create(`${base}/orchestratex`, headers), 201);
    expect((await createLegacyClient(base)('GET', `/api/sessions/${_id}`)).status).toBe(404);
    expect((await create(`${base}/orchestratex`, { authorization: 'Bearer x' })).status).toBe(401);
  });

  test('does not get into answers, their headers or metrics', async () => {
    const secret = prefix.split('/')[2]!;
    const paths = ['/orchestratex/openapi.json', '/docs/', '/docs/static/swagger-initializer.js'];
    for (const path of [...paths, '/orchestratex/api/nowhere', '/nowhere', '/orchestratex/api/models/']) {
      const answer = await fetch(base + path);
      expect(await answer.text()).not.toContain(secret);
      expect(JSON.stringify([...answer.headers])).not.toContain(secret);
    }
    expect(await server.metrics.render()).not.toContain(secret);
  });

  test('is in a file that only the server can read, and revoked within a second by renewing or deleting it', async () => {
    const file = join(server.config.dataDir, 'base-url.secret');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { _id } = good(await create(`${base}/orchestratex`), 201);
    const socket = await openLegacySocket(server.url, `${prefix}/orchestratex/ws/${_id}`);
    await answered(socket);
    const begun = Date.now();
    const renewed = `${server.url}/k/${await renewBaseUrlSecret(server.config.dataDir)}`;
    await vi.waitFor(async () => expect((await create(base)).status).toBe(404), { interval: 20 });
    expect((await socket.closed).code).toBe(4403);
    expect(Date.now() - begun).toBeLessThan(1000);
    good(await create(renewed), 201);
    await rm(file);
    await vi.waitFor(async () => expect((await create(renewed)).status).toBe(404), { interval: 20 });
  });
});

test.each<[string, Record<string, string>]>([
  ['in production', { NODE_ENV: 'production' }],
  ['with COMPAT_ANONYMOUS=none', { COMPAT_ANONYMOUS: 'none' }],
])('%s there is no base URL with a secret', async (_case, variables) => {
  const server = await startTestServer({ worker: false, variables });
  expect(server.baseUrl).toBeNull();
  const secret = await baseUrlSecret(server.config.dataDir);
  const ask = createLegacyClient(`${server.url}/k/${secret}/orchestratex`);
  expect((await ask('POST', '/api/sessions/', SESSION)).status).toBe(404);
  await server.stop();
});

describe('the guest', () => {
  const x = fixture(() =>
    startOrchestrateX({ worker: false, variables: { RATE_LIMIT_FACTOR: '1', TRUST_PROXY: 'loopback' } }),
  );

  /** As somebody behind a proxy, so that each test has a limit of its own. */
  const from = (address: string) => ({ 'x-forwarded-for': address });

  test('is one account for all, made once, and whoever registers first is still the admin', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, () => x.ask('POST', '/api/sessions/', SESSION, from('10.0.0.1'))),
    );
    expect(all.map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(await accounts(x.server)).toMatchObject([{ isAdmin: false, passwordHash: null }]);
    const ann = await x.server.newUser();
    expect(data(await ann.query('{ viewer { isAdmin } }')).viewer.isAdmin).toBe(true);
  });

  test('is nobody that one can register or log in as', async () => {
    const register = `mutation { register(input: { email: "Guest@localhost", password: "a good password", name: "G" }) { token } }`;
    const login = `mutation { login(input: { email: "guest@localhost", password: "" }) { token } }`;
    for (const [document, code] of [
      [register, 'CONFLICT'],
      [login, 'WRONG_CREDENTIALS'],
    ] as const) {
      expect(await x.server.anonymous.query(document)).toMatchObject({ errors: [{ extensions: { code } }] });
    }
  });

  test('is there in this dialect alone', async () => {
    expect(
      (await createLegacyClient(`${x.server.url}/mini-devin`)('POST', '/api/auth/api-keys')).status,
    ).toBe(401);
    expect((await refusedUpgrade(x.server.url, '/amas/ws')).status).toBe(401);
    expect(await x.server.anonymous.query('{ sessions { nodes { id } } }')).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  test('and an account see nothing of each other', async () => {
    const ann = await x.server.newUser();
    const headers = { ...from('10.0.0.2'), authorization: `Bearer ${ann.token}` };
    const ofAnn = good(await x.ask('POST', '/api/sessions/', { user_id: 'both' }, headers), 201);
    const ofGuest = good(await x.ask('POST', '/api/sessions/', { user_id: 'both' }, from('10.0.0.2')), 201);
    const list = async (given: Record<string, string>) =>
      good(await x.ask('GET', '/api/sessions/user/both', undefined, given));
    expect(await list(headers)).toEqual([ofAnn]);
    expect(await list(from('10.0.0.2'))).toEqual([ofGuest]);
    expect((await x.ask('GET', `/api/sessions/${ofAnn._id}`, undefined, from('10.0.0.2'))).status).toBe(404);
  });

  test('does not ask from a page of another site, nor under another site’s name', async () => {
    const local = await startOrchestrateX({ worker: false });
    const { _id } = await local.session();
    const path = `/orchestratex/api/sessions/${_id}`;
    const foreign = [{ origin: 'https://elsewhere.example' }, { host: 'elsewhere.example' }];
    for (const headers of foreign) {
      expect(await get(local.server.url, path, headers)).toMatchObject([403, { status_code: 403 }]);
    }
    const page = await openLegacySocket(local.server.url, `/orchestratex/ws/${_id}`, {
      origin: 'https://elsewhere.example',
      headers: { 'user-agent': 'Mozilla/5.0' },
    });
    expect((await page.closed).code).toBe(4403);
    const named = { headers: { host: 'elsewhere.example' } };
    expect((await refusedUpgrade(local.server.url, `/orchestratex/ws/${_id}`, named)).status).toBe(403);
    await local.stop();
  });

  test('what one does without a session counts against that one, and not against all', async () => {
    const read = (address: string) => x.ask('GET', '/api/models/', undefined, from(address));
    for (let count = 0; count < 100; count += 1) good(await read('10.0.0.3'));
    expect((await read('10.0.0.3')).status).toBe(429);
    good(await read('10.0.0.4'));
  });

  test('has the cost limit that an admin gives it', async () => {
    const paid = await startOrchestrateX();
    await paid.session();
    const [guest] = await accounts(paid.server);
    const id = Buffer.from(`User:${guest!.id}`).toString('base64url');
    const admin = await paid.server.newUser();
    await admin.query(
      `mutation { updateUser(input: { id: "${id}", costLimit: 0.0000001 }) { user { id } } }`,
    );
    const begun = await paid.ask('POST', '/api/orchestration/start', {
      thread_id: await paid.thread(),
      prompt: 'x',
    });
    expect(await paid.ended(good(begun)._id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('cost limit'),
    });
    await paid.stop();
  });
});

/** `fetch` sets Host and Origin by itself. */
function get(url: string, path: string, headers: Record<string, string>): Promise<[number, unknown]> {
  return new Promise((resolve, reject) => {
    request(`${url}${path}`, { headers }, async (answer) => resolve([answer.statusCode!, await json(answer)]))
      .on('error', reject)
      .end();
  });
}
