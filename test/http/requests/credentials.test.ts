import { once } from 'node:events';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createTokens } from '../../../src/resolvers/accounts/logins/tokens.ts';
import { createClient, data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { openLegacySocket } from '../../rest-compat/clients/legacy-socket.ts';

let annId: string;
let key: string;
let oldKey: string;

async function createKey(): Promise<string> {
  const answer = await ann.query('mutation { createApiKey(input: { name: "k" }) { key } }');
  return data(answer).createApiKey.key;
}

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());
beforeAll(async () => {
  key = await createKey();
  oldKey = await createKey();
  const prefixed =
    "update api_key set expires_at = now() - interval '1 second' where id = (select max(id) from api_key)";
  await server.store.database.pool.query(prefixed);
  const { id } = data(await ann.query('{ viewer { id } }')).viewer;
  annId = localId(id);
});

const localId = (id: string) => Buffer.from(id, 'base64url').toString().replace('User:', '');
const tokens = () => createTokens(server.config.jwtSecret!);

/** Each is made when its test runs: tokens expire. */
const BAD: [string, () => Promise<Record<string, string>>][] = [
  ['no token of ours', async () => ({ authorization: 'Bearer nonsense' })],
  ['no bearer at all', async () => ({ authorization: 'Basic YTpi' })],
  ['an expired token', async () => ({ authorization: `Bearer ${await tokens().sign(annId, -1)}` })],
  ['a token of nobody', async () => ({ authorization: `Bearer ${await tokens().sign('nobody', 60)}` })],
  [
    'a token signed by somebody else',
    async () => ({ authorization: `Bearer ${await createTokens('x'.repeat(32)).sign(annId, 60)}` }),
  ],
  ['an unknown API key', async () => ({ 'x-api-key': 'md_nonsense' })],
  ['an expired API key', async () => ({ 'x-api-key': oldKey })],
  ['an unknown API key as a bearer token', async () => ({ authorization: 'Bearer md_nonsense' })],
  ['an expired API key as a bearer token', async () => ({ authorization: `Bearer ${oldKey}` })],
];

describe.each(BAD)('%s', (_what, credentials) => {
  test.each(['application/json', 'text/event-stream'])('is refused with 401 for %s', async (accept) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, ...(await credentials()) },
      body: '{"query":"{ health { status } }"}',
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toContain(accept);
    expect(await response.text()).toContain('"extensions":{"code":"UNAUTHENTICATED"}');
  });

  test('closes a socket with 4403, in its first message and in its headers', async () => {
    expect(await connect({ first: await credentials() })).toBe(4403);
    expect(await connect({ headers: await credentials() })).toBe(4403);
  });
});

const GOOD: [string, () => Opening][] = [
  ['authorization', () => ({ first: { authorization: `Bearer ${ann.token}` } })],
  ['AUTHORIZATION', () => ({ first: { AUTHORIZATION: `bearer ${ann.token}` } })],
  ['x-api-key', () => ({ first: { 'x-api-key': key } })],
  ['a key as a bearer token', () => ({ first: { authorization: `Bearer ${key}` } })],
  ['a key as a bearer token of the upgrade', () => ({ headers: { authorization: `Bearer ${key}` } })],
  ['X-API-Key', () => ({ first: { 'X-API-Key': key } })],
  ['nested under headers', () => ({ first: { headers: { Authorization: `Bearer ${ann.token}` } } })],
  ['a token in the headers of the upgrade', () => ({ headers: { authorization: `Bearer ${ann.token}` } })],
  ['a key in the headers of the upgrade', () => ({ headers: { 'X-Api-Key': key } })],
];

test('an API key is taken as a bearer token over HTTP, by GraphQL and the dialects, and by their sockets', async () => {
  const authorization = `Bearer ${key}`;
  const answer = await createClient(server.url, { authorization }).query('{ viewer { id } }');
  expect(localId(data(answer).viewer.id)).toBe(annId);
  for (const path of ['/mini-devin/api/sessions/x', '/themachine/api/v1/tasks/x', '/amas/api/v1/tasks/x']) {
    expect([path, (await fetch(server.url + path, { headers: { authorization } })).status]).toEqual([
      path,
      404,
    ]);
    expect([path, (await fetch(server.url + path)).status]).toEqual([path, 401]);
  }
  const socket = await openLegacySocket(server.url, '/amas/ws', { headers: { authorization } });
  await socket.close();
});

