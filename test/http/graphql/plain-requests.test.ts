import { beforeAll, describe, expect, test } from 'vitest';
import { createDocuments } from '../../../src/http/graphql/documents/documents.ts';
import { isPlain } from '../../../src/http/graphql/plain-requests.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

let authorization: string;
const server = fixture(() =>
  startTestServer({ worker: false, variables: { CORS_ORIGINS: 'https://app.example.com' } }),
);
beforeAll(async () => {
  authorization = `Bearer ${(await server.newUser()).token}`;
});

/** The word alone makes a request one that is not plain. */
const AS_YOGA_DOES = '\n# subscription';

const HEALTH = '{ health { status } }';
const CREATE = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { status prompt } } }';
const TWO = 'query A { health { status } } query B { viewer { name } }';

const BODIES: [what: string, body: { query: string } & Record<string, unknown>][] = [
  ['a query', { query: HEALTH }],
  ['a query for the viewer', { query: '{ viewer { name email } tasks { pageInfo { endCursor } } }' }],
  ['variables', { query: 'query ($n: Int) { tasks(first: $n) { nodes { id } } }', variables: { n: 3 } }],
  ['null variables', { query: HEALTH, variables: null, extensions: null, operationName: null }],
  ['extensions', { query: HEALTH, extensions: { a: 1 } }],
  ['one operation of two', { query: TWO, operationName: 'B' }],
  ['none of two', { query: TWO }],
  ['an unknown operation', { query: TWO, operationName: 'C' }],
  ['a mutation', { query: CREATE, variables: { input: { prompt: 'é"\\\u2028' } } }],
  ['a wrong input', { query: CREATE, variables: { input: { prompt: '' } } }],
  ['a wrong variable', { query: CREATE, variables: { input: { prompt: 5 } } }],
  ['a missing variable', { query: CREATE }],
  ['variables that are text', { query: HEALTH, variables: '{}' }],
  ['variables that are a list', { query: HEALTH, variables: [] }],
  ['an unknown member', { query: HEALTH, bogus: 1 }],
  ['a wrong operation name', { query: HEALTH, operationName: 5 }],
  ['an unknown field', { query: '{ nothing }' }],
  ['no document', { query: '' }],
  ['half a document', { query: '{' }],
  ['only a fragment', { query: 'fragment F on Query { __typename }' }],
  ['a document that is too long', { query: '{a'.repeat(3_000) }],
  ['a query that costs too much', { query: `{ tasks(first: 100) { nodes { ${'id '.repeat(101)} } } }` }],
  ['what is not there', { query: '{ task(id: "x") { id } }' }],
  ['partial data', { query: '{ health { status } task(id: "x") { id } }' }],
  ['introspection', { query: '{ __schema { queryType { name } } }' }],
];

const HEADERS: [what: string, headers: () => Record<string, string>][] = [
  ['nothing else', () => ({})],
  ['credentials', () => ({ authorization })],
  ['wrong credentials', () => ({ authorization: 'Bearer x' })],
  ['JSON', () => ({ authorization, accept: 'application/json' })],
  ['the JSON of GraphQL', () => ({ authorization, accept: 'application/graphql-response+json' })],
  ['either', () => ({ accept: 'application/graphql-response+json, application/json;q=0.9' })],
  ['anything of the kind', () => ({ authorization, accept: 'application/*' })],
  ['another charset', () => ({ accept: 'application/json; charset=latin1' })],
  ['pictures', () => ({ authorization, accept: 'image/png' })],
  ['a known page', () => ({ origin: 'https://app.example.com' })],
  ['a foreign page', () => ({ origin: 'https://evil.example.com' })],
];

const OF_THE_CONNECTION = ['date', 'content-length', 'transfer-encoding'];

async function ask(body: { query: string }, headers: Record<string, string>) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const { errors, ...answer } = (await response.json()) as { errors?: { locations?: unknown }[] };
  return {
    status: response.status,
    headers: [...response.headers].filter(([name]) => !OF_THE_CONNECTION.includes(name)),
    // A document that ends too early ends elsewhere when it is longer.
    body: { ...answer, errors: errors?.map(({ locations: _places, ...error }) => error) },
  };
}

describe.each(HEADERS)('with %s', (_with, headers) => {
  test.each(BODIES)('%s is answered as Yoga does', async (_what, body) => {
    const plain = await ask(body, headers());
    const yogas = await ask({ ...body, query: body.query + AS_YOGA_DOES }, headers());
    expect(plain).toEqual(yogas);
  });
});

const ANY_DOCUMENTS = createDocuments('open', new Map());

test.each([
  [true, 'POST', undefined, HEALTH],
  [true, 'POST', '*/*', HEALTH],
  [true, 'POST', 'application/json', HEALTH],
  [false, 'GET', undefined, HEALTH],
  [false, 'POST', 'application/json, text/event-stream', HEALTH],
  [false, 'POST', 'TEXT/*', HEALTH],
  [false, 'POST', '*/event-stream', HEALTH],
  [false, 'POST', 'multipart/mixed', HEALTH],
  [false, 'POST', '*/mixed', HEALTH],
  [false, 'POST', undefined, HEALTH + AS_YOGA_DOES],
  [false, 'POST', undefined, 'subscription { tokens(taskId: "x") }'],
  [false, 'POST', undefined, 5],
  [false, 'POST', undefined, undefined],
])('plain: %s for %s %s %s', (plain, method, accept, query) => {
  expect(isPlain({ method, headers: { accept }, body: { query } } as never, ANY_DOCUMENTS)).toBe(plain);
});
