import { describe, expect, test } from 'vitest';
import { runDueWorkflow } from '../../../src/store/workflows/run-due-workflow.ts';
import { type Client, createClient, data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { launch } from '../../harness/process.ts';
import { startRedis } from '../../harness/redis.ts';
import { startTestServer } from '../../harness/server.ts';
import { openLegacySocket, refusedUpgrade } from '../../rest-compat/clients/legacy-socket.ts';
import { createWorkflow, execute, execution, follow } from '../../workflows/workflows.ts';
import { ask, TRANSPORTS } from '../transports.ts';

const LIMITED = {
  RATE_LIMIT_FACTOR: '1',
  RATE_LIMIT_REQUESTS: '40',
  RATE_LIMIT_RUNS: '10',
  TRUST_PROXY: 'loopback',
};

const server = fixture(() => startTestServer({ worker: false, variables: LIMITED }));

let addresses = 0;

/** Accounts are registered from an address each, so that this counts against no limit of a test. */
async function newUser(): Promise<Client> {
  addresses += 1;
  const from = createClient(server.url, { 'x-forwarded-for': `203.0.113.${addresses}` });
  const email = `limited${addresses}@example.com`;
  return from.register({ email, password: 'a good password', name: 'Ann' });
}

const bearer = ({ token }: Client) => ({ authorization: `Bearer ${token}` });

async function spend(client: Client, operations: number): Promise<void> {
  const answers = await Promise.all(Array.from({ length: operations }, () => client.query('{ __typename }')));
  for (const { errors } of answers) expect(errors).toBeUndefined();
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  test('the operation after the last one that is allowed in a minute is RATE_LIMITED', async () => {
    const ann = await newUser();
    const ask1 = () => ask(transport, server.url, bearer(ann), '{ __typename }');
    expect((await ask1()).errors).toBeUndefined();
    await spend(ann, 39);
    const { errors } = await ask1();
    expect(errors).toHaveLength(1);
    expect(errors![0]).toMatchObject({
      message: expect.stringMatching(
        /^too many operations: an account is allowed 40 a minute; try again in \d+ s$/,
      ),
      extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) },
    });
    expect(errors![0]!.extensions.retryAfter).toBeLessThanOrEqual(60);
    expect(JSON.stringify(errors)).not.toContain('"http"');
  });

  test('what is invalid counts, too', async () => {
    const ann = await newUser();
    await Promise.all(
      Array.from({ length: 40 }, () => ask(transport, server.url, bearer(ann), '{ nothing }')),
    );
    const { errors } = await ask(transport, server.url, bearer(ann), '{ nothing }');
    expect(errors![0]!.extensions.code).toBe('RATE_LIMITED');
  });

  test('each created run of a document counts', async () => {
    const ann = await newUser();
    const aliases = Array.from(
      { length: 12 },
      (_, index) => `a${index}: createTask(input: { prompt: "x", hold: true }) { task { id } }`,
    );
    const { data, errors } = await ask(
      transport,
      server.url,
      bearer(ann),
      `mutation { ${aliases.join(' ')} }`,
    );
    expect(Object.values(data!).filter(Boolean)).toHaveLength(10);
    expect(errors!.map(({ extensions }) => extensions.code)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
    expect(errors![0]!.message).toMatch(/^too many runs: an account is allowed 10 a minute/);
  });
});

test('over HTTP the answer is a 429 with Retry-After', async () => {
  const ann = await newUser();
  await spend(ann, 40);
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { ...bearer(ann), 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ __typename }' }),
  });
  expect(response.status).toBe(429);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('one account does not spend what is another’s, and an address has a count of its own', async () => {
  const ann = await newUser();
  const bob = await newUser();
  await spend(ann, 40);
  await spend(bob, 40);
  const from = createClient(server.url, { 'x-forwarded-for': '198.51.100.7' });
  await spend(from, 40);
  const { errors } = await from.query('{ __typename }');
  expect(errors![0]!.message).toContain('an address without credentials is allowed 40 a minute');
});

