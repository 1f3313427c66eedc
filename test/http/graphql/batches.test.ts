import { expect, test } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));
const limited = fixture(() =>
  startTestServer({ worker: false, variables: { RATE_LIMIT_FACTOR: '1', RATE_LIMIT_REQUESTS: '5' } }),
);
const ann = fixture(() => server.newUser());

async function send(operations: unknown, { url, token }: { url: string; token: string | null }) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(operations),
  });
  // biome-ignore lint/suspicious/noExplicitAny: results of any shape
  return { status: response.status, results: (await response.json()) as any };
}

const asAnn = (operations: unknown) => send(operations, { url: server.url, token: ann.token });

const NAME = { query: '{ viewer { name } }' };
const CREATE = { query: 'mutation { createSession(input: { name: "S" }) { session { name } } }' };
const EXPENSIVE = { query: `{ tasks(first: 100) { nodes { ${'id '.repeat(101)} } } }` };

test('results come in the order of the operations, each with its own data, errors and cost', async () => {
  const { status, results } = await asAnn([
    NAME,
    CREATE,
    { query: 'query ($n: Int) { sessions(first: $n) { nodes { name } } }', variables: { n: 1 } },
    { query: '{ nothing }' },
    EXPENSIVE,
    { query: 'query A { __typename } query B { viewer { email } }', operationName: 'B' },
    { query: 'mutation { login(input: { email: "x@example.com", password: "x" }) { token } }' },
  ]);
  expect(status).toBe(200);
  expect(results).toMatchObject([
    { data: { viewer: { name: 'User 1' } }, extensions: { cost: { requested: 2 } } },
    { data: { createSession: { session: { name: 'S' } } } },
    { data: { sessions: { nodes: [{ name: 'S' }] } } },
    { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
    { errors: [{ message: expect.stringContaining('at most 10000') }] },
    { data: { viewer: { email: 'user1@example.com' } } },
    { errors: [{ extensions: { code: 'WRONG_CREDENTIALS' } }] },
  ]);
});

test('each operation counts for the rate limit', async () => {
  const { status, results } = await send(Array(7).fill({ query: '{ __typename }' }), {
    url: limited.url,
    token: null,
  });
  expect(status).toBe(200);
  const codes = results.map(
    ({ errors }: { errors?: [{ extensions: { code: string } }] }) => errors?.[0].extensions.code,
  );
  expect(codes).toEqual([...Array(5).fill(undefined), 'RATE_LIMITED', 'RATE_LIMITED']);
});

test('after results of 1 MB nothing more is executed, so that no large result waits', async () => {
  const bob = await server.newUser();
  for (const end of ['a', 'b']) await bob.createTask({ prompt: 'x'.repeat(600_000) + end, hold: true });
  const prompts = { query: '{ tasks(first: 1) { nodes { prompt } } }' };
  const { status, results } = await send([prompts, prompts, CREATE, NAME], {
    url: server.url,
    token: bob.token,
  });
  expect(status).toBe(200);
  const refused = { errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] };
  expect(results).toMatchObject([{ data: {} }, { data: {} }, refused, refused]);
  const left = await bob.query('{ sessions { totalCount } }');
  expect(left).toMatchObject({ data: { sessions: { totalCount: 0 } } });
});

test('a subscription is refused, and the others are executed', async () => {
  const { results } = await asAnn([NAME, { query: 'subscription { activity { cursor } }' }, NAME]);
  expect(results).toMatchObject([
    { data: { viewer: {} } },
    {
      errors: [
        {
          message: 'query: a batch must not contain subscriptions',
          extensions: { code: 'VALIDATION_ERROR' },
        },
      ],
    },
    { data: { viewer: {} } },
  ]);
});

test.each([
  ['of eleven', Array(11).fill(NAME)],
  ['of none', []],
  ['with what is no operation', [NAME, 5]],
  ['in a batch', [[NAME]]],
])('a batch %s is refused as a whole', async (_what, operations) => {
  const { status, results } = await asAnn(operations);
  expect(status).toBe(400);
  expect(results.errors[0].extensions).toMatchObject({ code: 'VALIDATION_ERROR', field: 'query' });
});
