import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { DIALECTS, type Dialect } from '../../src/vocabulary.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false, variables: { RATE_LIMIT_FACTOR: '100' } }));
const ann = fixture(() => server.newUser());

/** Without `fetch`, which adds a type of its own to each body. */
async function send(method: string, path: string, headers: Record<string, string> = {}, body = '') {
  const asked = request(server.url + path, {
    method,
    headers: { authorization: `Bearer ${ann.token}`, ...headers },
  });
  // A server that refuses a large body may close before it has all of it.
  asked.on('error', () => {});
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await json(response) };
}

const TASK = JSON.stringify({ title: 'Scan', task_type: 'security_scan' });

/** At the mount, and at the documented path itself. */
const PATHS = ['/amas/api/v1/tasks', '/api/v1/tasks'];

describe.each(PATHS)('a body for POST %s', (path) => {
  test.each([
    ['no type', {}],
    ['application/json', { 'content-type': 'application/json' }],
    ['a type of JSON with parameters', { 'content-type': 'Application/JSON; charset=utf-8' }],
    ['application/vnd.api+json', { 'content-type': 'application/vnd.api+json' }],
    ['application/ld+json with a parameter', { 'content-type': 'application/ld+json; profile="x"' }],
  ])('is read as JSON given %s', async (_given, headers) => {
    const { status, body } = await send('POST', path, headers, TASK);
    expect([status, body]).toMatchObject([200, { title: 'Scan', status: 'pending' }]);
  });

  test.each(['application/x-www-form-urlencoded', 'text/plain', 'application/jsonlines', 'text/x+json'])(
    'is refused as %s',
    async (type) => {
      const { status, body } = await send('POST', path, { 'content-type': type }, TASK);
      expect([status, body]).toMatchObject([
        415,
        { status_code: 415, detail: `Content-Type ${type} is not supported; send application/json` },
      ]);
    },
  );
});

test.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json'])(
  'a POST without a body may say that it is %s',
  async (type) => {
    const { body: task } = await send('POST', '/amas/api/v1/tasks', {}, TASK);
    for (const path of ['/amas/api/v1/tasks', '/api/v1/tasks']) {
      const { status, body } = await send('POST', `${path}/${(task as { id: string }).id}/execute`, {
        'content-type': type,
        'content-length': '0',
      });
      // The second response says that the task runs already.
      expect([status, body]).toMatchObject(path.startsWith('/amas') ? [200, {}] : [409, {}]);
    }
  },
);

/** The members of each error body. */
const MEMBERS = {
  themachine: ['detail'],
  'ai-task-orchestra': ['detail'],
  'mini-devin': ['code', 'detail', 'timestamp'],
  amas: ['detail', 'error_code', 'status_code'],
  orchestratex: ['detail', 'status_code'],
} satisfies Record<Dialect, string[]>;

/** An endpoint of each that takes a body. */
const TAKING = {
  themachine: '/api/v1/tasks',
  'ai-task-orchestra': '/api/v1/tasks',
  'mini-devin': '/api/sessions',
  amas: '/api/v1/tasks',
  orchestratex: '/api/sessions/',
} satisfies Record<Dialect, string>;

const LARGE = 'x'.repeat(5 * 1024 * 1024 + 1);
const json_ = { 'content-type': 'application/json' };

describe.each(DIALECTS)('%s refuses in its own words', (name) => {
  const cases: [status: number, method: string, headers: Record<string, string>, body: string][] = [
    [413, 'POST', json_, LARGE],
    [415, 'POST', { 'content-type': 'text/plain' }, 'x'],
    [405, 'DELETE', {}, ''],
    [405, 'TRACE', {}, ''],
  ];

  test.each(cases)('%d to %s', async (status, method, headers, body) => {
    const atMount = await send(method, `/${name}${TAKING[name]}`, headers, body);
    const named = await send(method, TAKING[name], { ...headers, 'x-api-dialect': name }, body);
    for (const answer of [atMount, named]) {
      expect([answer.status, Object.keys(answer.body as object).toSorted()]).toEqual([status, MEMBERS[name]]);
      if (status === 405) expect(answer.headers.allow).toContain('POST');
    }
  });
});
