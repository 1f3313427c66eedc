import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import { saveArtifact } from '../../src/store/artifacts.ts';
import { openLease } from '../../src/store/lease.ts';
import { type Answer, type Client, createClient, data } from '../harness/client.ts';
import { runIdOf } from '../harness/lease.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { ask } from '../http/carriers.ts';
import { follow, start } from '../orchestration/orchestra.ts';
import { createSession, readFeed, readUntil } from '../sessions/feed-reader.ts';
import {
  documentsFor,
  idPaths,
  nestedFieldsWithIds,
  OPERATIONS,
  type Operation,
  rootFields,
} from '../sweep/documents.ts';
import { startVendor, type Vendor } from '../vendor/server.ts';

/** Stands in everything of Bob's that somebody could see. */
const CANARY = 'canary-of-bob';
const bobs = { email: `${CANARY}@example.com`, password: 'a good password', name: CANARY };

/** Bob's ids, by type. A new type that can be asked for by its id needs one here. */
type Ids = Record<string, string>;

interface Attempt {
  variables(ids: Ids): Record<string, unknown>;
  /** What comes of it for somebody else: nothing is found, or only what is the asker's own. */
  expected: 'NOT_FOUND' | 'FORBIDDEN' | 'own';
}

const none = { variables: () => ({}), expected: 'own' } satisfies Attempt;
const input = (value: (ids: Ids) => object, expected: Attempt['expected']): Attempt => ({
  variables: (ids) => ({ input: value(ids) }),
  expected,
});

const STEP = { id: 'a', type: 'STORE_OUTPUT', name: 'a', content: 'a' };

