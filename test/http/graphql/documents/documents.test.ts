import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Answer, errorCode, openSockets } from '../../../harness/client.ts';
import { fixture } from '../../../harness/fixture.ts';
import { createFolder } from '../../../harness/folder.ts';
import { startTestServer, type TestServer } from '../../../harness/server.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const NAME = 'query Name { viewer { name } }';
const EVENTS = 'subscription Events($id: ID!) { runEvents(runId: $id) { __typename } }';
const LOGIN = 'mutation Login($input: LoginInput!) { login(input: $input) { token } }';
const OTHER = 'query Other { viewer { email } }';

/** In the form of codegen, whose hashes are of any algorithm, and in that of Relay. */
const MANIFEST = { [sha256(NAME)]: NAME, 'relay-events': EVENTS, c0ffee: LOGIN };

const file = fixture(
  async () => {
    const folder = await createFolder();
    const path = join(folder.path, 'documents.json');
    writeFileSync(path, JSON.stringify(MANIFEST));
    return { path, remove: () => folder.remove() };
  },
  { stop: ({ remove }) => remove() },
);
const start = (mode: string) => () =>
  startTestServer({
    worker: false,
    embedded: true,
    variables: { DOCUMENTS: mode, DOCUMENTS_FILE: file.path },
  });
const open = fixture(start('open'));
const known = fixture(start('known'));
const only = fixture(start('only'));

interface Operation {
  query?: string;
  documentId?: string;
  doc_id?: string;
  id?: string;
  variables?: object;
  extensions?: object;
}

const persisted = (text: string) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text) } },
});

type Send = (server: TestServer, token: string | null, operation: Operation) => Promise<Answer>;

const headersOf = (token: string | null): Record<string, string> =>
  token === null ? {} : { authorization: `Bearer ${token}` };

const post = (accept: string) => (server: TestServer, token: string | null, operation: Operation) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...headersOf(token) },
    body: JSON.stringify(operation),
  });

const overHttp: Send = async (...given) =>
  (await post('application/json')(...given)).json() as Promise<Answer>;

const overGet: Send = async (server, token, { extensions, variables, ...operation }) => {
  const parameters = new URLSearchParams(operation as Record<string, string>);
  if (extensions) parameters.set('extensions', JSON.stringify(extensions));
  if (variables) parameters.set('variables', JSON.stringify(variables));
  const answer = await fetch(`${server.url}/graphql?${parameters}`, { headers: headersOf(token) });
  return answer.json() as Promise<Answer>;
};

const overSse: Send = async (...given) => {
  const { body } = await post('text/event-stream')(...given);
  let text = '';
  for await (const piece of body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const data = /^data: (\{.*)\n/m.exec(text)?.[1];
    if (data) return JSON.parse(data) as Answer;
  }
  throw new Error(`there was no answer: ${text}`);
};

const overSocket: Send = async (server, token, operation) => {
  const sockets = openSockets(`${server.url}/graphql`, headersOf(token));
  try {
    for await (const answer of sockets.iterate({ query: '', ...operation } as never)) return answer as Answer;
    throw new Error('there was no answer');
  } catch (thrown) {
    if (Array.isArray(thrown)) return { errors: thrown };
    throw thrown;
  } finally {
    await sockets.dispose();
  }
};

const TRANSPORTS: [string, Send][] = [
  ['HTTP', overHttp],
  ['GET', overGet],
  ['SSE', overSse],
  ['WebSocket', overSocket],
];

async function tokenOf(server: TestServer): Promise<string> {
  const { token } = await server.localAdmin();
  return token!;
}

/** An account of a server on which a stranger may not register. */
async function account(server: TestServer): Promise<string> {
  const admin = await server.localAdmin();
  const { data } = await admin.query(
    `mutation { register(input: { email: "a${Math.random()}@example.com", password: "a good password", name: "A" }) { token } }`,
  );
  return data.register.token;
}

describe.each(TRANSPORTS)('over %s', (_name, send) => {
  test.each([
    ['its hash', persisted(NAME)],
    ['documentId', { documentId: sha256(NAME) }],
    ['doc_id', { doc_id: sha256(NAME) }],
    ['id', { id: sha256(NAME) }],
    ['its text', { query: NAME }],
    ['its text and its hash', { query: NAME, ...persisted(NAME) }],
  ])('a trusted document is executed by %s, in every mode', async (_how, operation) => {
    for (const server of [open, known, only]) {
      expect(await send(server, await tokenOf(server), operation)).toMatchObject({
        data: { viewer: { name: 'Local admin' } },
      });
      expect(errorCode(await send(server, null, operation))).toBe('UNAUTHENTICATED');
    }
  });

  test('a document is registered by its hash, and then executed by it, unless only trusted ones are allowed', async () => {
    for (const server of [open, known]) {
      const own = `query Own${_name}${server === open ? 1 : 2} { viewer { name } }`;
      const token = await account(server);
      const unknown = await send(server, token, persisted(own));
      expect(unknown.errors).toMatchObject([
        { message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } },
      ]);
      expect((await send(server, token, { query: own, ...persisted(own) })).data.viewer.name).toBe('A');
      expect((await send(server, token, persisted(own))).data.viewer.name).toBe('A');
    }
    const token = await account(only);
    const unsupported = await send(only, token, persisted(OTHER));
    expect(unsupported.errors).toMatchObject([
      { message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } },
    ]);
    const refused = await send(only, token, { query: OTHER, ...persisted(OTHER) });
    expect(errorCode(refused)).toBe('DOCUMENT_NOT_ALLOWED');
  });

  test('any other text is for administrators where documents are limited', async () => {
    for (const server of [known, only]) {
      expect((await send(server, await tokenOf(server), { query: OTHER })).errors).toBeUndefined();
      expect(errorCode(await send(server, await account(server), { query: OTHER }))).toBe(
        'DOCUMENT_NOT_ALLOWED',
      );
      expect(errorCode(await send(server, null, { query: OTHER }))).toBe('DOCUMENT_NOT_ALLOWED');
    }
    expect((await send(open, await account(open), { query: OTHER })).errors).toBeUndefined();
  });

  test('a hash of another text, and an id of nothing, are refused', async () => {
    const token = await account(open);
    const wrong = await send(open, token, { query: OTHER, ...persisted(NAME) });
    expect(errorCode(wrong)).toBe('VALIDATION_ERROR');
    const bad = await send(open, token, { query: OTHER, extensions: { persistedQuery: { sha256Hash: 5 } } });
    expect(errorCode(bad)).toBe('VALIDATION_ERROR');
    expect(errorCode(await send(open, token, { documentId: 'nothing' }))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });
});