test('bad credentials count against the address', async () => {
  const from = createClient(server.url, {
    'x-forwarded-for': '198.51.100.8',
    authorization: 'Bearer nonsense',
  });
  const answers = await Promise.all(Array.from({ length: 41 }, () => from.query('{ __typename }')));
  const codes = answers.map(({ errors }) => errors![0]!.extensions.code);
  expect(codes.filter((code) => code === 'UNAUTHENTICATED')).toHaveLength(40);
  expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(1);
});

interface DialectCall {
  name: string;
  path: string;
  /** The body of a 429. */
  refused: object;
}

const DETAIL = expect.stringMatching(
  /^too many operations: an account is allowed 40 a minute; try again in \d+ s$/,
);

const CALLS: DialectCall[] = [
  { name: 'themachine', path: '/api/v1/tasks', refused: { detail: DETAIL } },
  { name: 'ai-task-orchestra', path: '/api/v1/templates', refused: { detail: DETAIL } },
  { name: 'mini-devin', path: '/api/sessions', refused: { detail: DETAIL, code: 'RATE_LIMITED' } },
  { name: 'amas', path: '/api/v1/agents', refused: { detail: DETAIL, error_code: 'RATE_LIMIT_EXCEEDED' } },
  { name: 'orchestratex', path: '/api/models/', refused: { detail: DETAIL, status_code: 429 } },
];

