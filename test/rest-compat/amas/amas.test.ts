import { expect } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import { createLegacyClient, type LegacyAnswer } from '../clients/legacy-client.ts';
import { containing, expectRefusal, openAccount, PASSWORD } from './account.ts';

// AM-ERR-D6 provokes an error that the log is right to have; the totals of the tests are not the place for it.
const server = fixture(() => startTestServer({ worker: false, variables: { LOG_LEVEL: 'fatal' } }));
const ann = fixture(() => openAccount(server, 'Ann'));

const login = (username: unknown, password: unknown = PASSWORD, headers = {}) =>
  ann.anonymous('POST', '/auth/login', { username, password }, headers);
const TASK = { title: 'Security Scan', task_type: 'security_scan', target: 'example.com' };
const expiryOf = (token: string) => {
  const { iat, exp } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
  return exp - iat;
};

/** All that want credentials. */
const GUARDED = [
  ['POST', '/tasks'],
  ['POST', '/tasks/a/execute'],
  ['GET', '/tasks/a'],
  ['GET', '/agents'],
  ['GET', '/agents/a'],
  ['GET', '/system/orchestrator/status'],
  ['GET', '/system/metrics'],
  ['POST', '/predictions/predict/task'],
  ['GET', '/integrations'],
  ['POST', '/integrations'],
] as const;

