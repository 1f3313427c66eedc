import { SignJWT } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { type LegacySocket, openLegacySocket, refusedUpgrade } from './clients/legacy-socket.ts';

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, LOG_LEVEL: 'error' } }),
);
const ann = fixture(() => server.newUser());
const bob = fixture(() => server.newUser());

const MOMENT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const plain = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;
const open: LegacySocket[] = [];
const FIREFOX = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };

afterEach(async () => {
  for (const socket of open.splice(0)) socket.raw.terminate();
});

async function connect(path: string, options = {}): Promise<LegacySocket> {
  const socket = await openLegacySocket(server.url, path, options);
  open.push(socket);
  return socket;
}

const follow = (id: string, token = ann.token) => connect(`/mini-devin/ws/tasks/${plain(id)}?token=${token}`);
const amas = (token = ann.token) => connect(`/amas/ws?token=${token}`);
const hold = (model = 'gpt-4o@tokens=5') => ann.createTask({ prompt: 'x', model, hold: true });
const execute = (id: string) =>
  ann.query('mutation ($id: ID!) { executeTask(input: { id: $id }) { __typename } }', { id });
const isStatus = (status: string) => (message: { status?: string }) => message.status === status;
describe('who is let in', () => {
  test('with a token or an API key, in the path or in headers', async () => {
    const id = await hold();
    const made = await ann.query('mutation { createApiKey(input: { name: "a" }) { key } }');
    const { key } = data(made).createApiKey;
    const path = `/mini-devin/ws/tasks/${plain(id)}`;
    await follow(id);
    await follow(id, key);
    await connect(path, { headers: { authorization: `Bearer ${ann.token}` } });
    await connect(path, { headers: { 'x-api-key': key } });
    // What stands in the path was meant for this socket.
    await connect(`${path}?token=${key}`, { headers: { authorization: 'Bearer stale' } });
  });

  test('a program without good credentials is refused before the upgrade, in the words of the dialect', async () => {
    for (const token of ['', '?token=', '?token=eyJ.no.good', '?token=md_no']) {
      const devin = await refusedUpgrade(server.url, `/mini-devin/ws/tasks/x${token}`);
      expect(devin).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED', timestamp: MOMENT } });
      expect(devin.headers).toMatchObject({
        'www-authenticate': 'Bearer',
        link: '</graphql>; rel="successor-version"; title="subscription taskEvents"',
      });
      const { status, body } = await refusedUpgrade(server.url, `/amas/ws${token}`);
      expect([status, body]).toMatchObject([
        401,
        { status_code: 401, error_code: 'AUTHENTICATION_REQUIRED' },
      ]);
    }
  });

  test('a page in a browser is told by a message and a code that it can read', async () => {
    const options = { origin: 'http://localhost:5173', headers: FIREFOX };
    const devin = await connect('/mini-devin/ws/tasks/x?token=no', options);
    expect(await devin.closed).toMatchObject({ code: 4401, reason: expect.stringContaining('token') });
    expect(devin.messages).toEqual([
      { type: 'error', code: 'UNAUTHORIZED', error: expect.stringContaining('token'), timestamp: MOMENT },
    ]);
    const page = await connect('/amas/ws?token=no', options);
    expect((await page.closed).code).toBe(4401);
    expect(page.messages).toMatchObject([
      { event: 'error', data: { error_code: 'AUTHENTICATION_REQUIRED' } },
    ]);
  });

  test.each([
    ['no name', {}],
    ['a name of its own', { 'user-agent': 'Python/3.11 websockets/15.0' }],
  ])('a program that sends an Origin is refused before the upgrade, given %s', async (_given, headers) => {
    const options = { origin: server.url, headers };
    const { status, body } = await refusedUpgrade(server.url, '/amas/ws?token=no', options);
    expect([status, body]).toMatchObject([401, { error_code: 'AUTHENTICATION_REQUIRED' }]);
  });

  test('a browser that hides its name says that it opens a socket', async () => {
    const headers = { 'sec-fetch-mode': 'websocket' };
    const page = await connect('/amas/ws?token=no', { origin: 'http://localhost:5173', headers });
    expect((await page.closed).code).toBe(4401);
  });

  test('a task of somebody else is not there', async () => {
    for (const socket of [
      await follow(await hold(), bob.token),
      await connect(`/mini-devin/ws/tasks/x?token=${ann.token}`),
    ]) {
      expect((await socket.closed).code).toBe(4404);
      expect(socket.messages).toEqual([
        { type: 'error', code: 'NOT_FOUND', error: expect.any(String), timestamp: MOMENT },
      ]);
    }
  });

  test('an unknown path under a mount is refused in the words of the dialect', async () => {
    for (const path of ['/amas/nothing', '/amas/ws/', '/amas', '/amas/%ff']) {
      const { status, body } = await refusedUpgrade(server.url, `${path}?token=${ann.token}`);
      expect([status, body]).toMatchObject([404, { status_code: 404 }]);
      expect(JSON.stringify(body)).not.toContain(ann.token);
    }
    expect((await refusedUpgrade(server.url, `/mini-devin/ws/tasks/%E0%A4?token=${ann.token}`)).status).toBe(
      404,
    );
  });

  test('until the token expires', async () => {
    const claims = JSON.parse(Buffer.from(ann.token!.split('.')[1]!, 'base64url').toString());
    const short = await new SignJWT({ ...claims, exp: Math.floor(Date.now() / 1000) + 2 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(server.config.jwtSecret!));
    const sockets = [await follow(await hold(), short), await amas(short)];
    for (const socket of sockets) {
      expect(await socket.closed).toEqual({ code: 4403, reason: 'credentials expired' });
    }
  });
});

describe('a message that is no good is answered, and the socket stays', () => {
  test('over Mini-Devin', async () => {
    const id = await hold();
    const socket = await follow(id);
    for (const message of [
      'no JSON',
      '[]',
      '{}',
      { type: 'toString' },
      { type: 'input' },
      { type: 'input', content: 3 },
    ]) {
      socket.send(message);
    }
    socket.send({ type: 'input', content: 'hello' });
    await socket.next(({ code }) => code === 'INVALID_STATE');
    const invalid = (error: string) => ({
      type: 'error',
      code: 'VALIDATION_ERROR',
      error,
      timestamp: MOMENT,
    });
    // The first message says where the stream stands.
    expect(socket.messages.slice(1)).toEqual([
      invalid('message: is not valid JSON'),
      invalid('message: must be a JSON object'),
      invalid('type: must be one of stop, input'),
      invalid('type: must be one of stop, input'),
      invalid('content: is required'),
      invalid('content: must be text'),
      expect.objectContaining({
        code: 'INVALID_STATE',
        error: expect.stringContaining('only a task of an agent'),
      }),
    ]);
    await execute(id);
    await socket.next(isStatus('completed'));
  });

  test('over AMAS', async () => {
    const socket = await amas();
    socket.send({ command: 'subscribe_task', task_id: 'task_no' });
    socket.send({ command: 'unsubscribe_task', task_id: 'task_no' });
    socket.send({ command: 'subscribe' });
    await socket.next(({ data }) => data.error_code === 'VALIDATION_ERROR');
    expect(socket.messages.filter(({ event }) => event === 'error')).toMatchObject([
      { data: { error_code: 'TASK_NOT_FOUND', status_code: 404 } },
      { data: { error_code: 'TASK_NOT_FOUND', status_code: 404 } },
      {
        data: { detail: 'command: must be one of subscribe_task, unsubscribe_task, ping', status_code: 400 },
      },
    ]);
  });

  test('but one that is larger than a mebibyte ends it', async () => {
    const socket = await amas();
    socket.send(`"${'x'.repeat(1024 * 1024)}"`);
    expect((await socket.closed).code).toBe(1009);
  });
});

describe('a connection', () => {
  afterEach(() => vi.useRealTimers());

  test('whose peer does not answer a ping is ended, and only that', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const [alive, dead] = [await amas(), await connect(`/amas/ws?token=${ann.token}`, { autoPong: false })];
    const pinged = new Promise((resolve) => dead.raw.once('ping', resolve));
    vi.advanceTimersByTime(30_000);
    await pinged;
    // Its answer has arrived when this is answered.
    alive.send({ command: 'nothing' });
    await alive.next(({ event }) => event === 'error');
    vi.advanceTimersByTime(30_000);
    expect((await dead.closed).code).toBe(1006);
    expect(alive.raw.readyState).toBe(alive.raw.OPEN);
  });

  test('has a heartbeat that programs see', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const socket = await amas();
    await socket.next(({ event }) => event === 'connected');
    vi.advanceTimersByTime(30_000);
    expect(await socket.next(({ event }) => event === 'heartbeat')).toEqual({
      event: 'heartbeat',
      data: {},
      timestamp: MOMENT,
    });
  });

  test('answers many commands in a row one after the other', async () => {
    const socket = await amas();
    for (let index = 0; index < 5_000; index += 1) socket.send({ command: 'ping' });
    socket.send({ command: 'last' });
    await socket.next(({ event }) => event === 'error');
    expect(socket.messages.filter(({ event }) => event === 'heartbeat')).toHaveLength(5_000);
  });

  test('leaves nothing behind', async () => {
    const joined = vi.spyOn(server.store.sharedFeeds, 'join');
    const socket = await amas();
    await socket.next(({ event }) => event === 'connected');
    await vi.waitFor(() => expect(joined).toHaveBeenCalledOnce());
    const leave = vi.spyOn(await joined.mock.results[0]!.value, 'leave');
    socket.raw.terminate();
    await vi.waitFor(() => expect(leave).toHaveBeenCalledOnce());
    joined.mockRestore();
  });
});

test('a stop of the server tells every client, and waits for none that does not answer', async () => {
  const other = await startTestServer({ worker: false });
  const eve = await other.newUser();
  const id = await eve.createTask({ prompt: 'x', hold: true });
  const sockets = await Promise.all([
    openLegacySocket(other.url, `/amas/ws?token=${eve.token}`),
    openLegacySocket(other.url, `/mini-devin/ws/tasks/${plain(id)}?token=${eve.token}`),
    openLegacySocket(other.url, `/amas/ws?token=${eve.token}`),
  ]);
  sockets[2]!.raw.pause();
  const begun = performance.now();
  await other.stop();
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(await sockets[0]!.closed).toEqual({ code: 1001, reason: 'the server is stopping' });
  expect((await sockets[1]!.closed).code).toBe(1001);
  sockets[2]!.raw.terminate();
});