/** How Ann tries to get at what is Bob's, by every field that there is; what follows a field's name tells ways apart. */
const ATTEMPTS: Record<Operation, Record<string, Attempt>> = {
  query: {
    agent: { variables: ({ Agent }) => ({ id: Agent }), expected: 'NOT_FOUND' },
    agents: { variables: ({ agentCursor }) => ({ first: 5, before: agentCursor }), expected: 'own' },
    apiKeys: none,
    execution: { variables: ({ Execution }) => ({ id: Execution }), expected: 'NOT_FOUND' },
    executions: {
      variables: ({ cursor, Workflow }) => ({ first: 1, before: cursor, filter: { workflowId: Workflow } }),
      expected: 'own',
    },
    artifact: { variables: ({ Artifact }) => ({ id: Artifact }), expected: 'NOT_FOUND' },
    health: none,
    integration: { variables: ({ Integration }) => ({ id: Integration }), expected: 'NOT_FOUND' },
    integrations: { variables: ({ cursor }) => ({ first: 5, before: cursor }), expected: 'own' },
    model: { variables: ({ Model }) => ({ id: Model }), expected: 'NOT_FOUND' },
    models: { variables: () => ({ first: 5, filter: { provider: 'OPENAI' } }), expected: 'own' },
    node: { variables: ({ Task }) => ({ id: Task }), expected: 'NOT_FOUND' },
    orchestration: { variables: ({ Orchestration }) => ({ id: Orchestration }), expected: 'NOT_FOUND' },
    orchestrations: {
      variables: ({ cursor, Thread, Session }) => ({
        first: 5,
        before: cursor,
        filter: { threadId: Thread, sessionId: Session },
      }),
      expected: 'own',
    },
    predictionCalibration: none,
    predictTask: input(({ Agent }) => ({ type: 'custom', agentId: Agent }), 'NOT_FOUND'),
    'predictTask of a template': input(
      ({ Template }) => ({ type: 'custom', templateId: Template }),
      'NOT_FOUND',
    ),
    'predictTask of a type': input(() => ({ type: 'custom' }), 'own'),
    providers: none,
    selectModel: input(() => ({ taskType: 'code' }), 'own'),
    session: { variables: ({ Session }) => ({ id: Session }), expected: 'NOT_FOUND' },
    sessionAnalytics: { variables: ({ Session }) => ({ sessionId: Session }), expected: 'NOT_FOUND' },
    systemMetrics: none,
    systemStatus: none,
    userAnalytics: none,
    sessions: { variables: ({ cursor }) => ({ first: 2, before: cursor }), expected: 'own' },
    task: { variables: ({ Task }) => ({ id: Task }), expected: 'NOT_FOUND' },
    tasks: {
      variables: ({ cursor, Thread, Session, Execution }) => ({
        first: 5,
        before: cursor,
        filter: { threadId: Thread, sessionId: Session, executionId: Execution },
      }),
      expected: 'own',
    },
    template: { variables: ({ Template }) => ({ id: Template }), expected: 'NOT_FOUND' },
    templates: none,
    thread: { variables: ({ Thread }) => ({ id: Thread }), expected: 'NOT_FOUND' },
    threads: {
      variables: ({ cursor, Session }) => ({ first: 2, before: cursor, filter: { sessionId: Session } }),
      expected: 'own',
    },
    validateTemplate: input(
      ({ Template }) => ({ templateId: Template, parameters: { p: 'x' } }),
      'NOT_FOUND',
    ),
    viewer: none,
    workflow: { variables: ({ Workflow }) => ({ id: Workflow }), expected: 'NOT_FOUND' },
    workflows: { variables: ({ cursor }) => ({ first: 5, before: cursor }), expected: 'own' },
  },
  mutation: {
    cancelExecution: input(({ Execution }) => ({ id: Execution, reason: 'not mine' }), 'NOT_FOUND'),
    cancelOrchestration: input(
      ({ Orchestration }) => ({ id: Orchestration, reason: 'not mine' }),
      'NOT_FOUND',
    ),
    cancelTask: input(({ Task }) => ({ id: Task, reason: 'not mine' }), 'NOT_FOUND'),
    createAgent: input(() => ({ name: 'a' }), 'own'),
    createApiKey: input(() => ({ name: 'k' }), 'own'),
    createIntegration: input(() => ({ platform: 'WEBHOOK', url: 'https://example.com' }), 'own'),
    createModel: input(() => ({ provider: 'OPENAI', modelId: 'mine' }), 'own'),
    createSession: input(() => ({ name: 's' }), 'own'),
    createTask: input(
      ({ Agent, Session, Task, Thread }) => ({
        kind: 'AGENT',
        prompt: 'x',
        agentId: Agent,
        threadId: Thread,
        sessionId: Session,
        dependsOn: [Task],
      }),
      'NOT_FOUND',
    ),
    createThread: input(({ Session }) => ({ title: 't', sessionId: Session }), 'NOT_FOUND'),
    deleteSession: input(({ Session }) => ({ id: Session }), 'NOT_FOUND'),
    createTemplate: input(() => ({ name: 't', steps: [STEP] }), 'own'),
    'createTask of a template': input(({ Template }) => ({ templateId: Template }), 'NOT_FOUND'),
    deleteModel: input(({ Model }) => ({ id: Model }), 'NOT_FOUND'),
    deleteAgent: input(({ Agent }) => ({ id: Agent }), 'NOT_FOUND'),
    deleteIntegration: input(({ Integration }) => ({ id: Integration }), 'NOT_FOUND'),
    deleteTemplate: input(({ Template }) => ({ id: Template }), 'NOT_FOUND'),
    createWorkflow: input(
      ({ Agent }) => ({ name: 'w', steps: [{ id: 'a', task: 'x', agentId: Agent }] }),
      'NOT_FOUND',
    ),
    deleteExecution: input(({ Execution }) => ({ id: Execution }), 'NOT_FOUND'),
    deleteWorkflow: input(({ Workflow }) => ({ id: Workflow }), 'NOT_FOUND'),
    executeWorkflow: input(({ Workflow }) => ({ workflowId: Workflow }), 'NOT_FOUND'),
    deleteTask: input(({ Task }) => ({ id: Task }), 'NOT_FOUND'),
    endTask: input(({ Task }) => ({ id: Task, status: 'COMPLETED' }), 'NOT_FOUND'),
    executeAgent: input(
      ({ Agent, Session }) => ({ agentId: Agent, prompt: 'x', sessionId: Session }),
      'NOT_FOUND',
    ),
    executeTask: input(({ Task }) => ({ id: Task }), 'NOT_FOUND'),
    login: input(() => ({ email: 'user1@example.com', password: 'a good password' }), 'own'),
    provideTaskInput: input(({ Task }) => ({ id: Task, text: 'mine' }), 'NOT_FOUND'),
    pullModel: input(() => ({ model: 'llama3.2' }), 'FORBIDDEN'),
    redeliver: input(({ Delivery }) => ({ id: Delivery }), 'NOT_FOUND'),
    register: input(() => ({ email: 'other@example.com', password: 'a good password', name: 'O' }), 'own'),
    retryExecution: input(({ Execution }) => ({ id: Execution }), 'NOT_FOUND'),
    retryOrchestration: input(({ Orchestration }) => ({ id: Orchestration }), 'NOT_FOUND'),
    retryTask: input(({ Task }) => ({ id: Task }), 'NOT_FOUND'),
    startOrchestration: input(
      ({ Session, Thread }) => ({ prompt: 'x', sessionId: Session, threadId: Thread }),
      'NOT_FOUND',
    ),
    updateSession: input(
      ({ Session }) => ({ id: Session, name: 'mine', status: 'PAUSED', costLimit: 1 }),
      'NOT_FOUND',
    ),
    testIntegration: input(({ Integration }) => ({ id: Integration }), 'NOT_FOUND'),
    updateIntegration: input(
      ({ Integration }) => ({ id: Integration, name: 'mine', url: 'https://example.com/mine' }),
      'NOT_FOUND',
    ),
    updateAgent: input(({ Agent }) => ({ id: Agent, name: 'mine' }), 'NOT_FOUND'),
    updateModel: input(({ Model }) => ({ id: Model, name: 'mine' }), 'NOT_FOUND'),
    updateTask: input(({ Task }) => ({ id: Task, prompt: 'mine' }), 'NOT_FOUND'),
    updateTaskPriority: input(({ Task }) => ({ id: Task, priority: 1 }), 'NOT_FOUND'),
    updateTemplate: input(({ Template }) => ({ id: Template, isActive: false }), 'NOT_FOUND'),
    updateUser: input(({ User }) => ({ id: User, costLimit: 1 }), 'FORBIDDEN'),
    updateWorkflow: input(
      ({ Workflow, Agent }) => ({ id: Workflow, steps: [{ id: 'a', task: 'x', agentId: Agent }] }),
      'NOT_FOUND',
    ),
  },
  subscription: {
    executionEvents: {
      variables: ({ Execution }) => ({ executionId: Execution, after: 1 }),
      expected: 'NOT_FOUND',
    },
    activity: none,
    sessionEvents: { variables: ({ Session }) => ({ sessionId: Session }), expected: 'NOT_FOUND' },
    orchestrationEvents: {
      variables: ({ Orchestration }) => ({ orchestrationId: Orchestration, after: 1 }),
      expected: 'NOT_FOUND',
    },
    taskEvents: { variables: ({ Task }) => ({ taskId: Task, after: 1 }), expected: 'NOT_FOUND' },
    tokens: { variables: ({ Task }) => ({ taskId: Task }), expected: 'NOT_FOUND' },
  },
};