const documented: Audit[] = [
  {
    id: 'AM-AUTH-01',
    fact: 'POST /api/v1/auth/login with username and password answers 200',
    check: async () => expect((await login(ann.email)).status).toBe(200),
  },
  ...fieldAudits('AM-AUTH', 2, 'a login', async () => (await login(ann.email)).body, {
    access_token: expect.stringMatching(/^eyJ/),
    token_type: 'bearer',
    expires_in: 1800,
  }),
  {
    id: 'AM-AUTH-06',
    fact: 'the token expires after as many seconds',
    check: async () => expect(expiryOf(ann.token)).toBe(1800),
  },
  {
    id: 'AM-AUTH-07',
    fact: 'the token is good as Authorization: Bearer',
    check: async () => expect((await ann.ask('GET', '/agents')).status).toBe(200),
  },
  {
    id: 'AM-AUTH-08',
    fact: 'all endpoints but login and system/health want a token, which they say before anything about the input',
    check: async () => {
      for (const [method, path] of GUARDED) {
        const answer = await ann.anonymous(method, path);
        expectRefusal(answer, 401, 'AUTHENTICATION_REQUIRED', containing('Authorization: Bearer'));
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      }
    },
  },
  {
    id: 'AM-AUTH-09',
    fact: 'login and system/health are public: stale credentials do not matter',
    check: async () => {
      const stale = { authorization: 'Bearer stale', 'x-api-key': 'stale' };
      expect((await login(ann.email, PASSWORD, stale)).status).toBe(200);
      expect((await ann.anonymous('GET', '/system/health', undefined, stale)).status).toBe(200);
    },
  },
  {
    id: 'AM-ERR-1',
    fact: 'an error is {detail, status_code, error_code}; VALIDATION_ERROR 400: fields that are missing or wrong',
    check: async () => {
      const detail = 'title: must be text; task_type: is required; priority: must be a whole number';
      expectRefusal(
        await ann.ask('POST', '/tasks', { title: 1, priority: '5' }),
        400,
        'VALIDATION_ERROR',
        detail,
      );
      for (const body of [[], null, 'null', '"text"'])
        expectRefusal(
          await ann.ask('POST', '/tasks', body),
          400,
          'VALIDATION_ERROR',
          'body: must be a JSON object',
        );
    },
  },
  {
    id: 'AM-ERR-2',
    fact: 'AUTHENTICATION_REQUIRED 401: no token, or one that is no good',
    check: async () => {
      const authorization = 'Bearer eyJ.no.good';
      const answer = await ann.anonymous('GET', '/agents', undefined, { authorization });
      expectRefusal(answer, 401, 'AUTHENTICATION_REQUIRED', containing('token'));
      expectRefusal(
        await ann.anonymous('GET', '/agents'),
        401,
        'AUTHENTICATION_REQUIRED',
        containing('Bearer'),
      );
    },
  },
  {
    id: 'AM-ERR-3',
    fact: 'PERMISSION_DENIED 403: a page of another place must not act without credentials',
    check: async () => {
      const foreign = { origin: 'https://elsewhere.example' };
      expectRefusal(
        await login(ann.email, PASSWORD, foreign),
        403,
        'PERMISSION_DENIED',
        containing('elsewhere.example'),
      );
    },
  },
  {
    id: 'AM-ERR-4',
    fact: 'TASK_NOT_FOUND 404: the task does not exist, or is somebody else’s',
    check: async () => {
      const bob = await openAccount(server, 'Bob');
      const { id } = (await bob.ask('POST', '/tasks', TASK)).body;
      for (const name of [id, 'task_123', '%20', 'x'.repeat(300)]) {
        for (const [method, path] of [
          ['GET', ''],
          ['POST', '/execute'],
        ] as const) {
          const answer = await ann.ask(method, `/tasks/${name}${path}`);
          expectRefusal(answer, 404, 'TASK_NOT_FOUND', containing('there is no such task'));
        }
      }
    },
  },
  {
    id: 'AM-ERR-5',
    fact: 'AGENT_NOT_FOUND 404: the agent does not exist',
    check: async () => {
      for (const name of ['nobody', 'task_123'])
        expectRefusal(
          await ann.ask('GET', `/agents/${name}`),
          404,
          'AGENT_NOT_FOUND',
          containing('there is no such agent'),
        );
    },
  },
  {
    id: 'AM-ERR-6',
    fact: 'RATE_LIMIT_EXCEEDED 429: authentication 5 a second, and not more',
    check: async () => {
      const limited = await startTestServer({ worker: false, variables: { RATE_LIMIT_FACTOR: '1' } });
      try {
        const ask = createLegacyClient(`${limited.url}/amas/api/v1`);
        const answers = await Promise.all(Array.from({ length: 30 }, () => ask('POST', '/auth/login', {})));
        const refused = answers.filter(({ status }) => status === 429);
        expect(refused.length).toBeGreaterThanOrEqual(10);
        for (const answer of refused) {
          expectRefusal(answer, 429, 'RATE_LIMIT_EXCEEDED', containing('5 are allowed'));
          expect(answer.headers.get('retry-after')).toBe('1');
        }
      } finally {
        await limited.stop();
      }
    },
  },
  {
    id: 'AM-LIMIT-1',
    fact: 'the API takes 100 requests a second of an account',
    check: async () => {
      const limited = await startTestServer({ worker: false, variables: { RATE_LIMIT_FACTOR: '1' } });
      try {
        const eve = await openAccount(limited, 'Eve');
        const answers = await Promise.all(Array.from({ length: 150 }, () => eve.ask('GET', '/nothing')));
        const taken = answers.filter(({ status }) => status === 404).length;
        expect(taken).toBeGreaterThanOrEqual(100);
        expect(answers.find(({ status }) => status === 404)!.headers.get('x-ratelimit-limit')).toBe('100');
        for (const answer of answers.filter(({ status }) => status !== 404))
          expectRefusal(answer, 429, 'RATE_LIMIT_EXCEEDED', containing('100 are allowed'));
      } finally {
        await limited.stop();
      }
    },
  },
];

function refusedLogin(answer: LegacyAnswer): void {
  expectRefusal(answer, 401, 'AUTHENTICATION_REQUIRED', 'user name or password is wrong');
}