test('a stranger registers nothing where documents are limited, and uses what accounts registered', async () => {
  const own = 'query OfAll { __typename }';
  expect(errorCode(await overHttp(known, null, { query: own, ...persisted(own) }))).toBe(
    'DOCUMENT_NOT_ALLOWED',
  );
  expect(errorCode(await overHttp(known, null, persisted(own)))).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
  await overHttp(known, await account(known), { query: own, ...persisted(own) });
  for (const operation of [persisted(own), { query: own }]) {
    expect(await overHttp(known, null, operation)).toMatchObject({ data: { __typename: 'Query' } });
  }
});

test('a run token registers nothing where documents are limited', async () => {
  const admin = await known.localAdmin();
  const id = await admin.createTask({ prompt: 'x', hold: true });
  const made = await admin.query(`mutation { createRunToken(input: { runIds: ["${id}"] }) { token } }`);
  const { token } = made.data.createRunToken;
  const own = 'query OfARunToken { __typename }';
  expect(errorCode(await overHttp(known, token, { query: own, ...persisted(own) }))).toBe(
    'DOCUMENT_NOT_ALLOWED',
  );
  expect(errorCode(await overHttp(known, token, persisted(own)))).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
});

test.each([
  ['SSE', overSse],
  ['WebSocket', overSocket],
])('a subscription is executed by its id over %s', async (_name, send) => {
  const admin = await only.localAdmin();
  const id = await admin.createTask({ prompt: 'x', hold: true });
  const answer = await send(only, admin.token, { id: 'relay-events', variables: { id } });
  expect(answer).toEqual({ data: { runEvents: { __typename: 'CurrentState' } } });
});

test('a login with credentials that have expired is one, also by its id', async () => {
  const variables = { input: { email: 'nobody@example.com', password: 'x' } };
  const answer = await overHttp(only, 'expired', { documentId: 'c0ffee', variables });
  expect(errorCode(answer)).toBe('WRONG_CREDENTIALS');
});

test('the older APIs execute documents of their own', async () => {
  const answer = await fetch(`${only.url}/amas/api/v1/agents`, { headers: headersOf(await account(only)) });
  expect(answer.status).toBe(200);
});

test.each([
  ['that is no JSON', 'nothing', /cannot be read as JSON/],
  ['of another form', '{"a": 1}', /its values must be documents/],
  ['with a document that is none', '{"a": "{"}', /the document a is not valid: Syntax Error/],
  [
    'with a document of another schema',
    '{"a": "{ nothing }"}',
    /the document a is not valid: Cannot query field/,
  ],
])('the server does not start with a file %s', async (_what, content, message) => {
  const folder = await createFolder();
  const path = join(folder.path, 'documents.json');
  writeFileSync(path, content);
  await expect(startTestServer({ worker: false, variables: { DOCUMENTS_FILE: path } })).rejects.toThrow(
    message,
  );
  await folder.remove();
});
