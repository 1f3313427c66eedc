import { once } from 'node:events';
import { getNamedType, isAbstractType, isCompositeType, isObjectType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createTokens } from '../../src/resolvers/accounts/logins/tokens.ts';
import { globalId } from '../../src/rules/ids/global-id.ts';
import { schema } from '../../src/schema/index.ts';
import { type Answer, type Client, createClient, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { ask, TRANSPORTS } from '../http/transports.ts';
import { refusedAfter } from './watched.ts';

const JWT_SECRET = 'a secret of the tests, long enough';

let id: string;
let other: string;
let credentials: Record<string, string>;

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());
beforeAll(async () => {
  id = await ann.createTask({ prompt: 'x', hold: true });
  other = await ann.createTask({ prompt: 'y', hold: true });
  credentials = await newToken(ann);
  await server.store.database.pool.query(
    `insert into model_call (id, run_id, attempt, provider, model, status)
     select 'c-' || id, id, 1, 'demo', 'demo', 'completed' from run`,
  );
});

const CREATE = 'mutation ($input: CreateRunTokenInput!) { createRunToken(input: $input) { token } }';
const create = (client: Client, input: object = {}) =>
  client.query(CREATE, { input: { runIds: [id], expiresInSeconds: 600, ...input } });

async function newToken(client: Client, input: object = {}): Promise<Record<string, string>> {
  return { authorization: `Bearer ${data(await create(client, input)).createRunToken.token}` };
}
const codes = ({ errors = [] }: Answer) => errors.map(({ extensions }) => extensions.code);
const plain = (globalId: string) => Buffer.from(globalId, 'base64url').toString().split(':')[1]!;

