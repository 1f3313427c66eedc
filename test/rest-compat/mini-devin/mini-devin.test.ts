import { beforeAll, expect } from 'vitest';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { createLegacyClient, type LegacyAnswer, type LegacyClient } from '../clients/legacy-client.ts';
import { containing, expectRefusal, moment, PASSWORD, uuid } from './account.ts';

let ask: LegacyClient;
let token: string;
let users = 0;

// MD-ERR-7 provokes an error that the log is right to have; the totals of the tests are not the place for it.
const server = fixture(() => startTestServer({ worker: false, variables: { LOG_LEVEL: 'fatal' } }));
beforeAll(async () => {
  ask = createLegacyClient(`${server.url}/mini-devin`);
  const email = await newUser();
  token = (await ask('POST', '/api/auth/login', { email, password: PASSWORD })).body.access_token;
});

/** @returns the address of a fresh account */
async function newUser(): Promise<string> {
  users += 1;
  const email = `john${users}@example.com`;
  const { status } = await register({ email });
  expect(status).toBe(200);
  return email;
}

function register(fields: object): Promise<LegacyAnswer> {
  return ask('POST', '/api/auth/register', { password: PASSWORD, name: 'John Doe', ...fields });
}

function makeKey(body: unknown, headers?: Record<string, string>): Promise<LegacyAnswer> {
  return ask('POST', '/api/auth/api-keys', body, headers ?? { authorization: `Bearer ${token}` });
}

