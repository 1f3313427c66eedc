import { beforeAll, expect } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { containing, expectRefusal, openAccount, parameters } from './account.ts';

/** One that waits for a worker, of which there is none. */
let task: string;

// AO-ERR-6 provokes an error that the log is right to have; the totals of the tests are not the place for it.
const server = fixture(() => startTestServer({ worker: false, variables: { LOG_LEVEL: 'fatal' } }));
const account = fixture(() => openAccount(server));
const stranger = fixture(() => openAccount(server));
beforeAll(async () => {
  task = (await account.make()).body.id;
});

/** All there are, as `task` sees them. */
const endpoints = (): [string, string, unknown?][] => [
  ['POST', '/tasks', { template: 'ollama-inference', parameters }],
  ['GET', '/tasks'],
  ['GET', '/tasks/status'],
  ['GET', `/tasks/${task}`],
  ['PATCH', `/tasks/${task}/priority?priority=8`],
  ['DELETE', `/tasks/${task}`],
  ['GET', '/templates'],
  ['GET', '/templates/ollama-inference'],
  ['POST', '/templates/validate?template_name=ollama-inference', parameters],
];

const documented: Audit[] = [
  {
    id: 'AO-AUTH-1',
    fact: 'every endpoint is there, with a key in X-API-Key',
    check: async () => {
      const statuses: number[] = [];
      for (const [method, path, body] of endpoints())
        statuses.push((await account.ask(method, path, body)).status);
      expect(statuses).toEqual([200, 200, 200, 200, 200, 204, 200, 200, 200]);
    },
  },
  {
    id: 'AO-ERR-1',
    fact: '400 {detail}: a request that is sound by itself and cannot be met',
    check: async () => {
      const { id } = (await account.make()).body;
      await account.ask('DELETE', `/tasks/${id}`);
      const late = await account.ask('PATCH', `/tasks/${id}/priority?priority=8`);
      expectRefusal(late, 400, containing('task_id: the task is cancelled'));
    },
  },
  {
    id: 'AO-ERR-2',
    fact: '401 {detail}: a missing key, on every endpoint, told before anything about the input',
    check: async () => {
      const broken: typeof endpoints = () => [
        ['POST', '/tasks', {}],
        ['GET', '/tasks?limit=none'],
        ['PATCH', `/tasks/${task}/priority`],
        ['POST', '/templates/validate', {}],
      ];
      for (const [method, path, body] of [...endpoints(), ...broken()]) {
        expectRefusal(await account.anonymous(method, path, body), 401, containing('X-API-Key'));
      }
    },
  },
  {
    id: 'AO-ERR-3',
    fact: '401 {detail}: an invalid key, on every endpoint',
    check: async () => {
      for (const [method, path, body] of endpoints()) {
        const answer = await account.anonymous(method, path, body, { 'x-api-key': 'your-api-key-here' });
        expectRefusal(answer, 401, containing('key'));
      }
    },
  },
  {
    id: 'AO-ERR-4',
    fact: '404 {detail}: a task or a template that is not there',
    check: async () => {
      expectRefusal(await account.ask('GET', '/tasks/task-uuid'), 404, 'there is no such task');
      const template = await account.ask('GET', '/templates/none');
      expectRefusal(template, 404, 'template_name: there is no such template');
    },
  },
  {
    id: 'AO-ERR-5',
    fact: '422 {detail}: a validation error, with each field and what is allowed',
    check: async () => {
      const answer = await account.ask('POST', '/tasks', { template: 3, priority: 'high', depends_on: {} });
      const fields = [
        'template: must be text',
        'parameters: is required',
        'priority: must be a whole number',
      ];
      expectRefusal(answer, 422, [...fields, 'depends_on: must be a list'].join('; '));
    },
  },
  {
    id: 'AO-ERR-6',
    fact: '500 {detail}: a server error, masked',
    check: async () => {
      const { pool } = server.store.database;
      await pool.query('alter table template rename to lost');
      try {
        const answer = await account.ask('GET', '/templates');
        expectRefusal(answer, 500, expect.stringMatching(/^an unexpected error occurred/));
      } finally {
        await pool.query('alter table lost rename to template');
      }
    },
  },
];