describe.each(TRANSPORTS)('over %s, a run token', (transport) => {
  const read = (document: string, variables: Record<string, unknown> = { id }) =>
    ask(transport, server.url, credentials, document, variables);
  const subscribe = (document: string, variables: Record<string, unknown> = { id }) =>
    ask(transport === 'HTTP' ? 'SSE' : transport, server.url, credentials, document, variables);

  test('reads its run and its events', async () => {
    const task = await read('query ($id: ID!) { task(id: $id) { id status prompt modelCalls { cost } } }');
    expect(data(task).task).toMatchObject({ id, prompt: 'x' });
    const node = await read('query ($id: ID!) { node(id: $id) { ... on Task { status } } }');
    expect(data(node).node).toEqual({ status: 'PENDING' });
    const events = await subscribe(
      'subscription ($id: ID!) { taskEvents(taskId: $id) { seq ... on CurrentState { task { status } } } }',
    );
    expect(data(events).taskEvents).toEqual({ seq: 0, task: { status: 'PENDING' } });
  });

  test('reads its run as a run, without what it refers to', async () => {
    const run = await read('query ($id: ID!) { run(id: $id) { id status cost } }');
    expect(data(run).run).toEqual({ id, status: 'PENDING', cost: 0 });
    const events = await subscribe(
      'subscription ($id: ID!) { runEvents(runId: $id) { seq ... on CurrentState { run { status } } } }',
    );
    expect(data(events).runEvents).toEqual({ seq: 0, run: { status: 'PENDING' } });
    for (const selected of ['session { id name }', '... on Task { dependsOn { status } }']) {
      expect(codes(await read(`query ($id: ID!) { run(id: $id) { ${selected} } }`))).toEqual(['FORBIDDEN']);
    }
  });

  test('finds by their ids its run and the model calls of it, and nothing else', async () => {
    const [mine, foreign] = [
      globalId('ModelCall', `c-${plain(id)}`),
      globalId('ModelCall', `c-${plain(other)}`),
    ];
    const ids = [mine, other, id, foreign, globalId('User', 'x')];
    const { nodes } = data(await read('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids }));
    expect(nodes).toEqual([{ id: mine }, null, { id }, null, null]);
    expect(codes(await read('query ($id: ID!) { node(id: $id) { id } }', { id: foreign }))).toEqual([
      'NOT_FOUND',
    ]);
  });

  test('finds no other run, of the same account or not there', async () => {
    const missing = Buffer.from('Task:nothing').toString('base64url');
    for (const each of [other, missing]) {
      const answers = [
        await read('query ($id: ID!) { task(id: $id) { status } }', { id: each }),
        await read('query ($id: ID!) { node(id: $id) { id } }', { id: each }),
        await read('query ($id: ID!) { run(id: $id) { id } }', { id: each }),
        await subscribe('subscription ($id: ID!) { runEvents(runId: $id) { seq } }', { id: each }),
        await subscribe('subscription ($id: ID!) { taskEvents(taskId: $id) { seq } }', { id: each }),
        await subscribe('subscription ($id: ID!) { tokens(taskId: $id) }', { id: each }),
      ];
      expect(answers.map(codes)).toEqual(answers.map(() => ['NOT_FOUND']));
    }
  });

  test.each([
    'query { viewer { id } }',
    'query { tasks(first: 1) { nodes { id } } }',
    'query { apiKeys(first: 1) { nodes { id } } }',
    'query ($id: ID!) { task(id: $id) { agent { name } } }',
    'query ($id: ID!) { task(id: $id) { artifacts { name } } }',
    'query ($id: ID!) { task(id: $id) { ...T } } fragment T on Task { ... on Node { ... on Task { session { name } } } }',
    'query ($id: ID!) { node(id: $id) { ... on Task { dependsOn { id } } } }',
    'mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { status } } }',
    'mutation ($id: ID!) { createRunToken(input: { runIds: [$id] }) { token } }',
    'mutation { createApiKey(input: { name: "x" }) { key } }',
    'mutation { logout { user { id } } }',
  ])('may not: %s', async (document) => {
    expect(codes(await read(document))).toEqual(['FORBIDDEN']);
  });

  test.each([
    'subscription { activity { cursor } }',
    'subscription ($id: ID!) { taskEvents(taskId: $id) { ... on CurrentState { task { session { id } } } } }',
  ])('may not follow: %s', async (document) => {
    expect(codes(await subscribe(document))).toEqual(['FORBIDDEN']);
  });
});

test('downloads nothing, and reads no metrics', async () => {
  const [artifact, metrics] = await Promise.all(
    ['/artifacts/x', '/metrics'].map((path) => fetch(`${server.url}${path}`, { headers: credentials })),
  );
  expect([artifact!.status, metrics!.status]).toEqual([403, 403]);
});

test('is refused by the older APIs but for its run', async () => {
  const get = async (path: string) =>
    (await fetch(`${server.url}/mini-devin${path}`, { headers: credentials })).status;
  expect(await get('/api/sessions')).toBe(403);
  expect(await get(`/api/tasks/${plain(other)}`)).toBe(404);
});

test('a key that reads can create one, a key that does not cannot', async () => {
  for (const [scope, expected] of [
    ['READ', []],
    ['RUN', ['FORBIDDEN']],
  ] as const) {
    const { key } = data(
      await ann.query(`mutation { createApiKey(input: { name: "k", scopes: [${scope}] }) { key } }`),
    ).createApiKey;
    expect(codes(await create(createClient(server.url, { 'x-api-key': key })))).toEqual(expected);
  }
});

test.each([
  [{ runIds: [] }, 'input.runIds', 'VALIDATION_ERROR'],
  [{ expiresInSeconds: 0 }, 'input.expiresInSeconds', 'VALIDATION_ERROR'],
  [{ expiresInSeconds: 86_401 }, 'input.expiresInSeconds', 'VALIDATION_ERROR'],
  [{ runIds: ['nonsense'] }, 'input.runIds.0', 'NOT_FOUND'],
])('%j is refused', async (input, field, code) => {
  const answer = await create(ann, input);
  expect(answer.errors![0]!.extensions).toMatchObject({ code, field });
});

test('is not created for a run of another account, nor for another kind of thing', async () => {
  const bob = await server.newUser();
  expect(errorCode(await create(bob))).toBe('NOT_FOUND');
  const execution = Buffer.from(`Execution:${plain(id)}`).toString('base64url');
  expect(errorCode(await create(ann, { runIds: [execution] }))).toBe('NOT_FOUND');
  const viewer = data(await ann.query('{ viewer { id } }')).viewer.id;
  expect(errorCode(await create(ann, { runIds: [viewer] }))).toBe('NOT_FOUND');
});

test('ends with the key that created it, with its open sockets', async () => {
  const made = data(await ann.query('mutation { createApiKey(input: { name: "k" }) { apiKey { id } key } }'));
  const program = createClient(server.url, { 'x-api-key': made.createApiKey.key });
  const token = await newToken(program);
  const socket = await follow(token);
  const closed = once(socket, 'close');
  const { id: keyId } = made.createApiKey.apiKey;
  data(
    await ann.query('mutation ($id: ID!) { deleteApiKey(input: { id: $id }) { deletedId } }', { id: keyId }),
  );
  expect((await closed)[0]).toBe(4403);
  await refusedAfter(server.url, token);
});

describe('ends with the login that created it', () => {
  const PASSWORD = 'a good password';
  let people = 0;

  async function register() {
    people += 1;
    const email = `reader${people}@example.com`;
    const client = await server.anonymous.register({ email, password: PASSWORD, name: email });
    const own = await client.createTask({ prompt: 'x', hold: true });
    const { token } = data(
      await server.anonymous.query(
        `mutation { login(input: { email: "${email}", password: "${PASSWORD}" }) { token } }`,
      ),
    ).login;
    return { client, own, login: createClient(server.url, { authorization: `Bearer ${token}` }) };
  }

  const bearerOf = ({ token }: Client) => ({ authorization: `Bearer ${token}` });
  const plainUser = async (client: Client) => plain(data(await client.query('{ viewer { id } }')).viewer.id);
  const creators: Record<
    string,
    (person: Awaited<ReturnType<typeof register>>) => Promise<Record<string, string>>
  > = {
    'a login token': async ({ client }) => bearerOf(client),
    'the token of a cookie': async ({ client }) => {
      const response = await fetch(`${server.url}/session`, { method: 'POST', headers: bearerOf(client) });
      const cookie = response.headers.getSetCookie()[0]!;
      return { authorization: `Bearer ${cookie.slice(cookie.indexOf('=') + 1, cookie.indexOf(';'))}` };
    },
    'a token from before logins were recorded': async ({ client }) => ({
      authorization: `Bearer ${await createTokens(JWT_SECRET).sign(await plainUser(client), 3600)}`,
    }),
  };
  const endings: Record<string, { by: 'creator' | 'login'; document: string }> = {
    logout: { by: 'creator', document: 'mutation { logout { user { id } } }' },
    logoutEverywhere: { by: 'login', document: 'mutation { logoutEverywhere { user { id } } }' },
    changePassword: {
      by: 'login',
      document: `mutation { changePassword(input: { currentPassword: "${PASSWORD}", newPassword: "another password" }) { token } }`,
    },
  };

  test.each(Object.keys(creators).flatMap((made) => Object.keys(endings).map((ended) => [made, ended])))(
    'created by %s, with %s',
    async (made, ended) => {
      const person = await register();
      const creator = createClient(server.url, await creators[made!]!(person));
      const { token } = data(await create(creator, { runIds: [person.own] })).createRunToken;
      const { by, document } = endings[ended!]!;
      const reader = { authorization: `Bearer ${token}` };
      const task = () =>
        ask('HTTP', server.url, reader, 'query ($id: ID!) { task(id: $id) { status } }', { id: person.own });
      expect(data(await task()).task).toEqual({ status: 'PENDING' });
      data(await (by === 'creator' ? creator : person.login).query(document));
      await refusedAfter(server.url, reader);
      expect(codes(await task())).toEqual(['UNAUTHENTICATED']);
    },
  );
});

test('a socket closes with 4403 when it expires', async () => {
  const socket = await follow(await newToken(ann, { expiresInSeconds: 2 }));
  expect((await once(socket, 'close'))[0]).toBe(4403);
});

/** A socket that follows the run. */
async function follow(given: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: given }));
  await once(socket, 'message');
  const query = `subscription { taskEvents(taskId: "${id}") { seq } }`;
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  await once(socket, 'message');
  return socket;
}

