import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import { createClient, data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { freePort } from '../harness/free-port.ts';
import { startTestServer } from '../harness/server.ts';
import { createLegacyClient, type LegacyClient } from './clients/legacy-client.ts';
import { openLegacySocket } from './clients/legacy-socket.ts';

let key: string;
let amasToken: string;
let amasPort: number;
let ask: LegacyClient;
let bearer: Record<string, string>;

const server = fixture(async () => {
  amasPort = await freePort();
  const variables = { COMPAT_PORTS: `amas:${amasPort}`, RATE_LIMIT_FACTOR: '100' };
  return startTestServer({ worker: false, variables });
});
beforeAll(async () => {
  ask = createLegacyClient(server.url);
  const account = { email: 'root@example.com', password: 'securepassword', name: 'Root' };
  expect((await ask('POST', '/api/auth/register', account)).status).toBe(200);
  const login = await ask('POST', '/amas/api/v1/auth/login', { ...account, username: account.email });
  amasToken = login.body.access_token;
  const { access_token: token } = (await ask('POST', '/api/auth/login', account)).body;
  bearer = { authorization: `Bearer ${token}` };
});
const ann = fixture(() => createClient(server.url, bearer));
beforeAll(async () => {
  key = data(await ann.query('mutation { createApiKey(input: { name: "k" }) { key } }')).createApiKey.key;
});

const OF_TEMPLATE = { template: 'ollama-inference', parameters: { model: 'llama3.1:8b', prompt: 'x' } };
const OF_TYPE = { type: 'code', title: 'T', description: 'D', priority: 'medium' };
const OF_TASK_TYPE = { title: 'Scan', task_type: 'security_scan', target: 'example.com' };

const create = async (body: object) => (await ask('POST', '/api/v1/tasks', body, bearer)).body;
const plain = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;

describe('a shared path, by the body', () => {
  test.each([
    ['template', OF_TEMPLATE, { status: 'queued', template: 'ollama-inference' }],
    ['task_type', OF_TASK_TYPE, { id: expect.stringMatching(/^task_\d{8}_\d{6}_[0-9a-f]{8}$/) }],
    ['type', OF_TYPE, { id: expect.stringMatching(/^task-/), priority: 'medium', cost: 0 }],
  ])('%s', async (_member, body, shape) => {
    expect(await create(body)).toMatchObject(shape);
  });

  test('a body that cannot be read is refused in the words of all that it may be for', async () => {
    const { status, body } = await ask('POST', '/api/v1/tasks', '{"type": ', bearer);
    expect([status, body]).toEqual([
      400,
      { detail: expect.stringContaining('JSON'), status_code: 400, error_code: 'VALIDATION_ERROR' },
    ]);
  });

  test('so is one that is too large', async () => {
    const { status, body } = await ask('POST', '/api/v1/tasks', 'x'.repeat(5 * 1024 * 1024 + 1), bearer);
    expect([status, Object.keys(body).toSorted()]).toEqual([413, ['detail', 'error_code', 'status_code']]);
  });
});

describe('a shared path with an id', () => {
  test.each([
    ['ai-task-orchestra', OF_TEMPLATE, 'template'],
    ['amas', OF_TASK_TYPE, 'assigned_agents'],
    ['themachine', OF_TYPE, 'cost'],
  ])('what %s made is shown in its shape', async (_dialect, body, member) => {
    const { id } = await create(body);
    const { status, body: shown } = await ask('GET', `/api/v1/tasks/${id}`, undefined, bearer);
    expect([status, shown.id, member in shown]).toEqual([200, id, true]);
  });

  test('what GraphQL made is shown by the credentials, and else by the default', async () => {
    const path = `/api/v1/tasks/${plain(await ann.createTask({ prompt: 'x', model: 'demo', hold: true }))}`;
    const shown = async (headers: Record<string, string>) =>
      (await ask('GET', path, undefined, headers)).body;
    expect(await shown({ 'x-api-key': key })).toHaveProperty('template');
    expect(await shown({ authorization: `Bearer ${amasToken}` })).toHaveProperty('assigned_agents');
    expect(await shown(bearer)).toMatchObject({ status: 'pending', cost: 0 });
    expect(await shown({ ...bearer, 'x-api-dialect': 'amas' })).toHaveProperty('assigned_agents');
  });

  test('a mutation goes by the rules of who made it', async () => {
    const [theirs, ours] = [await create(OF_TEMPLATE), await create(OF_TYPE)];
    expect((await ask('DELETE', `/api/v1/tasks/${theirs.id}`, undefined, bearer)).status).toBe(204);
    const { status, body } = await ask('DELETE', `/api/v1/tasks/${ours.id}`, undefined, bearer);
    expect([status, body]).toEqual([200, { message: `Task ${ours.id} deleted successfully` }]);
  });

  test('what is not there is told in the words of all that it may be for', async () => {
    const { status, body } = await ask('GET', '/api/v1/tasks/nothing', undefined, bearer);
    expect([status, body]).toMatchObject([404, { status_code: 404, error_code: 'NOT_FOUND' }]);
  });
});

describe('a shared list, by its filter', () => {
  test.each([
    ['?template=ollama-inference', 'template'],
    ['?status=queued', 'template'],
    ['?type=code', 'cost'],
    ['?status=pending', 'cost'],
  ])('%s', async (filter, member) => {
    await create(OF_TEMPLATE);
    await create(OF_TYPE);
    for (const headers of [bearer, { 'x-api-key': key }]) {
      const { status, body } = await ask('GET', `/api/v1/tasks${filter}`, undefined, headers);
      expect(status).toBe(200);
      expect(body.length).toBeGreaterThan(0);
      for (const task of body) expect(task).toHaveProperty(member);
    }
  });
});

test('an unknown id of 24 hexadecimal digits is missing in the words of OrchestrateX', async () => {
  const missing = await ask('GET', '/api/sessions/68b2c9faa82de4230e87701c', undefined, bearer);
  expect([missing.status, Object.keys(missing.body)]).toEqual([404, ['detail', 'status_code']]);
  const other = await ask('GET', '/api/sessions/5', undefined, bearer);
  expect(Object.keys(other.body)).toContain('timestamp');
});

describe('a slash at the end', () => {
  test('sessions of OrchestrateX have one, those of Mini-Devin have none', async () => {
    const x = await ask('POST', '/api/sessions/', { user_id: 'u' }, bearer);
    expect([x.status, x.body]).toMatchObject([201, { _id: expect.stringMatching(/^[0-9a-f]{24}$/) }]);
    const devin = await ask('POST', '/api/sessions', { name: 'S' }, bearer);
    expect([devin.status, devin.body]).toMatchObject([200, { name: 'S', status: 'active' }]);
    expect((await ask('GET', `/api/sessions/${x.body._id}`, undefined, bearer)).body).toHaveProperty(
      'user_id',
    );
    expect((await ask('GET', `/api/sessions/${devin.body.id}`, undefined, bearer)).body.name).toBe('S');
  });
});

describe('a client that names its dialect', () => {
  test('is answered by it also where it has no such path', async () => {
    const headers = { ...bearer, 'x-api-dialect': 'amas' };
    const { status, body } = await ask('GET', '/api/sessions', undefined, headers);
    expect([status, body]).toEqual([
      404,
      { detail: 'there is no GET /api/sessions', status_code: 404, error_code: 'NOT_FOUND' },
    ]);
  });

  test('may do so in the query', async () => {
    const { body } = await ask('GET', '/api/v1/agents?dialect=amas', undefined, {});
    expect(body).toMatchObject({ status_code: 401, error_code: 'AUTHENTICATION_REQUIRED' });
  });

  test('is told which there are', async () => {
    const { status, body } = await ask('GET', '/api/v1/tasks', undefined, { 'x-api-dialect': 'rasa' });
    expect([status, body.detail]).toEqual([
      400,
      'X-API-Dialect: must be one of themachine, ai-task-orchestra, mini-devin, amas, orchestratex',
    ]);
  });
});

test('an unknown path is refused in the words of all, with the way to GraphQL', async () => {
  const { status, body, headers } = await ask('GET', '/api/v9/nothing');
  expect([status, body]).toEqual([
    404,
    {
      detail: 'there is no GET /api/v9/nothing',
      status_code: 404,
      error_code: 'NOT_FOUND',
      code: 'NOT_FOUND',
      timestamp: expect.any(String),
    },
  ]);
  expect(headers.get('link')).toBe('</graphql>; rel="successor-version"');
});

test.each(['/api/v1/tasks/%zz', '/api/sessions/%E0%A4%A'])(
  'so is %s, which cannot be decoded',
  async (path) => {
    const { status, body } = await ask('GET', path, undefined, bearer);
    expect([status, body]).toMatchObject([404, { detail: `there is no GET ${path}`, code: 'NOT_FOUND' }]);
  },
);

/** Targets that `fetch` would put in order before it sends them. */
async function askRaw(target: string, base = server.url, headers: Record<string, string> = bearer) {
  const asked = request(base, { path: target, headers }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, body: await json(answer) };
}

describe('a target that is no path alone', () => {
  test('a fragment is not read, whatever is in it', async () => {
    const refused = { status: 404, body: { detail: 'there is no such task' } };
    expect(await askRaw('/api/v1/tasks/x#%zz')).toMatchObject(refused);
    expect(await askRaw('/themachine/api/v1/tasks/x#%zz')).toEqual(refused);
    expect((await askRaw('/api/sessions/x#%zz')).status).toBe(404);
  });

  test('a whole address leads where its path does', async () => {
    const listed = { status: 200, body: expect.any(Array) };
    expect(await askRaw('http://polyphony.example/api/v1/tasks')).toEqual(listed);
    expect(await askRaw('http://polyphony.example/mini-devin/api/sessions?limit=1')).toEqual(listed);
    const unknown = await askRaw('http://polyphony.example/mini-devin/nothing');
    expect(unknown).toMatchObject({ status: 404, body: { detail: 'there is no GET /nothing' } });
    const atPort = await askRaw('http://polyphony.example/nothing', `http://127.0.0.1:${amasPort}`);
    expect(atPort).toMatchObject({ status: 404, body: { detail: 'there is no GET /nothing' } });
  });
});

test('a header that is wrong is called what it is called', async () => {
  const { status, body } = await askRaw('/mini-devin/api/sessions', server.url, { host: 'evil.example' });
  expect([status, body]).toMatchObject([
    403,
    { detail: expect.stringMatching(/^Host: evil\.example may not/) },
  ]);
});

test('a request at a documented path is counted once, as that of its dialect', async () => {
  await ask('GET', '/api/v1/templates', undefined, bearer);
  const metrics = await (await fetch(`${server.url}/metrics`, { headers: bearer })).text();
  const lines = metrics.split('\n').filter((line) => line.includes('/api/v1/templates'));
  expect(lines.filter((line) => /_requests_total/.test(line))).toEqual([
    'polyphony_http_requests_total{method="GET",route="/ai-task-orchestra/api/v1/templates",status="200"} 1',
    'polyphony_legacy_requests_total{dialect="ai-task-orchestra",route="/api/v1/templates",status="200"} 1',
  ]);
});

describe('a port of one dialect', () => {
  test('answers at exactly its documented paths', async () => {
    const amas = createLegacyClient(`http://127.0.0.1:${amasPort}`);
    const { status, body } = await amas('POST', '/api/v1/tasks', OF_TASK_TYPE, bearer);
    expect([status, body.status]).toEqual([200, 'pending']);
    for (const path of ['/graphql', '/api/sessions', '/amas/api/v1/agents', '/health'])
      expect((await amas('GET', path, undefined, bearer)).body).toMatchObject({ error_code: 'NOT_FOUND' });
  });

  test('has its sockets, too', async () => {
    const socket = await openLegacySocket(`http://127.0.0.1:${amasPort}`, `/ws?token=${amasToken}`);
    expect(await socket.next(({ event }) => event === 'connected')).toBeTruthy();
    socket.raw.terminate();
  });
});

describe('sockets at documented paths', () => {
  test('with a token of AMAS’s login it is AMAS’s', async () => {
    const socket = await openLegacySocket(server.url, `/ws?token=${amasToken}`);
    expect(await socket.next(({ event }) => event === 'connected')).toBeTruthy();
    socket.raw.terminate();
  });

  test('a sub-protocol names the dialect, and is agreed on', async () => {
    const { authorization } = bearer;
    const socket = await openLegacySocket(server.url, '/ws', { headers: { authorization: authorization! } }, [
      'amas',
    ]);
    expect(await socket.next(({ event }) => event === 'connected')).toBeTruthy();
    expect(socket.raw.protocol).toBe('amas');
    socket.raw.terminate();
  });

  test('with a task in the path it is Mini-Devin’s', async () => {
    const id = plain(await ann.createTask({ prompt: 'x', model: 'demo', hold: true }));
    const socket = await openLegacySocket(server.url, `/ws/tasks/${id}`, { headers: bearer });
    socket.send({ type: 'stop' });
    expect(await socket.next(({ status }) => status === 'stopped')).toMatchObject({ type: 'status' });
    socket.raw.terminate();
  });
});

test.each(['/api/nothing?x=/tasks/%zz', '/api/tasks/x/nothing?x=/agents/%'])(
  'what follows the path names nothing: %s',
  async (path) => {
    const { status, body } = await ask('GET', path);
    expect(status).toBe(404);
    expect(body).toMatchObject({ status_code: 404, code: 'NOT_FOUND', error_code: 'NOT_FOUND' });
  },
);
