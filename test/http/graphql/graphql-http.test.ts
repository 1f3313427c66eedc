import { serverAudits } from 'graphql-http';
import { describe, expect, test } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));

describe('GraphQL over HTTP, as graphql-http audits it', () => {
  const audits = serverAudits({ url: () => `${server.url}/graphql`, fetchFn: fetch });

  test('there are 61 audits', () => expect(audits).toHaveLength(61));

  test.each(audits.map(({ id, name, fn }) => ({ id, name, fn })))('$id $name', async ({ fn }) => {
    const result = await fn();
    if (result.status !== 'ok') throw new Error(`${result.status}: ${result.reason}`);
  });
});

const JSON_TYPE = { 'content-type': 'application/json' };
const HEALTH = JSON.stringify({ query: '{ health { status } }' });
const MUTATION = 'mutation { login(input: { email: "a@example.com", password: "12345678" }) { token } }';

/** What never reaches GraphQL, or should not: [what, path, request, status, code, field]. */
const REFUSALS: [string, string, RequestInit, number, string, string?][] = [
  ['malformed JSON', '', { method: 'POST', headers: JSON_TYPE, body: '{"query":' }, 400, 'VALIDATION_ERROR'],
  ['no body', '', { method: 'POST', headers: JSON_TYPE }, 400, 'VALIDATION_ERROR'],
  [
    'an empty object',
    '',
    { method: 'POST', headers: JSON_TYPE, body: '{}' },
    400,
    'VALIDATION_ERROR',
    'query',
  ],
  ['a number', '', { method: 'POST', headers: JSON_TYPE, body: '5' }, 400, 'VALIDATION_ERROR', 'query'],
  ['null', '', { method: 'POST', headers: JSON_TYPE, body: 'null' }, 400, 'VALIDATION_ERROR', 'query'],
  [
    'a batch of batches',
    '',
    { method: 'POST', headers: JSON_TYPE, body: `[[${HEALTH}]]` },
    400,
    'VALIDATION_ERROR',
    'query',
  ],
  [
    'a prototype',
    '',
    { method: 'POST', headers: JSON_TYPE, body: '{"query":"{health{status}}","__proto__":{}}' },
    400,
    'VALIDATION_ERROR',
  ],
  [
    'text',
    '',
    { method: 'POST', headers: { 'content-type': 'text/plain' }, body: HEALTH },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'a form',
    '',
    { method: 'POST', body: new URLSearchParams({ query: '{ health { status } }' }) },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['a multipart form', '', { method: 'POST', body: new FormData() }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['no type and no body', '', { method: 'POST' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  [
    'a body over 5 MiB',
    '',
    { method: 'POST', headers: JSON_TYPE, body: ' '.repeat(5 * 1024 * 1024 + 1) },
    413,
    'PAYLOAD_TOO_LARGE',
  ],
  [
    'variables that are no JSON',
    '?query={health{status}}&variables={x',
    {},
    400,
    'VALIDATION_ERROR',
    'variables',
  ],
  ['a mutation by GET', `?query=${encodeURIComponent(MUTATION)}`, {}, 405, 'METHOD_NOT_ALLOWED'],
  ['PATCH', '', { method: 'PATCH', headers: JSON_TYPE, body: HEALTH }, 405, 'METHOD_NOT_ALLOWED'],
  ['a reservation without credentials', '', { method: 'PUT' }, 401, 'UNAUTHENTICATED'],
  ['the end of an operation without credentials', '', { method: 'DELETE' }, 401, 'UNAUTHENTICATED'],
  [
    'a type that nothing is sent in',
    '?query={health{status}}',
    { headers: { accept: 'image/png' } },
    406,
    'VALIDATION_ERROR',
    'Accept',
  ],
  ['an unknown path', '/../no/such/path', {}, 404, 'NOT_FOUND'],
  ['a path that is none', '/../%zz', {}, 400, 'VALIDATION_ERROR'],
];

test.each(REFUSALS)(
  '%s is refused in the form of GraphQL',
  async (_what, path, init, status, code, field) => {
    const response = await fetch(`${server.url}/graphql${path}`, init);
    const body = (await response.json()) as { errors: { message: string; extensions: object }[] };
    expect({ status: response.status, keys: Object.keys(body) }).toEqual({ status, keys: ['errors'] });
    expect(body.errors).toEqual([
      { message: expect.any(String), extensions: expect.objectContaining({ code }) },
    ]);
    expect(body.errors[0]?.extensions).toMatchObject(field ? { field } : {});
    expect(JSON.stringify(body)).not.toMatch(/FST_|node_modules|statusCode/);
  },
);

test('a mutation by GET changes nothing', async () => {
  const register =
    'mutation { register(input: { email: "get@example.com", password: "a good password", name: "G" }) { token } }';
  await fetch(`${server.url}/graphql?query=${encodeURIComponent(register)}`);
  const answer = await server.anonymous.query(register);
  expect(answer.data.register.token).toEqual(expect.any(String));
});