test('all types that it can reach are parts of runs', () => {
  // It is readable below its run, although it is found by its id as well.
  const isNode = (name: string) => {
    if (name === 'ModelCall') return false;
    const type = schema.getType(name);
    return isObjectType(type) && type.getInterfaces().some((each) => each.name === 'Node');
  };
  const found = new Set<string>();
  const visit = (name: string) => {
    const type = schema.getType(name);
    if (!isCompositeType(type) || found.has(name)) return;
    found.add(name);
    if (isAbstractType(type)) for (const each of schema.getPossibleTypes(type)) visit(each.name);
    if (!('getFields' in type)) return;
    for (const field of Object.values(type.getFields())) {
      const of = getNamedType(field.type).name;
      if (of !== 'Node' && !of.endsWith('Connection') && !isNode(of)) visit(of);
    }
  };
  for (const name of ['Task', 'Execution', 'Orchestration', 'RunEvent']) visit(name);
  expect([...found].sort()).toMatchInlineSnapshot(`
    [
      "AgentSelected",
      "ArtifactSaved",
      "AttemptStarted",
      "Budget",
      "BulkExample",
      "BulkOperation",
      "ContextCompacted",
      "CurrentState",
      "DurationEstimate",
      "EvaluationCompleted",
      "EvaluationFailed",
      "EventsExpired",
      "Execution",
      "ExecutionStep",
      "InputProvided",
      "InputRequested",
      "ModelCall",
      "ModelCallCompleted",
      "ModelCallFailed",
      "ModelCallStarted",
      "ModelReference",
      "ModelSelected",
      "Orchestration",
      "OrchestrationRound",
      "Plan",
      "PlanStep",
      "PlanUpdated",
      "PredictionEvidence",
      "ProgressMade",
      "PromptParameters",
      "QualityEstimate",
      "ReasoningGenerated",
      "RecommendedAgent",
      "ResourceUsage",
      "ResponseGenerated",
      "Run",
      "RunCancelled",
      "RunCompleted",
      "RunCreated",
      "RunError",
      "RunEvent",
      "RunFailed",
      "RunQueued",
      "RunResumed",
      "RunStarted",
      "StepCompleted",
      "StepFailed",
      "StepSkipped",
      "StepStarted",
      "StepTaskCreated",
      "Task",
      "TaskPrediction",
      "TaskTemplate",
      "TextExpired",
      "ThreadTruncated",
      "TokensGenerated",
      "ToolCall",
      "ToolCallCompleted",
      "ToolCallStarted",
      "Usage",
    ]
  `);
});
