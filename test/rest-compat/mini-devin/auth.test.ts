import { beforeAll, expect } from 'vitest';
import { DIALECT_TABLES } from '../../../src/rest-compat/index.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import { createLegacyClient, type LegacyAnswer } from '../clients/legacy-client.ts';
import { expectRefusal, moment, openAccount, PASSWORD, text, uuid } from './account.ts';

let health: LegacyAnswer;
let registered: LegacyAnswer;
let login: LegacyAnswer;
let key: LegacyAnswer;

const server = fixture(() => startTestServer({ worker: false }));
beforeAll(async () => {
  const ask = createLegacyClient(`${server.url}/mini-devin`);
  health = await ask('GET', '/health');
  registered = await ask('POST', '/api/auth/register', JOHN);
  login = await ask('POST', '/api/auth/login', JOHN);
});
const account = fixture(() => openAccount(server.url, 'user@example.org'));
beforeAll(async () => {
  key = await account.ask('POST', '/api/auth/api-keys', { name: 'My API Key', expires_at: LATER });
});

const JOHN = { email: 'user@example.com', password: PASSWORD, name: 'John Doe' };
const LATER = '2035-01-01T00:00:00Z';

const isFresh = (given: string) => Math.abs(Date.now() - Date.parse(given)) < 60_000;

/** An audit for each field that an endpoint takes: it is needed, and it is text. */
function requestAudits(prefix: string, first: number, path: string, fields: readonly string[]): Audit[] {
  const body: Record<string, unknown> = { ...JOHN, email: 'other@example.com' };
  return fields.map((field, index) => ({
    id: `${prefix}-${String(first + index).padStart(2, '0')}`,
    fact: `POST ${path} takes ${field}, which is text`,
    check: async () => {
      const { [field]: _left, ...without } = body;
      const missing = await account.ask('POST', path, without);
      expectRefusal(missing, 422, 'VALIDATION_ERROR', `${field}: is required`);
      const wrong = await account.ask('POST', path, { ...body, [field]: 7 });
      expectRefusal(wrong, 422, 'VALIDATION_ERROR', `${field}: must be text`);
    },
  }));
}

const documented: Audit[] = [
  {
    id: 'MD-HEALTH-02',
    fact: 'GET /health answers 200',
    check: async () => expect(health.status).toBe(200),
  },
  ...fieldAudits('MD-HEALTH', 3, 'the answer', async () => health.body, {
    status: 'healthy',
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  }),
  {
    id: 'MD-REG-01',
    fact: 'POST /api/auth/register answers 200',
    check: async () => expect(registered.status).toBe(200),
  },
  ...requestAudits('MD-REG', 2, '/api/auth/register', ['email', 'password', 'name']),
  ...fieldAudits('MD-REG', 5, 'a new account', async () => registered.body, {
    id: uuid,
    email: 'user@example.com',
    name: 'John Doe',
    created_at: moment,
  }),
  {
    id: 'MD-REG-10',
    fact: 'created_at is the time of the request',
    check: async () => expect(registered.body.created_at).toSatisfy(isFresh),
  },
  {
    id: 'MD-LOGIN-01',
    fact: 'POST /api/auth/login answers 200',
    check: async () => expect(login.status).toBe(200),
  },
  ...requestAudits('MD-LOGIN', 2, '/api/auth/login', ['email', 'password']),
  ...fieldAudits('MD-LOGIN', 4, 'a login', async () => login.body, {
    access_token: expect.stringMatching(/^eyJ[\w-]*\.[\w-]+\.[\w-]+$/),
    token_type: 'bearer',
    expires_in: 3600,
  }),
  {
    id: 'MD-LOGIN-08',
    fact: 'the token expires after expires_in seconds',
    check: async () => {
      const [, payload] = login.body.access_token.split('.');
      const { iat, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString());
      expect(exp - iat).toBe(login.body.expires_in);
    },
  },
  {
    id: 'MD-KEY-01',
    fact: 'POST /api/auth/api-keys answers 200',
    check: async () => expect(key.status).toBe(200),
  },
  ...requestAudits('MD-KEY', 2, '/api/auth/api-keys', ['name']),
  ...fieldAudits('MD-KEY', 3, 'a new key', async () => key.body, {
    id: uuid,
    name: 'My API Key',
    key: expect.stringMatching(/^md_\S+$/),
    created_at: moment,
    expires_at: LATER,
  }),
];

