import { describe, expect, test } from 'vitest';
import { seedAgents } from '../../src/store/agents/built-in-agents.ts';
import { type Answer, type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { call, createScripts, ofType, seen, startAgent } from './script.ts';

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: { OPENAI_BASE_URL: `${vendor.url}/v1` },
  }),
);
// The first account is the admin's.
const admin = fixture(() => server.newUser());
const ann = fixture(() => server.newUser());
const scripts = createScripts(vendor);

const FIELDS = `id name type description capabilities provider model systemPrompt tools isActive isBuiltIn
  parameters { temperature maxTokens } limits { maxIterations timeoutSeconds costLimit }`;

const mutate = (client: Client, name: 'createAgent' | 'updateAgent' | 'deleteAgent', input: object) => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const selection = name === 'deleteAgent' ? 'deletedId' : `agent { ${FIELDS} }`;
  return client.query(`mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`, { input });
};

async function made(client: Client, input: object) {
  return data(await mutate(client, 'createAgent', input)).createAgent.agent;
}

const idOf = (builtIn: string) => Buffer.from(`Agent:${builtIn}`).toString('base64url');

async function listed(client: Client, filter: object = {}): Promise<string[]> {
  const answer = await client.query(
    'query ($filter: AgentFilter) { agents(filter: $filter, first: 100) { nodes { id } } }',
    { filter },
  );
  return data(answer).agents.nodes.map(({ id }: { id: string }) => id);
}

describe('built-in agents', () => {
  test('there is one for each type of task, and everybody sees them', async () => {
    const answer = await ann.query(`{ agents(first: 100) { nodes { ${FIELDS} } } }`);
    const { nodes } = data(answer).agents;
    const types = nodes.map(({ type }: { type: string }) => type);
    expect(types.toSorted()).toEqual(['analysis', 'code', 'design', 'general', 'security', 'test']);
    for (const agent of nodes) {
      expect(agent).toMatchObject({ isBuiltIn: true, isActive: true, model: null, provider: null });
      expect(agent.tools).toContain('FINISH');
    }
    expect(data(await ann.query(`{ agent(id: "${idOf('security_expert')}") { name } }`)).agent).toEqual({
      name: 'Security expert',
    });
  });

  test('are an admin’s to change and to put out of use, and nobody’s to delete', async () => {
    const id = idOf('design_expert');
    for (const name of ['updateAgent', 'deleteAgent'] as const) {
      expect(errorCode(await mutate(ann, name, { id }))).toBe('FORBIDDEN');
    }
    const changed = data(await mutate(admin, 'updateAgent', { id, name: 'Architect', isActive: false }));
    expect(changed.updateAgent.agent).toMatchObject({ name: 'Architect', isActive: false, type: 'design' });
    expect(errorCode(await mutate(admin, 'deleteAgent', { id }))).toBe('INVALID_STATE');
    await seedAgents(server.store.database);
    expect(data(await ann.query(`{ agent(id: "${id}") { name } }`)).agent.name).toBe('Architect');
    expect(await listed(ann, { type: 'design', isActive: true })).toEqual([]);
    const answer = await startOf(ann, { agentId: id });
    expect(errorCode(answer)).toBe('INVALID_STATE');
    data(await mutate(admin, 'updateAgent', { id, isActive: true }));
  });
});

function startOf(client: Client, input: object): Promise<Answer> {
  return client.query(
    'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id agent { name } } } }',
    { input: { kind: 'AGENT', prompt: 'x', hold: true, model: 'gpt-4o', ...input } },
  );
}

