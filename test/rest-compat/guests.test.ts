import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { data } from '../harness/client.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '../harness/server.ts';
import { createLegacyClient } from './legacy-client.ts';
import { openLegacySocket, refusedUpgrade } from './legacy-socket.ts';
import { good, type OrchestrateX, startOrchestrateX } from './orchestratex-server.ts';

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
    ['embedded, on this machine alone: yes', { embedded: true }, 201, [admin, guest]],
    ['embedded, for the network: no', { embedded: true, variables: { HOST: '0.0.0.0' } }, 401, []],
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

describe('the guest', () => {
  let x: OrchestrateX;

  beforeAll(async () => {
    const variables = { RATE_LIMIT_FACTOR: '1', TRUST_PROXY: 'loopback' };
    x = await startOrchestrateX({ worker: false, variables });
  });
  afterAll(() => x?.stop());

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
      [login, 'UNAUTHENTICATED'],
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