let vendor: Vendor;
let server: TestServer;
let ann: Client;
let bob: Client;
let ids: Ids;
/** From before all that is told of Bob's tasks. */
let feedCursor: string;
let before: unknown;

beforeAll(async () => {
  vendor = await startVendor();
  server = await startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } });
  // The first account is the admin's.
  await server.newUser();
  ann = await server.newUser();
  bob = await server.anonymous.register(bobs);
  // What he makes from here on is told of; Ann's runs are not.
  const Integration = data(await bob.query(NEW_INTEGRATION)).createIntegration.integration.id;
  const Session = await createSession(bob, { name: CANARY });
  const feed = readFeed(bob, { id: Session });
  feedCursor = (await feed.next()).value!.cursor;
  await feed.return();
  const thread = await bob.query(
    `mutation { createThread(input: { title: "${CANARY}", sessionId: "${Session}" }) { thread { id } } }`,
  );
  const Thread = data(thread).createThread.thread.id;
  await bob.events(await bob.createTask({ prompt: CANARY, model: 'gpt-4o@echo=1', threadId: Thread }));
  const Task = await bob.createTask({ prompt: `${CANARY} `.repeat(500), model: 'gpt-4o@echo=1,itl=100' });
  const started = bob.subscribe(`subscription { tokens(taskId: "${Task}") }`);
  await started.next();
  await started.return(undefined);
  const workflow = await bob.query(
    `mutation { createWorkflow(input: { name: "${CANARY}", steps: [{ id: "a", task: "${CANARY}", model: "gpt-4o@tokens=400,itl=100" }] })
      { workflow { id } } }`,
  );
  const Workflow = data(workflow).createWorkflow.workflow.id;
  const execution = await bob.query(
    `mutation { executeWorkflow(input: { workflowId: "${Workflow}", input: { x: "${CANARY}" } }) { execution { id } } }`,
  );
  const Execution = data(execution).executeWorkflow.execution.id;
  const events = bob.subscribe(
    `subscription { executionEvents(executionId: "${Execution}") { __typename } }`,
  );
  for await (const payload of events) {
    if (data(payload).executionEvents.__typename === 'StepTaskCreated') break;
  }
  const made = await bob.query(`mutation { createApiKey(input: { name: "${CANARY}" }) { apiKey { id } } }`);
  const model = await bob.query(
    `mutation { createModel(input: { provider: OPENAI, modelId: "${CANARY}" }) { model { id } } }`,
  );
  const agent = await bob.query(`mutation { createAgent(input: { name: "${CANARY}" }) { agent { id } } }`);
  const { viewer, tasks, agents } = data(
    await bob.query(
      '{ viewer { id } tasks(first: 1) { edges { cursor } } agents(first: 1) { edges { cursor } } }',
    ),
  );
  ids = {
    Agent: data(agent).createAgent.agent.id,
    Task,
    Artifact: await keepArtifact(Task),
    Integration,
    Delivery: await deliveryOf(Integration),
    Template: data(await bob.query(NEW_TEMPLATE)).createTemplate.template.id,
    Thread,
    Workflow,
    Execution,
    Model: data(model).createModel.model.id,
    Session,
    Orchestration: await orchestrate({ sessionId: Session, threadId: Thread }),
    ApiKey: data(made).createApiKey.apiKey.id,
    User: viewer.id,
    cursor: tasks.edges[0].cursor,
    agentCursor: agents.edges[0].cursor,
  };
  before = await stateOfBob();
});
afterAll(async () => {
  await server?.stop();
  await vendor?.stop();
});