const decided: Audit[] = [
  {
    id: 'AO-AUTH-D1',
    fact: 'a Bearer token works, too',
    check: async () => {
      const authorization = `Bearer ${account.native.token}`;
      expect((await account.anonymous('GET', '/tasks', undefined, { authorization })).status).toBe(200);
    },
  },
  {
    id: 'AO-AUTH-D2',
    fact: '404: another account’s task is as one that is not there, and not in any list',
    check: async () => {
      for (const [method, path] of endpoints().filter(([, path]) => path.includes(task))) {
        expectRefusal(await stranger.ask(method, path), 404, containing('there is no such task'));
      }
      expect((await stranger.ask('GET', '/tasks')).body).toEqual([]);
      const groups = { queued: [], running: [], completed: [], failed: [], cancelled: [] };
      expect((await stranger.ask('GET', '/tasks/status')).body).toEqual(groups);
    },
  },
  {
    id: 'AO-ERR-D1',
    fact: '422: a body that is no JSON, or no object',
    check: async () => {
      const path = '/templates/validate?template_name=ollama-inference';
      expectRefusal(
        await account.ask('POST', path, '{"model": '),
        422,
        containing('body: is not valid JSON'),
      );
      for (const body of [[], null, '"text"']) {
        expectRefusal(await account.ask('POST', path, body), 422, 'body: must be a JSON object');
        expectRefusal(await account.ask('POST', '/tasks', body), 422, 'body: must be a JSON object');
      }
      expectRefusal(await account.ask('POST', path), 422, 'body: is required');
    },
  },
  {
    id: 'AO-ERR-D2',
    fact: '404: an unknown path',
    check: async () => {
      for (const path of ['', '/task', `/tasks/${task}/result`]) {
        const detail = `there is no GET /api/v1${path}`;
        expectRefusal(await account.ask('GET', path), 404, detail);
      }
    },
  },
  {
    id: 'AO-ERR-D3',
    fact: '405 with Allow: another method on a known path',
    check: async () => {
      const answer = await account.ask('PUT', `/tasks/${task}`, {});
      expectRefusal(answer, 405, 'PUT is not allowed here; allowed: GET, HEAD, DELETE');
      expect(answer.headers.get('allow')).toBe('GET, HEAD, DELETE');
    },
  },
  {
    id: 'AO-ERR-D4',
    fact: '405: /tasks/status and /templates/validate are no task and no template of that name',
    check: async () => {
      expectRefusal(await account.ask('DELETE', '/tasks/status'), 405, containing('allowed: GET, HEAD'));
      expectRefusal(await account.ask('GET', '/templates/validate'), 405, containing('allowed: POST'));
    },
  },
  {
    id: 'AO-ERR-D5',
    fact: '413: more than 5 MiB',
    check: async () => {
      const prompt = 'x'.repeat(5 * 1024 * 1024);
      const answer = await account.make({ parameters: { ...parameters, prompt } });
      expectRefusal(answer, 413, containing('5242880 bytes'));
    },
  },
  {
    id: 'AO-ERR-D6',
    fact: '415: anything but application/json',
    check: async () => {
      const answer = await account.ask('POST', '/tasks', 'template=x', { 'content-type': 'text/plain' });
      expectRefusal(answer, 415, containing('send application/json'));
    },
  },
  {
    id: 'AO-ERR-D7',
    fact: 'no path, query or id makes it stumble',
    check: async () => {
      for (const id of [
        '%00',
        '%ED%A0%80',
        '..%2f',
        'a'.repeat(5000),
        '00000000-0000-7000-8000-000000000000',
      ]) {
        expect((await account.ask('GET', `/tasks/${id}`)).status).toBe(404);
        expect((await account.ask('DELETE', `/tasks/${id}`)).status).toBe(404);
        expect((await account.ask('PATCH', `/tasks/${id}/priority?priority=1`)).status).toBe(404);
        expect((await account.ask('GET', `/templates/${id}`)).status).toBe(404);
        const validated = await account.ask('POST', `/templates/validate?template_name=${id}`, {});
        expect(validated.status).toBe(404);
        expect((await account.ask('GET', `/tasks?template=${id}`)).status).toBeOneOf([200, 422]);
      }
    },
  },
  {
    id: 'AO-ERR-D8',
    fact: 'every answer names its successor in GraphQL',
    check: async () => {
      const link = async (path: string) => (await account.ask('GET', path)).headers.get('link');
      const successor = '</graphql>; rel="successor-version"';
      expect(await link('/tasks/status')).toBe(`${successor}; title="query tasks"`);
      expect(await link('/templates/none')).toBe(`${successor}; title="query template"`);
      expect(await link('/nothing')).toBe(successor);
    },
  },
];

runAudits('AI Task Orchestra, as documented', documented);

runAudits('AI Task Orchestra, where the document is silent', decided);
