import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer, type TestServer } from '../../harness/server.ts';

let users = 0;

const server = fixture(() =>
  startTestServer({
    worker: false,
    variables: { CORS_ORIGINS: 'https://front.example,https://api.example' },
  }),
);
const ann = fixture(() => server.newUser());

type Headers = Record<string, string>;

/** `fetch` would set the headers that matter here by itself. */
function send(target: TestServer, path: string, headers: Headers, body?: string): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    request(`${target.url}${path}`, { method, headers }, async (response) =>
      resolve([response.statusCode!, await text(response)]),
    )
      .on('error', reject)
      .end(body);
  });
}

function account(): string {
  users += 1;
  return `email: "page${users}@example.com", password: "a good password", name: "P"`;
}

const registered = () => `mutation { register(input: { ${account()} }) { token } }`;

async function countUsers(): Promise<number> {
  const { rows } = await server.store.database.pool.query('select count(*)::int as count from app_user');
  return rows[0].count;
}

describe('what any page may send without asking first changes nothing', () => {
  const json = () => JSON.stringify({ query: registered() });
  const form = () => new URLSearchParams({ query: registered() }).toString();
  const parts = () =>
    `--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n${json()}\r\n--x\r\nContent-Disposition: form-data; name="map"\r\n\r\n{}\r\n--x--\r\n`;
  const legacy = () =>
    JSON.stringify({ email: `page${users}@example.com`, password: 'a good password', name: 'P' });

  test.each([
    ['text', '/graphql', 'text/plain', json, 415],
    ['text that says JSON', '/graphql', 'text/plain; x=application/json', json, 415],
    ['a form', '/graphql', 'application/x-www-form-urlencoded', form, 415],
    ['a form with files', '/graphql', 'multipart/form-data; boundary=x', parts, 415],
    ['no type', '/graphql', '', json, 415],
    ['text to a dialect', '/mini-devin/api/auth/register', 'text/plain', legacy, 415],
    ['a form to a dialect', '/mini-devin/api/auth/register', 'application/x-www-form-urlencoded', form, 415],
  ])('%s', async (_what, path, type, body, status) => {
    const before = await countUsers();
    const headers: Headers = type ? { 'content-type': type } : {};
    const [given] = await send(server, path, headers, body());
    expect(given).toBe(status);
    expect(await countUsers()).toBe(before);
  });

  test.each(['application/json', 'text/event-stream'])('a GET (%s)', async (accept) => {
    const before = await countUsers();
    const [status] = await send(server, `/graphql?query=${encodeURIComponent(registered())}`, { accept });
    expect(status).toBe(405);
    expect(await countUsers()).toBe(before);
  });
});

const OPENINGS: [name: string, headers: Headers, isLet: boolean][] = [
  ['no Origin, as of a program', {}, true],
  ['our own Origin', { host: 'localhost:8000', origin: 'http://localhost:8000' }, true],
  ['our own Origin behind TLS', { host: 'localhost:8000', origin: 'https://localhost:8000' }, true],
  ['an Origin of CORS_ORIGINS', { origin: 'https://front.example' }, true],
  ['a Host of CORS_ORIGINS', { host: 'api.example', origin: 'https://api.example' }, true],
  ['a foreign Origin', { origin: 'https://evil.example' }, false],
  ['an Origin that begins like an allowed one', { origin: 'https://front.example.evil.example' }, false],
  ['another port of this machine', { host: 'localhost:8000', origin: 'http://localhost:9000' }, false],
  ['no Origin that has a name: a file, a frame', { origin: 'null' }, false],
  [
    'a foreign name that leads here',
    { host: 'evil.example:8000', origin: 'http://evil.example:8000' },
    false,
  ],
  ['a foreign Host alone', { host: 'evil.example' }, false],
  [
    'a forwarded Host that nobody vouches for',
    { host: 'evil.example', 'x-forwarded-host': 'localhost' },
    false,
  ],
];

describe.each(OPENINGS)('%s', (_name, headers, isLet) => {
  const given = () => ({ ...headers, 'content-type': 'application/json' });
  const asAnn = () => ({ ...given(), authorization: `Bearer ${ann.token}` });
  const query = '{"query":"{ health { status } }"}';

  test.each(['application/json', 'text/event-stream'])('%s', async (accept) => {
    const [status, body] = await send(server, '/graphql', { ...given(), accept }, query);
    expect(status).toBe(isLet ? 200 : 403);
    if (!isLet) expect(body).toContain('"code":"FORBIDDEN"');
    expect((await send(server, '/graphql', { ...asAnn(), accept }, query))[0]).toBe(200);
  });

  test('a socket', async () => {
    expect(await connect(headers)).toBe(isLet ? 'acknowledged' : 4403);
    expect(await connect(headers, { authorization: `Bearer ${ann.token}` })).toBe('acknowledged');
  });

  test('a dialect', async () => {
    const [status] = await send(server, '/mini-devin/health', headers);
    expect(status).toBe(isLet ? 200 : 403);
  });

  test('what watches the server', async () => {
    expect((await send(server, '/health', headers))[0]).toBe(200);
  });
});

test('a proxy that is trusted vouches for the name that was asked for', async () => {
  const proxied = await startTestServer({ worker: false, variables: { TRUST_PROXY: 'loopback' } });
  const json = { 'content-type': 'application/json' };
  const ask = (headers: Headers) =>
    send(proxied, '/graphql', { ...json, ...headers }, '{"query":"{ health { status } }"}');
  const asked = { host: 'localhost:8000', 'x-forwarded-host': 'api.example' };
  expect((await ask({ ...asked, origin: 'https://api.example' }))[0]).toBe(200);
  expect((await ask({ host: 'api.example', origin: 'https://api.example' }))[0]).toBe(200);
  expect((await ask({ ...asked, origin: 'https://evil.example' }))[0]).toBe(403);
  await proxied.stop();
});

async function connect(headers: Headers, first: Headers = {}): Promise<number | 'acknowledged'> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers,
  });
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: first })));
  const answer = await Promise.race([once(socket, 'message'), once(socket, 'close')]);
  socket.terminate();
  return typeof answer[0] === 'number' ? answer[0] : 'acknowledged';
}