const documented: Audit[] = [
  {
    id: 'MD-HEALTH-1',
    fact: 'GET /health answers {status: healthy, version}',
    check: async () => {
      const { status, body } = await ask('GET', '/health');
      expect(status).toBe(200);
      expect(body).toEqual({ status: 'healthy', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
    },
  },
  {
    id: 'MD-AUTH-1',
    fact: 'register answers the account: id, email, name, created_at',
    check: async () => {
      const { status, body } = await register({ email: 'user@example.com' });
      expect(status).toBe(200);
      expect(body).toEqual({
        id: uuid,
        email: 'user@example.com',
        name: 'John Doe',
        created_at: moment,
      });
    },
  },
  {
    id: 'MD-AUTH-2',
    fact: 'login answers {access_token, token_type: bearer, expires_in: 3600}',
    check: async () => {
      const email = await newUser();
      const { status, body } = await ask('POST', '/api/auth/login', { email, password: PASSWORD });
      expect(status).toBe(200);
      expect(body).toEqual({
        access_token: expect.stringMatching(/^eyJ/),
        token_type: 'bearer',
        expires_in: 3600,
      });
    },
  },
  {
    id: 'MD-AUTH-3',
    fact: 'api-keys answers the key: id, name, key, created_at, expires_at',
    check: async () => {
      const { status, body } = await makeKey({ name: 'My API Key', expires_at: '2035-01-01T00:00:00Z' });
      expect(status).toBe(200);
      expect(body).toEqual({
        id: uuid,
        name: 'My API Key',
        key: expect.stringMatching(/^md_/),
        created_at: moment,
        expires_at: '2035-01-01T00:00:00Z',
      });
    },
  },
  {
    id: 'MD-AUTH-31',
    fact: 'a key may have expired, as the one of the document has by now: it is answered, and good for nothing',
    check: async () => {
      const { status, body } = await makeKey({ name: 'My API Key', expires_at: '2025-01-01T00:00:00Z' });
      expect([status, body.expires_at]).toEqual([200, '2025-01-01T00:00:00Z']);
      const answer = await ask('GET', '/api/sessions', undefined, { 'x-api-key': body.key });
      expectRefusal(answer, 401, 'UNAUTHORIZED', containing('expired'));
    },
  },
  {
    id: 'MD-AUTH-4',
    fact: 'the token of a login is good as Authorization: Bearer',
    check: async () => {
      expect((await makeKey({ name: 'a' }, { authorization: `Bearer ${token}` })).status).toBe(200);
    },
  },
  {
    id: 'MD-AUTH-5',
    fact: 'the key of api-keys is good as X-API-Key',
    check: async () => {
      const { key } = (await makeKey({ name: 'a' })).body;
      expect((await makeKey({ name: 'b' }, { 'x-api-key': key })).status).toBe(200);
    },
  },
  {
    id: 'MD-ERR-1',
    fact: 'UNAUTHORIZED 401: no credentials, told before anything about the input',
    check: async () => {
      for (const body of [{ name: 'a' }, {}]) {
        const answer = await makeKey(body, {});
        expectRefusal(answer, 401, 'UNAUTHORIZED', containing('Authorization: Bearer'));
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      }
    },
  },
  {
    id: 'MD-ERR-2',
    fact: 'UNAUTHORIZED 401: credentials that are no good',
    check: async () => {
      const authorization = 'Bearer eyJ.no.good';
      expectRefusal(await makeKey({}, { authorization }), 401, 'UNAUTHORIZED', containing('token'));
      expectRefusal(await makeKey({}, { 'x-api-key': 'md_no' }), 401, 'UNAUTHORIZED', containing('key'));
    },
  },
  {
    id: 'MD-ERR-3',
    fact: 'UNAUTHORIZED 401: a wrong password, and an unknown e-mail alike',
    check: async () => {
      const email = await newUser();
      const wrong = await ask('POST', '/api/auth/login', { email, password: 'not the password' });
      const unknown = await ask('POST', '/api/auth/login', { email: 'no@example.com', password: PASSWORD });
      expectRefusal(wrong, 401, 'UNAUTHORIZED', 'e-mail or password is wrong');
      expectRefusal(unknown, 401, 'UNAUTHORIZED', 'e-mail or password is wrong');
    },
  },
  {
    id: 'MD-ERR-4',
    fact: 'NOT_FOUND 404: an unknown path, whatever is sent there',
    check: async () => {
      for (const [path, named = path] of [['/api/nothing'], ['/'], ['/api/auth?token=secret', '/api/auth']]) {
        for (const type of ['application/json', 'text/html']) {
          const answer = await ask('POST', path!, 'no JSON', { 'content-type': type });
          expectRefusal(answer, 404, 'NOT_FOUND', `there is no POST ${named}`);
        }
      }
      expect((await ask('GET', '')).body).toMatchObject({ code: 'NOT_FOUND' });
    },
  },
  {
    id: 'MD-ERR-5',
    fact: 'VALIDATION_ERROR 422: fields that are missing or of a wrong type',
    check: async () => {
      const answer = await ask('POST', '/api/auth/register', { email: 3, name: null });
      const detail = 'email: must be text; password: is required; name: must be text';
      expectRefusal(answer, 422, 'VALIDATION_ERROR', detail);
      for (const body of [[], null, 'null', '"text"']) {
        expectRefusal(await makeKey(body), 422, 'VALIDATION_ERROR', 'body: must be a JSON object');
      }
    },
  },
  {
    id: 'MD-ERR-6',
    fact: 'VALIDATION_ERROR 422: what the schema refuses, in the words of the client',
    check: async () => {
      const answer = await register({ email: 'no address', password: 'short', name: '' });
      const detail =
        'email: must be an e-mail address such as ann@example.com; password: must have at least 8 characters; name: must not be empty';
      expectRefusal(answer, 422, 'VALIDATION_ERROR', detail);
      const past = await makeKey({ name: 'a', expires_at: '0001-01-01T00:00:00Z' });
      expectRefusal(past, 422, 'VALIDATION_ERROR', 'expires_at: must be in the year 1970 or later');
      expectRefusal(await makeKey({ name: 'a\0' }), 422, 'VALIDATION_ERROR', containing('name: '));
    },
  },
  {
    id: 'MD-ERR-7',
    fact: 'INTERNAL_ERROR 500: masked',
    check: async () => {
      const { pool } = server.store.database;
      await pool.query('alter table api_key rename to lost');
      try {
        const answer = await makeKey({ name: 'a' });
        expectRefusal(answer, 500, 'INTERNAL_ERROR', expect.stringMatching(/^an unexpected error occurred/));
      } finally {
        await pool.query('alter table lost rename to api_key');
      }
    },
  },
];

const decided: Audit[] = [
  {
    id: 'MD-AUTH-D1',
    fact: 'fields that are not documented are ignored',
    check: async () => {
      const { status, body } = await makeKey('{"name": "a", "scopes": [], "__proto__": {"expires_at": 1}}');
      expect([status, body.name]).toEqual([200, 'a']);
    },
  },
  {
    id: 'MD-AUTH-D2',
    fact: 'expires_at may be absent or null: the key does not expire',
    check: async () => {
      for (const body of [{ name: 'a' }, { name: 'a', expires_at: null }]) {
        expect((await makeKey(body)).body.expires_at).toBeNull();
      }
    },
  },
  {
    id: 'MD-AUTH-D3',
    fact: 'expires_at takes an offset, fractions, and no offset as UTC; it answers seconds and Z',
    check: async () => {
      const given = ['2035-01-01T02:30:00+02:30', '2035-01-01T00:00:00.123456', '2035-01-01T00:00:00.5Z'];
      for (const expires_at of given) {
        expect((await makeKey({ name: 'a', expires_at })).body.expires_at).toBe('2035-01-01T00:00:00Z');
      }
    },
  },
  {
    id: 'MD-AUTH-D4',
    fact: 'expires_at that is no moment is refused with an example',
    check: async () => {
      const detail = 'expires_at: must be a date and time such as 2030-01-01T00:00:00Z';
      for (const expires_at of ['', 'soon', '2035-02-30T00:00:00Z', '9999-12-31T23:59:59-10:00', 5]) {
        expectRefusal(await makeKey({ name: 'a', expires_at }), 422, 'VALIDATION_ERROR', detail);
      }
    },
  },
  {
    id: 'MD-AUTH-D5',
    fact: 'stale credentials do not keep a client from logging in or registering',
    check: async () => {
      const stale = { authorization: 'Bearer stale', 'x-api-key': 'stale' };
      const account = { email: 'stale@example.com', password: PASSWORD, name: 'A' };
      expect((await ask('POST', '/api/auth/register', account, stale)).status).toBe(200);
      expect((await ask('POST', '/api/auth/login', account, stale)).status).toBe(200);
      expect((await ask('GET', '/health', undefined, stale)).status).toBe(200);
    },
  },
  {
    id: 'MD-AUTH-D6',
    fact: 'the id is that of the same account in GraphQL',
    check: async () => {
      const { id } = (await register({ email: 'same@example.com' })).body;
      const login = `mutation { login(input: { email: "same@example.com", password: "${PASSWORD}" }) { user { id } } }`;
      const { user } = data(await server.anonymous.query(login)).login;
      expect(Buffer.from(user.id, 'base64url').toString()).toBe(`User:${id}`);
    },
  },
  {
    id: 'MD-ERR-D1',
    fact: 'CONFLICT 409: the e-mail is registered already',
    check: async () => {
      const email = await newUser();
      expectRefusal(await register({ email }), 409, 'CONFLICT', 'email: is already registered');
    },
  },
  {
    id: 'MD-ERR-D2',
    fact: 'VALIDATION_ERROR 422: a body that is no JSON',
    check: async () => {
      expectRefusal(
        await makeKey('{"name": '),
        422,
        'VALIDATION_ERROR',
        'body: is not valid JSON, or has a member named __proto__',
      );
    },
  },
  {
    id: 'MD-ERR-D3',
    fact: 'VALIDATION_ERROR 422: no body, with and without a Content-Type',
    check: async () => {
      const authorization = `Bearer ${token}`;
      for (const headers of [{ authorization }, { authorization, 'content-type': 'application/json' }]) {
        const answer = await ask('POST', '/api/auth/api-keys', undefined, headers);
        expectRefusal(answer, 422, 'VALIDATION_ERROR', 'body: is required');
      }
    },
  },
  {
    id: 'MD-ERR-D4',
    fact: 'UNSUPPORTED_MEDIA_TYPE 415: anything but application/json',
    check: async () => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', '???']) {
        const answer = await ask('POST', '/api/auth/login', '{}', { 'content-type': type });
        expectRefusal(
          answer,
          415,
          'UNSUPPORTED_MEDIA_TYPE',
          `Content-Type ${type} is not supported; send application/json`,
        );
      }
      const charset = { 'content-type': 'Application/JSON; charset=utf-8' };
      expect((await ask('POST', '/api/auth/login', {}, charset)).status).toBe(422);
    },
  },
  {
    id: 'MD-ERR-D5',
    fact: 'PAYLOAD_TOO_LARGE 413: more than 5 MiB',
    check: async () => {
      const answer = await makeKey({ name: 'x'.repeat(5 * 1024 * 1024) });
      expectRefusal(answer, 413, 'PAYLOAD_TOO_LARGE', containing('5242880 bytes'));
    },
  },
  {
    id: 'MD-ERR-D6',
    fact: 'METHOD_NOT_ALLOWED 405 with Allow: a known path, whatever is sent there',
    check: async () => {
      const login = await ask('PUT', '/api/auth/login', 'no JSON', { 'content-type': 'text/html' });
      expectRefusal(login, 405, 'METHOD_NOT_ALLOWED', 'PUT is not allowed here; allowed: POST');
      expect(login.headers.get('allow')).toBe('POST');
      const health = await ask('DELETE', '/health');
      expectRefusal(health, 405, 'METHOD_NOT_ALLOWED', 'DELETE is not allowed here; allowed: GET, HEAD');
      expect((await ask('HEAD', '/health')).status).toBe(200);
      expect((await ask('HEAD', '/api/auth/login')).status).toBe(405);
    },
  },
  {
    id: 'MD-ERR-D7',
    fact: 'FORBIDDEN 403: registration is closed',
    check: async () => {
      const closed = await startTestServer({ worker: false, variables: { REGISTRATION: 'closed' } });
      try {
        const account = { email: 'a@example.com', password: PASSWORD, name: 'A' };
        const answer = await createLegacyClient(`${closed.url}/mini-devin`)(
          'POST',
          '/api/auth/register',
          account,
        );
        expectRefusal(answer, 403, 'FORBIDDEN', containing('registration is closed'));
      } finally {
        await closed.stop();
      }
    },
  },
  {
    id: 'MD-ERR-D8',
    fact: 'NOT_FOUND 404: a path that cannot be read',
    check: async () => {
      for (const path of ['/%zz', '/api/auth/login/%e0%a4%a', '/%zz?token=secret']) {
        const answer = await ask('GET', path);
        expectRefusal(answer, 404, 'NOT_FOUND', `there is no GET ${path.split('?')[0]}`);
        expect(answer.headers.get('link')).toBe('</graphql>; rel="successor-version"');
      }
    },
  },
  {
    id: 'MD-LINK-1',
    fact: 'every answer names the GraphQL operation that does the same',
    check: async () => {
      const successor = (operation: string) => `</graphql>; rel="successor-version"; title="${operation}"`;
      const link = async (method: string, path: string) => (await ask(method, path)).headers.get('link');
      expect(await link('GET', '/health')).toBe(successor('query health'));
      expect(await link('POST', '/api/auth/register')).toBe(successor('mutation register'));
      expect(await link('POST', '/api/auth/login')).toBe(successor('mutation login'));
      expect(await link('POST', '/api/auth/api-keys')).toBe(successor('mutation createApiKey'));
      expect(await link('GET', '/api/sessions/{id}')).toBe(successor('query session, tasks'));
      expect(await link('GET', '/api/nothing')).toBe('</graphql>; rel="successor-version"');
    },
  },
  {
    id: 'MD-CORS-1',
    fact: 'a preflight of a documented path is answered',
    check: async () => {
      const preflight = { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' };
      const answer = await ask('OPTIONS', '/api/auth/login', undefined, preflight);
      expect(answer.status).toBe(204);
    },
  },
];

runAudits('Mini-Devin, as documented', documented);
runAudits('Mini-Devin, where the document is silent', decided);