const NEW_TEMPLATE = `mutation { createTemplate(input: { name: "${CANARY}", description: "${CANARY}",
  parameters: [{ name: "p", type: STRING, allowed: ["${CANARY}"] }],
  steps: [{ id: "a", type: STORE_OUTPUT, name: "a", content: "${CANARY}" }] }) { template { id } } }`;

const NEW_INTEGRATION = `mutation { createIntegration(input: { platform: WEBHOOK, name: "${CANARY}",
  url: "https://127.0.0.1/${CANARY}" }) { integration { id } } }`;

/** Of a task of his that has ended. */
async function deliveryOf(id: string): Promise<string> {
  const document = `query ($id: ID!) { integration(id: $id) { deliveries(first: 1) { nodes { id } } } }`;
  return data(await bob.query(document, { id })).integration.deliveries.nodes[0].id;
}

/** As a worker would that carries the task out. */
async function keepArtifact(taskId: string): Promise<string> {
  const { rows } = await server.store.database.pool.query(
    'select id as "runId", epoch from run where id = $1',
    [runIdOf(taskId)],
  );
  const { runId, epoch } = rows[0];
  const lease = openLease({ id: runId, epoch });
  const content = Buffer.from(CANARY);
  const artifact = {
    name: CANARY,
    type: 'file',
    mediaType: 'text/plain',
    content,
    isTruncated: false,
  } as const;
  return Buffer.from(`Artifact:${await saveArtifact(server.store, lease, artifact)}`).toString('base64url');
}

