import { expect } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { DOCUMENTED } from '../audits/documented.ts';
import { anonymousOf, containing, expectRefusal, openAccount } from './account.ts';

const server = fixture(() => startTestServer({ worker: false }));
const account = fixture(() => openAccount(server));

/** Of every documented endpoint: its method and its path, with ids that name nothing. */
const ENDPOINTS = DOCUMENTED.themachine.map((endpoint) => {
  const [method, path] = endpoint.split(' ') as [string, string];
  return { method, path: path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, 'nothing-123') };
});

const authorizations = {
  none: {},
  'no token': { authorization: 'Bearer ' },
  'a bad token': { authorization: 'Bearer eyJ.no.good' },
  'another scheme': { authorization: 'Basic YTpi' },
  'a bad key': { 'x-api-key': 'md_no' },
} as Record<string, Record<string, string>>;

const documented: Audit[] = [
  {
    id: 'TM-AUTH-1',
    fact: 'every endpoint is refused with 401 without a token, and with a bad one, whatever is sent along',
    check: async () => {
      const ask = anonymousOf(server);
      for (const { method, path } of ENDPOINTS) {
        for (const headers of Object.values(authorizations)) {
          const body = method === 'POST' || method === 'PATCH' ? {} : undefined;
          expectRefusal(await ask(method, path, body, headers), 401, expect.any(String));
        }
      }
    },
  },
  {
    id: 'TM-AUTH-2',
    fact: 'a Bearer token is taken',
    check: async () => expect(await account.get('/tasks')).toEqual([]),
  },
  {
    id: 'TM-ERR-1',
    fact: '404: whatever is asked for by an id that names nothing',
    check: async () => {
      const bodies: Record<string, object> = {
        'POST /agents/nothing-123/execute': { task: 'x' },
        'POST /orchestration/executions': { workflow_id: 'nothing-123' },
      };
      const ofOne = ENDPOINTS.filter(
        ({ method, path }) => path.includes('nothing') || bodies[`${method} ${path}`],
      );
      for (const { method, path } of ofOne) {
        const body = method === 'GET' || method === 'DELETE' ? undefined : {};
        const answer = await account.ask(method, path, bodies[`${method} ${path}`] ?? body);
        expectRefusal(answer, 404, containing('there is no such'));
      }
    },
  },
  {
    id: 'TM-ERR-2',
    fact: '400: a body that is no JSON, no object, or not there',
    check: async () => {
      const makes = ENDPOINTS.filter(
        ({ method, path }) => ['POST', 'PATCH'].includes(method) && !path.endsWith('/cancel'),
      );
      for (const { method, path } of makes) {
        for (const [body, detail] of [
          ['{"type": ', containing('body: is not valid JSON')],
          ['[]', containing('must be a JSON object')],
          ['null', containing('must be a JSON object')],
          [undefined, containing('is required')],
        ] as const)
          expectRefusal(await account.ask(method, path, body), 400, detail);
      }
    },
  },
  {
    id: 'TM-ERR-3',
    fact: '404: an unknown path, in the documented body',
    check: async () => {
      for (const path of ['/nothing', '/tasks/1/2', '/'])
        expectRefusal(await account.ask('GET', path), 404, `there is no GET /api/v1${path}`);
    },
  },
  {
    id: 'TM-ERR-4',
    fact: '500: masked, in the documented body',
    check: async () => {
      const { pool } = server.store.database;
      await pool.query('alter table workflow rename to lost');
      try {
        const answer = await account.ask('GET', '/orchestration/workflows');
        expectRefusal(answer, 500, expect.stringMatching(/^an unexpected error occurred/));
      } finally {
        await pool.query('alter table lost rename to workflow');
      }
    },
  },
];

const decided: Audit[] = [
  {
    id: 'TM-ERR-D1',
    fact: '405 with Allow: a wrong method',
    check: async () => {
      const answer = await account.ask('PUT', '/tasks/1');
      expectRefusal(answer, 405, 'PUT is not allowed here; allowed: GET, HEAD, PATCH, DELETE');
      expect(answer.headers.get('allow')).toBe('GET, HEAD, PATCH, DELETE');
    },
  },
  {
    id: 'TM-ERR-D2',
    fact: '413 and 415: a body that is too large, or no JSON by its type',
    check: async () => {
      const large = await account.ask('POST', '/tasks', { description: 'x'.repeat(5 * 1024 * 1024) });
      expectRefusal(large, 413, containing('the body is too large'));
      const xml = await account.ask('POST', '/tasks', '<task/>', { 'content-type': 'text/xml' });
      expectRefusal(xml, 415, containing('Content-Type text/xml is not supported'));
    },
  },
  {
    id: 'TM-AUTH-D1',
    fact: 'an API key in X-API-Key does as well as a token',
    check: async () => {
      const { createApiKey } = await account.query('mutation { createApiKey(input: { name: "x" }) { key } }');
      const answer = await anonymousOf(server)('GET', '/tasks', undefined, { 'x-api-key': createApiKey.key });
      expect([answer.status, answer.body]).toEqual([200, []]);
    },
  },
  {
    id: 'TM-LINK-D1',
    fact: 'every answer names the GraphQL operation that does the same',
    check: async () => {
      for (const [method, path, title] of [
        ['GET', '/tasks', 'query tasks'],
        ['PATCH', '/tasks/1', 'mutation updateTask, endTask'],
        ['GET', '/models', 'query models'],
        ['POST', '/agents/1/execute', 'mutation executeAgent'],
        ['POST', '/orchestration/model-selection', 'query providers, selectModel'],
      ] as const) {
        const answer = await account.ask(method, path, method === 'GET' ? undefined : {});
        expect(answer.headers.get('link')).toBe(`</graphql>; rel="successor-version"; title="${title}"`);
      }
    },
  },
];

runAudits('TheMachine, as documented', documented);
runAudits('TheMachine, as we decided', decided);