const rows = DIALECT_TABLES['mini-devin'].endpoints;
const withinAccounts = rows.filter(({ access }) => access === 'account');

/** The path of an endpoint, with ids that name nothing. */
const pathOf = (path: string) => path.replaceAll(/\{\w+\}/g, 'nothing');

const accessAudits = withinAccounts.flatMap(({ method, path }, index): Audit[] => {
  const number = String(index + 1).padStart(2, '0');
  return [
    {
      id: `MD-TOKEN-${number}`,
      fact: `${method} ${path} takes Authorization: Bearer, and X-API-Key`,
      check: async () => {
        const headers = [{ authorization: `Bearer ${account.token}` }, { 'x-api-key': key.body.key }];
        for (const each of headers) {
          const answer = await account.anonymous(method, pathOf(path), undefined, each);
          expect([200, 204, 404, 422]).toContain(answer.status);
        }
      },
    },
    {
      id: `MD-NOTOKEN-${number}`,
      fact: `UNAUTHORIZED 401: ${method} ${path} without credentials, and with bad ones`,
      check: async () => {
        for (const headers of [{}, { authorization: 'Bearer eyJ.no.good' }, { 'x-api-key': 'md_no' }]) {
          const answer = await account.anonymous(method, pathOf(path), undefined, headers);
          expectRefusal(answer, 401, 'UNAUTHORIZED', text);
        }
      },
    },
  ];
});

const linkAudits = rows.map(
  ({ method, path }, index): Audit => ({
    id: `MD-SUCCESSOR-${String(index + 1).padStart(2, '0')}`,
    fact: `${method} ${path} names what does the same in GraphQL, whatever it answers`,
    check: async () => {
      const does = method === 'GET' ? 'query' : 'mutation';
      for (const { ask } of [account, { ask: account.anonymous }]) {
        const { headers } = await ask(method, pathOf(path));
        expect(headers.get('link')).toMatch(
          new RegExp(`rel="successor-version"; title="${does} \\w+(, \\w+)*"$`),
        );
      }
    },
  }),
);

const bodied = rows.filter(({ method, path }) => method === 'POST' && !path.endsWith('/stop'));

const bodyAudits = bodied.map(
  ({ path }, index): Audit => ({
    id: `MD-BODY-${String(index + 1).padStart(2, '0')}`,
    fact: `VALIDATION_ERROR 422: POST ${path} with a body that is no JSON object`,
    check: async () => {
      for (const body of ['{"name": ', '[]', 'null', '"text"', '']) {
        const answer = await account.ask('POST', pathOf(path), body);
        expectRefusal(answer, 422, 'VALIDATION_ERROR', expect.stringMatching(/^body: /));
      }
    },
  }),
);

const ORIGINS = ['http://localhost:5173', 'http://localhost:3000'];

/** What a browser asks before a page may send this. */
function preflight(origin: string, method: string, url = server.url): Promise<Response> {
  return fetch(`${url}/mini-devin/api/sessions/nothing`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type,x-api-key',
    },
  });
}

const corsAudits: Audit[] = [
  ...ORIGINS.map((origin, index) => ({
    id: `MD-CORS-0${index + 2}`,
    fact: `pages of ${origin} may call the API, with every method and credentials`,
    check: async () => {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const { status, headers } = await preflight(origin, method);
        expect([status, headers.get('access-control-allow-origin')]).toEqual([204, origin]);
        expect(headers.get('access-control-allow-methods')).toContain(method);
        expect(headers.get('access-control-allow-headers')).toContain('authorization');
      }
      const answer = await account.ask('GET', '/api/sessions', undefined, { origin });
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    },
  })),
  {
    id: 'MD-CORS-04',
    fact: 'CORS_ORIGINS says whose pages may instead',
    check: async () => {
      const other = await startTestServer({ worker: false, variables: { CORS_ORIGINS: 'https://app.test' } });
      try {
        const allowed = async (origin: string) =>
          (await preflight(origin, 'POST', other.url)).headers.get('access-control-allow-origin');
        expect(await allowed('https://app.test')).toBe('https://app.test');
        expect(await allowed(ORIGINS[0]!)).toBeNull();
      } finally {
        await other.stop();
      }
    },
  },
];

runAudits('Mini-Devin accounts, field by field', documented);
runAudits('Mini-Devin credentials, endpoint by endpoint', [...accessAudits, ...bodyAudits, ...linkAudits]);
runAudits('Mini-Devin and pages of other origins', corsAudits);