async function orchestrate(home: object): Promise<string> {
  const input = { prompt: CANARY, domain: CANARY, preferredModels: [CANARY, 'gpt-4o@echo=1'], ...home };
  const id = await start(bob, { ...input, maxIterations: 1 });
  await follow(bob, id);
  return id;
}

const STATE =
  '{ viewer { name email } agents { nodes { id name } } apiKeys { id name } orchestrations { nodes { id status attempt } } models(first: 100) { nodes { name } } integrations { nodes { id name url isActive lastTest { at } } } sessions { nodes { id name status budget { limit } } } templates { nodes { id name isActive } } workflows { nodes { id name version } } executions { nodes { id status attempt } } tasks { nodes { id status prompt cancelReason } } }';

async function stateOfBob(): Promise<unknown> {
  return data(await bob.query(STATE));
}

const ROWS = OPERATIONS.flatMap((operation) =>
  Object.entries(ATTEMPTS[operation]).map(([row, attempt]) => ({
    operation,
    row,
    name: row.split(' ')[0]!,
    attempt,
  })),
);

function fieldOf(operation: Operation, name: string) {
  return rootFields(schema, operation).find((field) => field.name === name)!;
}

async function run(who: Client, operation: Operation, name: string, variables: object): Promise<Answer[]> {
  const credentials: Record<string, string> = who.token ? { authorization: `Bearer ${who.token}` } : {};
  const given = variables as Record<string, unknown>;
  const carrier = operation === 'subscription' ? 'SSE' : 'HTTP';
  return Promise.all(
    documentsFor(schema, operation, fieldOf(operation, name), given).map((document) =>
      ask(carrier, server.url, credentials, document, given),
    ),
  );
}

function codes(answers: Answer[]): unknown[] {
  return [...new Set(answers.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions.code)))];
}

/** Of lists, of all their items. */
function membersOf(within: unknown[], key: string): unknown[] {
  return within.flatMap((one) => (one as Record<string, unknown> | undefined)?.[key] ?? []);
}

describe('the table of attempts is whole', () => {
  test.each(OPERATIONS)('every field of the %s has its row', (operation) => {
    const fields = rootFields(schema, operation).map(({ name }) => name);
    const rows = ROWS.filter((row) => row.operation === operation).map(({ name }) => name);
    expect([...new Set(rows)].toSorted()).toEqual(fields.toSorted());
  });

  test('every type that can be asked for by its id has one of Bob', () => {
    const nodes = schema.getPossibleTypes(schema.getType('Node') as never).map(({ name }) => name);
    expect(Object.keys(ids).toSorted()).toEqual([...nodes, 'agentCursor', 'cursor'].toSorted());
  });

  test.each(ROWS)('wherever $operation $name takes an id, it is given one of Bob', ({ operation, name }) => {
    const ways = ROWS.filter((row) => row.operation === operation && row.name === name);
    for (const path of idPaths(fieldOf(operation, name))) {
      const values = ways.flatMap(({ attempt }) => {
        const variables: unknown = attempt.variables(ids);
        return path.split('.').reduce(membersOf, [variables]);
      });
      expect(values).not.toEqual([]);
      expect(Object.values(ids)).toEqual(expect.arrayContaining(values));
    }
  });

  test('no field below the roots takes ids that this test would have to try', () => {
    expect(nestedFieldsWithIds(schema)).toEqual([]);
  });
});

describe.each(ROWS)('$operation $row', ({ operation, name, attempt }) => {
  test('shows Ann nothing of Bob', async () => {
    const answers = await run(ann, operation, name, attempt.variables(ids));
    expect(JSON.stringify(answers)).not.toContain(CANARY);
    expect(codes(answers)).toEqual(attempt.expected === 'own' ? [] : [attempt.expected]);
  });

  test('shows nobody anything of Bob', async () => {
    const answers = await run(server.anonymous, operation, name, attempt.variables(ids));
    expect(JSON.stringify(answers)).not.toContain(CANARY);
  });

  test('finds nothing by an id that is not in the form that GraphQL prints', async () => {
    const plain = Object.entries(ids).map(([type, id]) => [
      type,
      /cursor/i.test(type) ? id : Buffer.from(id, 'base64url').toString().replace(`${type}:`, ''),
    ]);
    const answers = await run(ann, operation, name, attempt.variables(Object.fromEntries(plain)));
    expect(JSON.stringify(answers)).not.toContain(CANARY);
  });
});