describe('an agent of one’s own', () => {
  test('is made, read, listed, changed and deleted', async () => {
    const settings = {
      name: 'Poet',
      type: 'poem',
      description: 'Rhymes.',
      capabilities: ['rhyme'],
      model: 'gpt-4o-mini',
      systemPrompt: 'Rhyme.',
      tools: ['FINISH', 'ASK_USER', 'FINISH'],
      parameters: { temperature: 1 },
      limits: { maxIterations: 3 },
    };
    const agent = await made(ann, settings);
    expect(agent).toMatchObject({
      ...settings,
      tools: ['FINISH', 'ASK_USER'],
      provider: 'OPENAI',
      isActive: true,
      isBuiltIn: false,
      limits: { maxIterations: 3, timeoutSeconds: null, costLimit: null },
    });
    const { id } = agent;
    expect(data(await ann.query(`{ agent(id: "${id}") { ${FIELDS} } }`)).agent).toEqual(agent);
    expect(await listed(ann, { type: 'poem' })).toEqual([id]);
    const changed = await mutate(ann, 'updateAgent', { id, model: null, systemPrompt: null, limits: {} });
    expect(data(changed).updateAgent.agent).toEqual({
      ...agent,
      model: null,
      provider: null,
      systemPrompt: null,
      limits: { maxIterations: null, timeoutSeconds: null, costLimit: null },
    });
    expect(data(await mutate(ann, 'deleteAgent', { id })).deleteAgent.deletedId).toBe(id);
    expect(errorCode(await mutate(ann, 'deleteAgent', { id }))).toBe('NOT_FOUND');
    expect(await listed(ann, { type: 'poem' })).toEqual([]);
  });

  test.each([
    [{ name: '' }, 'input.name', 'VALIDATION_ERROR'],
    [{ name: ' ' }, 'input.name', 'VALIDATION_ERROR'],
    [{ name: 'a\0' }, 'input.name', 'VALIDATION_ERROR'],
    [{ name: 'a', type: ' x' }, 'input.type', 'VALIDATION_ERROR'],
    [{ name: 'a', limits: { maxIterations: 0 } }, 'input.limits.maxIterations', 'VALIDATION_ERROR'],
    [{ name: 'a', limits: { timeoutSeconds: 86_401 } }, 'input.limits.timeoutSeconds', 'VALIDATION_ERROR'],
    [{ name: 'a', limits: { costLimit: 0 } }, 'input.limits.costLimit', 'VALIDATION_ERROR'],
    [{ name: 'a', parameters: { temperature: 3 } }, 'input.parameters.temperature', 'VALIDATION_ERROR'],
    [{ name: 'a', capabilities: ['x', ''] }, 'input.capabilities.1', 'VALIDATION_ERROR'],
    [{ name: 'a', model: 'no such model' }, 'input.model', 'UNKNOWN_MODEL'],
    [{ name: 'a', model: 'claude-opus-5-5' }, 'input.model', 'PROVIDER_NOT_CONFIGURED'],
  ])('%j is refused at %s', async (input, field, code) => {
    const answer = await mutate(ann, 'createAgent', input);
    expect(errorCode(answer)).toBe(code);
    expect(answer.errors![0]!.extensions.field).toBe(field);
  });

  test('leaves its tasks as they were when it is changed or deleted', async () => {
    const agent = await made(ann, { name: 'Fleeting', systemPrompt: 'First', tools: ['FINISH'] });
    const model = scripts.model([{ text: 'done' }]);
    const id = await startAgent(ann, model, { agentId: agent.id, hold: true });
    await mutate(ann, 'updateAgent', { id: agent.id, systemPrompt: 'Second', tools: [] });
    await mutate(ann, 'deleteAgent', { id: agent.id });
    await ann.query(`mutation { executeTask(input: { id: "${id}" }) { task { id } } }`);
    await ann.events(id);
    expect(scripts.asked(model)[0]![0]!.content).toContain('First');
    expect(vendor.requests.find(({ body }) => body.model === model)!.body.tools).toHaveLength(1);
    expect(await ann.task(id)).toMatchObject({ status: 'COMPLETED', agent: null });
  });
});

describe('who does a task', () => {
  test.each([
    [{}, 'Generalist'],
    [{ type: 'code' }, 'Code expert'],
    [{ type: 'CODE' }, 'Code expert'],
    [{ type: 'security_scan' }, 'Security expert'],
    [{ type: 'knitting' }, 'Generalist'],
  ])('%j: %s', async (input, name) => {
    expect(data(await startOf(ann, input)).createTask.task.agent).toEqual({ name });
  });

  test('one’s own agent for the type goes before the built-in one, unless it is not active', async () => {
    const bob = await server.newUser();
    const { id } = await made(bob, { name: 'Own', type: 'test' });
    expect(data(await startOf(bob, { type: 'test' })).createTask.task.agent).toEqual({ name: 'Own' });
    expect(data(await startOf(ann, { type: 'test' })).createTask.task.agent).toEqual({ name: 'Test expert' });
    await mutate(bob, 'updateAgent', { id, isActive: false });
    expect(data(await startOf(bob, { type: 'test' })).createTask.task.agent).toEqual({ name: 'Test expert' });
    expect(errorCode(await startOf(ann, { agentId: id }))).toBe('NOT_FOUND');
  });

  test('executeAgent gives it a task, with the agent’s settings under the caller’s', async () => {
    const { id } = await made(ann, {
      name: 'Frugal',
      model: 'gpt-4o-mini',
      parameters: { temperature: 0.5, maxTokens: 10 },
      limits: { costLimit: 0.5, maxIterations: 2 },
    });
    const answer = await ann.query(
      `mutation ($input: ExecuteAgentInput!) { executeAgent(input: $input) { task {
         kind type model parameters { temperature maxTokens } budget { limit } agent { name } } } }`,
      { input: { agentId: id, prompt: 'x', type: 'odd', costLimit: 2, parameters: { temperature: 1 } } },
    );
    expect(data(answer).executeAgent.task).toEqual({
      kind: 'AGENT',
      type: 'odd',
      model: 'gpt-4o-mini',
      parameters: { temperature: 1, maxTokens: 10 },
      budget: { limit: 0.5 },
      agent: { name: 'Frugal' },
    });
  });

  test('equal requests with one key make one task', async () => {
    const input = { agentId: idOf('generalist'), prompt: 'x', model: 'gpt-4o@tokens=1', idempotencyKey: 'k' };
    const execute = (more = {}) =>
      ann.query('mutation ($input: ExecuteAgentInput!) { executeAgent(input: $input) { task { id } } }', {
        input: { ...input, ...more },
      });
    const [one, other] = await Promise.all([execute(), execute()]);
    expect(data(one).executeAgent.task.id).toBe(data(other).executeAgent.task.id);
    expect(errorCode(await execute({ prompt: 'y' }))).toBe('CONFLICT');
  });

  test.each([
    [{ kind: 'PROMPT', agentId: idOf('generalist') }, 'input.agentId'],
    [{ kind: 'PROMPT', maxIterations: 3 }, 'input.maxIterations'],
    [{ maxIterations: 0 }, 'input.maxIterations'],
    [{ responseSchema: { type: 'object' } }, 'input.responseSchema'],
    [{ type: '' }, 'input.type'],
  ])('%j is refused at %s', async (input, field) => {
    const answer = await startOf(ann, input);
    expect(errorCode(answer)).toBe('VALIDATION_ERROR');
    expect(answer.errors![0]!.extensions.field).toBe(field);
  });
});