const decided: Audit[] = [
  {
    id: 'AM-AUTH-D1',
    fact: 'username is the e-mail, in any letters, or the name of the account when it was the first to have it',
    check: async () => {
      for (const username of [ann.email, ` ${ann.email.toUpperCase()} `, 'Ann'])
        expect((await login(username)).status).toBe(200);
      for (const email of ['one@example.com', 'two@example.com'])
        await server.anonymous.register({ email, password: PASSWORD, name: 'Twin' });
      expect((await login('Twin')).status).toBe(200);
      expect((await login('two@example.com')).status).toBe(200);
    },
  },
  {
    id: 'AM-AUTH-D2',
    fact: 'a name that is somebody else’s e-mail does not stand before it',
    check: async () => {
      const account = { email: 'mimic@example.com', password: 'another good password', name: ann.email };
      await server.anonymous.register(account);
      expect((await login(ann.email)).status).toBe(200);
      refusedLogin(await login(ann.email, account.password));
    },
  },
  {
    id: 'AM-AUTH-D3',
    fact: 'a wrong password, an unknown name and an unknown e-mail are refused alike',
    check: async () => {
      refusedLogin(await login(ann.email, 'wrong'));
      refusedLogin(await login('Ann', 'wrong'));
      refusedLogin(await login('Nobody'));
      refusedLogin(await login('nobody@example.com'));
      refusedLogin(await login('Local admin', ''));
      refusedLogin(await login(''));
    },
  },
  {
    id: 'AM-AUTH-D4',
    fact: 'an address has ten tries a minute at an account, and keeps no one else out',
    check: async () => {
      const variables = { TRUST_PROXY: 'loopback', RATE_LIMIT_FACTOR: '1' };
      const limited = await startTestServer({ worker: false, variables });
      try {
        const eve = await openAccount(limited, 'Eve');
        const tried = [];
        for (let times = 0; times < 12; times += 1) {
          const from = { 'x-forwarded-for': '198.51.100.1' };
          const wrong = { username: eve.email, password: 'wrong' };
          tried.push((await eve.anonymous('POST', '/auth/login', wrong, from)).status);
          // An address may try five times a second.
          await new Promise((resolve) => setTimeout(resolve, 250));
        }
        expect(tried).toEqual([...Array(10).fill(401), ...Array(2).fill(429)]);
        const elsewhere = { 'x-forwarded-for': '198.51.100.2' };
        const right = { username: eve.email, password: PASSWORD };
        expect((await eve.anonymous('POST', '/auth/login', right, elsewhere)).status).toBe(200);
      } finally {
        await limited.stop();
      }
    },
  },
  {
    id: 'AM-AUTH-D5',
    fact: 'tokens of other surfaces, and API keys, are good here as well',
    check: async () => {
      const authorization = `Bearer ${ann.client.token}`;
      expect((await ann.anonymous('GET', '/agents', undefined, { authorization })).status).toBe(200);
      const { data } = await ann.client.query('mutation { createApiKey(input: { name: "a" }) { key } }');
      const key = { 'x-api-key': data.createApiKey.key };
      expect((await ann.anonymous('GET', '/agents', undefined, key)).status).toBe(200);
    },
  },
  {
    id: 'AM-ERR-D1',
    fact: 'NOT_FOUND 404: an unknown path, and one that cannot be read',
    check: async () => {
      for (const path of ['/nothing', '/%zz'])
        expectRefusal(await ann.ask('GET', path), 404, 'NOT_FOUND', `there is no GET /api/v1${path}`);
    },
  },
  {
    id: 'AM-ERR-D2',
    fact: 'METHOD_NOT_ALLOWED 405 with Allow: a known path, whatever is sent there',
    check: async () => {
      const answer = await ann.anonymous('PUT', '/auth/login', 'no JSON', { 'content-type': 'text/html' });
      expectRefusal(answer, 405, 'METHOD_NOT_ALLOWED', 'PUT is not allowed here; allowed: POST');
      expect(answer.headers.get('allow')).toBe('POST');
    },
  },
  {
    id: 'AM-ERR-D3',
    fact: 'VALIDATION_ERROR 400: a body that is no JSON, and none at all',
    check: async () => {
      const broken = await ann.ask('POST', '/tasks', '{"title": ');
      expectRefusal(
        broken,
        400,
        'VALIDATION_ERROR',
        'body: is not valid JSON, or has a member named __proto__',
      );
      expectRefusal(await ann.ask('POST', '/tasks'), 400, 'VALIDATION_ERROR', 'body: is required');
    },
  },
  {
    id: 'AM-ERR-D4',
    fact: 'UNSUPPORTED_MEDIA_TYPE 415 and PAYLOAD_TOO_LARGE 413',
    check: async () => {
      const form = await ann.ask('POST', '/tasks', 'a=b', {
        'content-type': 'application/x-www-form-urlencoded',
      });
      expectRefusal(form, 415, 'UNSUPPORTED_MEDIA_TYPE', containing('application/json'));
      const large = await ann.ask('POST', '/tasks', { title: 'x'.repeat(5 * 1024 * 1024) });
      expectRefusal(large, 413, 'PAYLOAD_TOO_LARGE', containing('5242880 bytes'));
    },
  },
  {
    id: 'AM-ERR-D5',
    fact: 'fields that are not documented are ignored',
    check: async () => {
      const body = { ...TASK, id: 'mine', status: 'completed', owner: 'bob' };
      const { status, body: made } = await ann.ask('POST', '/tasks', body);
      expect([status, made.status, made.id === 'mine']).toEqual([200, 'pending', false]);
    },
  },
  {
    id: 'AM-ERR-D6',
    fact: 'INTERNAL_ERROR 500: masked',
    check: async () => {
      const { pool } = server.store.database;
      await pool.query('alter table integration rename to lost');
      try {
        const answer = await ann.ask('GET', '/integrations');
        const detail = expect.stringMatching(/^an unexpected error occurred/);
        expectRefusal(answer, 500, 'INTERNAL_ERROR', detail);
      } finally {
        await pool.query('alter table lost rename to integration');
      }
    },
  },
  {
    id: 'AM-LINK-1',
    fact: 'every answer names the GraphQL operation that does the same',
    check: async () => {
      const successors = {
        'POST /auth/login': 'mutation login',
        'POST /tasks': 'mutation createTask',
        'POST /tasks/{id}/execute': 'mutation executeTask',
        'GET /tasks/{id}': 'query task',
        'GET /agents': 'query agents',
        'GET /agents/{id}': 'query agent',
        'GET /system/orchestrator/status': 'query systemStatus, agents',
        'GET /system/health': 'query health',
        'GET /system/metrics': 'query systemMetrics, systemStatus',
        'POST /predictions/predict/task': 'query predictTask',
        'GET /integrations': 'query integrations',
        'POST /integrations': 'mutation createIntegration',
      };
      for (const [endpoint, operation] of Object.entries(successors)) {
        const [method, path] = endpoint.split(' ') as [string, string];
        const { headers } = await ann.ask(method, path);
        expect(headers.get('link')).toBe(`</graphql>; rel="successor-version"; title="${operation}"`);
      }
    },
  },
  {
    id: 'AM-CORS-1',
    fact: 'a preflight of a documented path is answered',
    check: async () => {
      const preflight = { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' };
      expect((await ann.anonymous('OPTIONS', '/tasks', undefined, preflight)).status).toBe(204);
    },
  },
  {
    id: 'AM-ROOT-1',
    fact: 'at the documented path itself, a token of this login decides where others have the path, too',
    check: async () => {
      const ask = createLegacyClient(`${server.url}/api/v1`);
      const token = { authorization: `Bearer ${ann.token}` };
      expect((await ask('POST', '/auth/login', { username: ann.email, password: PASSWORD })).status).toBe(
        200,
      );
      const made = await ask('POST', '/tasks', TASK, token);
      expect(made.body.id).toMatch(/^task_\d{8}_\d{6}_[0-9a-f]{8}$/);
      expect((await ask('GET', `/tasks/${made.body.id}`, undefined, token)).body.assigned_agents).toEqual([
        'security_expert',
      ]);
      const [agent] = (await ask('GET', '/agents', undefined, token)).body;
      expect(agent).toHaveProperty('health');
    },
  },
];

runAudits('AMAS, as documented', documented);
runAudits('AMAS, where the document is silent', decided);