const NODES = [
  'Agent',
  'Artifact',
  'Model',
  'Orchestration',
  'Session',
  'Task',
  'Template',
  'Thread',
  'ApiKey',
  'User',
  'Workflow',
  'Execution',
];

describe('by their ids', () => {
  test.each(NODES)('Ann does not find the %s of Bob', async (type) => {
    const answers = await run(ann, 'query', 'node', { id: ids[type] });
    expect(JSON.stringify(answers)).not.toContain(CANARY);
    expect(codes(answers)).toEqual(['NOT_FOUND']);
  });

  test.each(NODES)('Bob finds his %s', async (type) => {
    const answers = await run(bob, 'query', 'node', { id: ids[type] });
    expect(JSON.stringify(answers)).toContain(CANARY);
    expect(codes(answers)).toEqual([]);
  });

  test("a key of Ann's opens nothing of Bob", async () => {
    const made = await ann.query('mutation { createApiKey(input: { name: "k" }) { key } }');
    const program = createClient(server.url, { 'x-api-key': data(made).createApiKey.key });
    const answer = await program.query('query ($id: ID!) { node(id: $id) { id } }', { id: ids.Task });
    expect(codes([answer])).toEqual(['NOT_FOUND']);
  });
});

test("with Bob's cursor Ann's feed tells of her tasks alone", async () => {
  const feed = readFeed(ann, { after: feedCursor });
  const task = await ann.createTask({ prompt: 'hers', hold: true });
  const told = await readUntil(feed, (_, sofar) => sofar.length === 2);
  await feed.return();
  expect(told.map(({ taskId }) => taskId)).toEqual([null, task]);
  expect(JSON.stringify(told)).not.toContain(CANARY);
});

test('whatever Ann tried, all of Bob is as it was', async () => {
  expect(await stateOfBob()).toEqual(before);
});

describe('this test sees what it is to see: to Bob the same requests show', () => {
  // The first payload of a feed has nothing in it yet; it has a test of its own. Of the system there are only numbers.
  const EMPTY = [
    'health',
    'predictionCalibration',
    'providers',
    'activity',
    'sessionEvents',
    'systemStatus',
    'systemMetrics',
  ];
  const readers = ROWS.filter(({ operation, name }) => operation !== 'mutation' && !EMPTY.includes(name));

  test.each(['activity', 'session'])('subscription, beyond its first payload: %s', async (kind) => {
    const scope = kind === 'session' ? { id: ids.Session! } : {};
    const feed = readFeed(bob, { ...scope, after: feedCursor });
    const told = await readUntil(feed, (_, sofar) => sofar.length === 3);
    await feed.return();
    expect(told.at(-1)).toMatchObject({ sessionId: ids.Session, task: { prompt: CANARY } });
  });

  test.each(readers)('$operation $name', async ({ operation, name, attempt }) => {
    const variables = { ...attempt.variables(ids) };
    if ('after' in variables) variables.after = 0;
    if ('before' in variables) delete variables.before;
    // A turn of a thread is no step of an execution.
    if (name === 'tasks') variables.filter = { threadId: ids.Thread };
    expect(JSON.stringify(await run(bob, operation, name, variables))).toContain(CANARY);
  });

  test('mutation cancelExecution, last: it does to Bob’s execution what it did not for Ann', async () => {
    const { variables } = ATTEMPTS.mutation.cancelExecution!;
    expect(codes(await run(bob, 'mutation', 'cancelExecution', variables(ids)))).toEqual([]);
  });

  test('mutation cancelTask, last: it does to Bob’s task what it did not for Ann', async () => {
    const answers = await run(bob, 'mutation', 'cancelTask', ATTEMPTS.mutation.cancelTask!.variables(ids));
    expect(codes(answers)).toEqual([]);
  });
});