describe('health', () => {
  const HEALTH = `status health { condition runningTasks waitingTasks finishedTasks successRate averageDurationMs
    lastFinishedAt lastError { code } }`;
  const health = async (client: Client, id: string) =>
    data(await client.query(`{ agent(id: "${id}") { ${HEALTH} } }`)).agent;

  test('comes from the agent’s real tasks, and only from the asker’s own', async () => {
    const { id } = await made(ann, { name: 'Worker' });
    expect(await health(ann, id)).toEqual({
      status: 'IDLE',
      health: {
        condition: 'UNKNOWN',
        runningTasks: 0,
        waitingTasks: 0,
        finishedTasks: 0,
        successRate: null,
        averageDurationMs: null,
        lastFinishedAt: null,
        lastError: null,
      },
    });
    const script = (...answers: Parameters<typeof scripts.model>[0]) =>
      startAgent(ann, scripts.model(answers), { agentId: id });
    for (const task of [
      await script({ text: 'done' }),
      await script(call('finish', { summary: 'no', success: false })),
      await startAgent(ann, 'gpt-4o@fault=401', { agentId: id }),
    ]) {
      await ann.events(task);
    }
    const waiting = await script(call('ask_user', { question: 'Why?' }));
    await seen(ann, waiting, 'InputRequested');
    const running = await script(call('terminal', { command: 'sleep 30' }));
    await seen(ann, running, 'ToolCallStarted');
    const now = await health(ann, id);
    expect(now).toMatchObject({
      status: 'BUSY',
      health: {
        condition: 'FAILING',
        runningTasks: 1,
        waitingTasks: 1,
        finishedTasks: 3,
        successRate: 1 / 3,
        lastError: { code: 'PROVIDER_AUTH' },
      },
    });
    expect(now.health.averageDurationMs).toBeGreaterThan(1);
    expect(Date.parse(now.health.lastFinishedAt)).toBeGreaterThan(Date.now() - 60_000);
    for (const task of [waiting, running]) {
      data(await ann.query(`mutation { cancelTask(input: { id: "${task}" }) { task { id } } }`));
    }
    // Cancelled ones say nothing about the agent.
    expect((await health(ann, id)).health).toMatchObject({
      finishedTasks: 3,
      runningTasks: 0,
      waitingTasks: 0,
    });
    const builtIn = idOf('analysis_expert');
    await ann.events(await startAgent(ann, scripts.model([{ text: 'x' }]), { agentId: builtIn }));
    expect((await health(ann, builtIn)).health).toMatchObject({ finishedTasks: 1, condition: 'HEALTHY' });
    expect((await health(admin, builtIn)).health).toMatchObject({ finishedTasks: 0, condition: 'UNKNOWN' });
  });

  test('of a page of agents takes one query', async () => {
    const { pool } = server.store.database;
    const query = pool.query.bind(pool);
    const names: unknown[] = [];
    pool.query = ((...given: Parameters<typeof query>) => {
      names.push((given[0] as { name?: string }).name);
      return query(...given);
    }) as typeof pool.query;
    try {
      data(await ann.query(`{ agents { nodes { ${HEALTH} } } }`));
    } finally {
      pool.query = query as typeof pool.query;
    }
    expect(names.filter((name) => name === 'read-agent-reports')).toHaveLength(1);
  });
});

test('the demo model is an agent, too: it writes a file, lists it and finishes, without a network', async () => {
  const prompt = `Please write_file {"path": "hello.txt", "content": "Hello"}, then list_files {},
    and finish {"summary": "It is written."}`;
  const id = await startAgent(ann, 'demo', { prompt });
  const events = await ann.events(id);
  expect(ofType(events, 'ToolCallCompleted').map(({ tool, isError }) => [tool, isError])).toEqual([
    ['write_file', false],
    ['list_files', false],
    ['finish', false],
  ]);
  expect(ofType(events, 'ToolCallCompleted')[1]!.output).toContain('hello.txt');
  expect(events.at(-1)).toMatchObject({
    result: { success: true, summary: 'It is written.', provider: 'demo' },
  });
});