describe.each(CALLS)('a request of $name', ({ name, path, refused }) => {
  const call = (client: Client, of = path, init: RequestInit = {}) =>
    fetch(`${server.url}/${name}${of}`, { ...init, headers: { ...bearer(client), ...init.headers } });

  test('counts once as an operation of the account, and is refused in its own words', async () => {
    const ann = await newUser();
    await spend(ann, 30);
    const answers = await Promise.all(Array.from({ length: 10 }, () => call(ann)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const last = await call(ann);
    expect(last.status).toBe(429);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await last.json()).toMatchObject(refused);
    const { errors } = await ann.query('{ __typename }');
    expect(errors![0]!.extensions.code).toBe('RATE_LIMITED');
  });

  test('counts when it is invalid, too', async () => {
    const ann = await newUser();
    await spend(ann, 37);
    const json = { 'content-type': 'application/json' };
    expect((await call(ann, '/api/nothing')).status).toBe(404);
    expect((await call(ann, path, { method: 'PUT' })).status).toBe(405);
    expect((await call(ann, path, { method: 'DELETE', body: 'no JSON', headers: json })).status).toBe(405);
    expect((await call(ann)).status).toBe(429);
  });

  test('counts once without its mount', async () => {
    const ann = await newUser();
    await spend(ann, 38);
    const headers = { ...bearer(ann), 'x-api-dialect': name };
    expect((await fetch(`${server.url}${path}`, { headers })).status).toBe(200);
    expect((await fetch(`${server.url}${path}`, { headers })).status).toBe(200);
    expect((await fetch(`${server.url}${path}`, { headers })).status).toBe(429);
  });
});

test('without credentials an address has one count for GraphQL and the dialects', async () => {
  const headers = { 'x-forwarded-for': '198.51.100.10' };
  await spend(createClient(server.url, headers), 39);
  const call = () => fetch(`${server.url}/themachine/api/v1/tasks`, { headers });
  expect((await call()).status).toBe(401);
  const refused = await call();
  expect(refused.status).toBe(429);
  expect((await refused.json()).detail).toContain('an address without credentials is allowed 40 a minute');
});

test('upgrades and messages of a dialect’s socket count as operations', async () => {
  const ann = await newUser();
  await spend(ann, 37);
  const socket = await openLegacySocket(server.url, '/amas/ws', { headers: bearer(ann) });
  await socket.next(({ event }) => event === 'connected');
  socket.send({ command: 'nothing' });
  await socket.next(({ data }) => data?.error_code === 'VALIDATION_ERROR');
  socket.send('no JSON');
  socket.send({ command: 'nothing' });
  const refused = await socket.next(({ data }) => data?.error_code === 'RATE_LIMIT_EXCEEDED');
  expect(refused.data).toMatchObject({ detail: DETAIL });
  await socket.close();
  const upgrade = await refusedUpgrade(server.url, '/amas/ws', { headers: bearer(ann) });
  expect(upgrade.status).toBe(429);
  expect(Number(upgrade.headers['retry-after'])).toBeGreaterThan(0);
});

test('a download counts as an operation', async () => {
  const ann = await newUser();
  await spend(ann, 39);
  const download = () => fetch(`${server.url}/artifacts/nothing`, { headers: bearer(ann) });
  expect((await download()).status).toBe(404);
  const refused = await download();
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('runs that a dialect creates count as the account’s', async () => {
  const ann = await newUser();
  const create = () =>
    fetch(`${server.url}/themachine/api/v1/tasks`, {
      method: 'POST',
      headers: { ...bearer(ann), 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'x', description: 'x', type: 'analysis' }),
    });
  for (let index = 0; index < 10; index += 1) {
    const made = await create();
    expect(made.status, await made.text()).toBe(200);
  }
  const last = await create();
  expect(last.status).toBe(429);
  expect(last.headers.get('retry-after')).toMatch(/^\d+$/);
  await spend(ann, 29);
});

const idOf = (type: string) => Buffer.from(`${type}:nothing`).toString('base64url');

/** All that makes a run begin. The ids name nothing, so that whatever is not counted first is NOT_FOUND. */
const BEGINNINGS: [mutation: string, field: string][] = [
  ['createTask', 'createTask(input: { prompt: "x" }) { task { id } }'],
  ['executeTask', `executeTask(input: { id: "${idOf('Task')}" }) { task { id } }`],
  ['retryTask', `retryTask(input: { id: "${idOf('Task')}" }) { task { id } }`],
  ['executeAgent', `executeAgent(input: { agentId: "${idOf('Agent')}", prompt: "x" }) { task { id } }`],
  ['executeWorkflow', `executeWorkflow(input: { workflowId: "${idOf('Workflow')}" }) { execution { id } }`],
  ['retryExecution', `retryExecution(input: { id: "${idOf('Execution')}" }) { execution { id } }`],
  ['startOrchestration', 'startOrchestration(input: { prompt: "x" }) { orchestration { id } }'],
  [
    'retryOrchestration',
    `retryOrchestration(input: { id: "${idOf('Orchestration')}" }) { orchestration { id } }`,
  ],
  ['redeliver', `redeliver(input: { id: "${idOf('Delivery')}" }) { delivery { id } }`],
];

test.each(BEGINNINGS)('%s counts as a run of the account', async (_mutation, field) => {
  const ann = await newUser();
  const held = 'createTask(input: { prompt: "x", hold: true }) { task { id } }';
  const aliases = Array.from({ length: 9 }, (_, index) => `a${index}: ${held}`);
  expect((await ann.query(`mutation { ${aliases.join(' ')} }`)).errors).toBeUndefined();
  const first = await ann.query(`mutation { ${field} }`);
  expect(first.errors?.[0]?.extensions.code ?? 'made').toMatch(/^(made|NOT_FOUND)$/);
  const { errors } = await ann.query(`mutation { ${field} }`);
  expect(errors![0]!.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfter: expect.any(Number) });
});

test('a run that is not allowed to begin stays as it was', async () => {
  const ann = await newUser();
  const id = await ann.createTask({ prompt: 'x', hold: true });
  const again = `mutation ($id: ID!) { ${Array.from({ length: 9 }, (_, index) => `a${index}: retryTask(input: { id: $id }) { task { id } }`).join(' ')} }`;
  for (const { extensions } of (await ann.query(again, { id })).errors!)
    expect(extensions.code).toBe('INVALID_STATE');
  const execute = 'mutation ($id: ID!) { executeTask(input: { id: $id }) { task { status } } }';
  expect((await ann.query(execute, { id })).errors![0]!.extensions.code).toBe('RATE_LIMITED');
  expect((await ann.task(id)).status).toBe('PENDING');
});

describe('of an execution', () => {
  const working = fixture(() => startTestServer({ variables: { ...LIMITED, RATE_LIMIT_REQUESTS: '30000' } }));

  const STEPS = [
    { key: 'a', name: 'a', forEach: 'input.list', model: 'demo@tokens=1,itl=0', task: '{{ item }}' },
  ];

  test('all tasks are made, and count', async () => {
    const ann = await working.newUser();
    const id = await createWorkflow(ann, STEPS);
    const list = Array.from({ length: 12 }, (_, index) => index);
    const executed = await execute(ann, id, { input: { list } });
    await follow(ann, executed);
    expect(await execution(ann, executed)).toMatchObject({ status: 'COMPLETED' });
    const { errors } = await ann.query('mutation { createTask(input: { prompt: "x" }) { task { id } } }');
    expect(errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
    const bob = await working.newUser();
    await bob.createTask({ prompt: 'x' });
  });

  test('that a schedule makes counts as a run with its tasks', async () => {
    const ann = await working.newUser();
    const schedule = { cron: '0 0 1 * *', timeZone: 'UTC', input: { list: [1, 2, 3, 4, 5, 6, 7, 8, 9] } };
    const id = await createWorkflow(ann, STEPS, { schedule });
    const { pool } = working.store.database;
    const workflowId = Buffer.from(id, 'base64url').toString().split(':')[1]!;
    await pool.query('update workflow set next_run_at = clock_timestamp() where id = $1', [workflowId]);
    expect(await runDueWorkflow(working.store, workflowId)).toBeNull();
    const document = 'query ($id: ID!) { executions(filter: { workflowId: $id }) { nodes { id } } }';
    const [made] = data(await ann.query(document, { id })).executions.nodes;
    await follow(ann, made.id);
    expect(await execution(ann, made.id)).toMatchObject({ status: 'COMPLETED' });
    const { errors } = await ann.query('mutation { createTask(input: { prompt: "x" }) { task { id } } }');
    expect(errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
  });
});

test('tasks that a worker process creates count in Redis for the API', async () => {
  const redis = await startRedis();
  const variables = { ...LIMITED, RATE_LIMIT_REQUESTS: '30000', REDIS_URL: redis.url };
  const api = await startTestServer({ worker: false, variables });
  const worker = await launch('start:worker', {
    ...variables,
    DATABASE_URL: api.databaseUrl,
    DATA_DIR: api.config.dataDir,
    SECRETS_KEY: Buffer.alloc(32).toString('base64'),
  });
  try {
    const ann = await api.newUser();
    const steps = [{ key: 'a', forEach: 'input.list', model: 'demo@tokens=1,itl=0', task: 'x' }];
    const input = { list: Array.from({ length: 12 }, (_, index) => index) };
    await follow(ann, await execute(ann, await createWorkflow(ann, steps), { input }));
    const { errors } = await ann.query('mutation { createTask(input: { prompt: "x" }) { task { id } } }');
    expect(errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
  } finally {
    await worker.stop();
    await api.stop();
    await redis.kill();
  }
});

test('processes that share a Redis never allow more than the limit together', async () => {
  const redis = await startRedis();
  const variables = { ...LIMITED, REDIS_URL: redis.url, RATE_LIMIT_REQUESTS: '1000', LOG_LEVEL: 'error' };
  const servers = await Promise.all([1, 2].map(() => startTestServer({ worker: false, variables })));
  try {
    const answers = await Promise.all(
      Array.from({ length: 1100 }, (_, index) =>
        createClient(servers[index % 2]!.url, { 'x-forwarded-for': '198.51.100.9' }).query('{ __typename }'),
      ),
    );
    const passed = answers.filter(({ errors }) => errors === undefined).length;
    expect(passed).toBeLessThanOrEqual(1000);
    expect(passed).toBeGreaterThanOrEqual(980);
  } finally {
    await Promise.all(servers.map((each) => each.stop()));
    await redis.kill();
  }
});