test.each(GOOD)('a socket takes credentials as %s', async (_how, opening) => {
  expect(await connect(opening())).toBe(annId);
});

test.each([
  { authorization: 5 },
  { authorization: '' },
  { authorization: { token: 'x' } },
  { 'x-api-key': 5 },
  { 'X-Api-Key': ['md_x'] },
  { headers: { authorization: true } },
])('a socket is closed with 4403 for credentials that are no text: %j', async (first) => {
  expect(await connect({ first })).toBe(4403);
});

test('null stands for no credentials', async () => {
  expect(await connect({ first: { authorization: null, 'x-api-key': null } })).toBeNull();
});

test('a socket without credentials belongs to nobody', async () => {
  expect(await connect({})).toBeNull();
});

test('a socket closes with 4403 at the moment when its token expires', async () => {
  const socket = open({ first: { authorization: `Bearer ${await tokens().sign(annId, 2)}` } });
  const begun = Date.now();
  const [code, reason] = await once(socket, 'close');
  expect({ code, reason: String(reason) }).toEqual({ code: 4403, reason: 'credentials expired' });
  expect(Date.now() - begun).toBeGreaterThan(500);
});

describe('the timer that waits for the expiry of a token', () => {
  const LIFETIME_SECONDS = 54_321;

  /** How many such timers were set while a socket connected. */
  async function timersSet(during: (socket: WebSocket) => Promise<void>): Promise<number> {
    const authorization = `Bearer ${await tokens().sign(annId, LIFETIME_SECONDS)}`;
    const setTimers = vi.spyOn(globalThis, 'setTimeout');
    try {
      await during(open({ first: { authorization } }));
      const delays = setTimers.mock.calls.map(([, delay]) => delay ?? 0);
      return delays.filter((delay) => delay > (LIFETIME_SECONDS - 60) * 1000).length;
    } finally {
      setTimers.mockRestore();
    }
  }

  test('is set for a socket that stays', async () => {
    const acknowledged = async (socket: WebSocket) => {
      await once(socket, 'message');
      socket.terminate();
    };
    expect(await timersSet(acknowledged)).toBe(1);
  });

  test('is not set for a socket that closes while its credentials are looked at', async () => {
    const { lookups } = server.store;
    const ask = lookups.credential;
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const look = vi.spyOn(lookups, 'credential');
    const asked = new Promise<void>((resolve) => {
      look.mockImplementation(async (credential) => {
        resolve();
        await held;
        return ask(credential);
      });
    });
    const left = async (socket: WebSocket) => {
      await asked;
      socket.terminate();
      await settle();
      release();
      await settle();
    };
    expect(await timersSet(left)).toBe(0);
    look.mockRestore();
  });

  /** Both ends of a connection to this process have heard what there is to hear. */
  async function settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});

test('more than 100 operations on a socket are refused, one by one', async () => {
  const id = await ann.createTask({ prompt: 'x' });
  const socket = open({ first: { authorization: `Bearer ${ann.token}` } });
  const refused = new Promise<{ id: string; payload: object[] }>((resolve) => {
    socket.on('message', (text) => {
      const message = JSON.parse(String(text));
      if (message.type === 'connection_ack') {
        for (let index = 1; index <= 101; index += 1) {
          const query = `subscription { tokens(taskId: "${id}") }`;
          socket.send(JSON.stringify({ id: `${index}`, type: 'subscribe', payload: { query } }));
        }
      }
      if (message.type === 'error') resolve(message);
    });
  });
  expect(await refused).toMatchObject({ id: '101', payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
  socket.terminate();
});

interface Opening {
  first?: object;
  headers?: Record<string, string>;
}

function open({ first, headers }: Opening): WebSocket {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: headers ?? {},
  });
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: first })));
  return socket;
}

/** The id of whom the server takes us for, null for nobody; or the code with which it closes. */
async function connect(opening: Opening): Promise<string | number | null> {
  const socket = open(opening);
  return new Promise((resolve) => {
    socket.on('close', resolve);
    socket.on('message', (text) => {
      const { type, payload } = JSON.parse(String(text));
      const subscribe = { id: '1', type: 'subscribe', payload: { query: '{ viewer { id } }' } };
      if (type === 'connection_ack') socket.send(JSON.stringify(subscribe));
      if (type !== 'next') return;
      const id = payload.data.viewer?.id;
      resolve(id ? Buffer.from(id, 'base64url').toString().replace('User:', '') : null);
      socket.terminate();
    });
  });
}
