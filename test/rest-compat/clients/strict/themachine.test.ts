import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runClient } from '../../../harness/client-programs.ts';
import { fixture } from '../../../harness/fixture.ts';
import { freePort } from '../../../harness/free-port.ts';
import { startTestServer } from '../../../harness/server.ts';
import { startVendor } from '../../../harness/vendor/server.ts';
import { type LegacySocket, openLegacySocket } from '../legacy-socket.ts';
import { ELIDED, schemaOf } from './schema-of.ts';
import { scriptTheMachine } from './scripts.ts';
import { createStrictClient, STRICT_PYTHON, type StrictClient } from './strict-client.ts';

/** The examples of the document. */
const COMPLETED = {
  id: 'task-123',
  type: 'code',
  title: 'Generate API endpoint',
  description: 'Create a new API endpoint for user authentication',
  priority: 'medium',
  status: 'completed',
  progress: 1.0,
  result: ELIDED,
  error: null,
  cost: 0.05,
  created_at: '2025-03-01T12:00:00Z',
  updated_at: '2025-03-01T12:05:00Z',
  completed_at: '2025-03-01T12:05:00Z',
};
const CREATED = {
  ...COMPLETED,
  status: 'pending',
  progress: 0.0,
  result: null,
  cost: 0.0,
  completed_at: null,
};
const NEW_TASK = {
  type: 'code',
  title: 'Generate API endpoint',
  description: 'Create a new API endpoint for user authentication',
  priority: 'medium',
  context: { language: 'python', framework: 'fastapi' },
};
const SELECTED = {
  id: 'gpt-4o-mini',
  name: 'GPT-4o Mini',
  provider: 'openai',
  capabilities: ['text', 'code', 'reasoning', 'planning'],
  context_window: 128000,
  cost_per_token: 0.00001,
};
const SELECTION = {
  selected_model: SELECTED,
  alternatives: [SELECTED],
  estimated_cost: { tokens: 10000, cost: 0.1 },
};

const task = (schemaOf(COMPLETED, CREATED) as z.ZodObject).extend({
  type: z.enum(['code', 'design', 'test', 'security', 'analysis']),
  status: z.enum(['pending', 'in_progress', 'completed', 'failed']),
  progress: z.number().min(0).max(1),
  error: z.string().nullable(),
});
const error = schemaOf({ detail: 'Error message' });
/** Without a mount, errors have the words of every document that has the path. */
const errorOfAll = z.looseObject({ detail: z.string() });
const message = z.strictObject({ message: z.string() });
const selection = schemaOf(SELECTION);
/** "Model object" and the like: what the document shows of one, and more. */
const model = z.looseObject((schemaOf(SELECTED) as z.ZodObject).shape);
const named = z.looseObject({ id: z.string(), name: z.string() });
const execution = z.looseObject({ id: z.string(), workflow_id: z.string(), status: z.string() });
const frame = z.strictObject({
  type: z.string(),
  data: z.looseObject({}),
  timestamp: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
});

/** For a Python to start on a machine that is busy. */
const TIMED = { timeout: 120_000 };

const vendor = fixture(startVendor);

async function start(options: { worker?: false } = {}) {
  const port = await freePort();
  const variables = { OPENAI_BASE_URL: `${vendor.url}/v1`, COMPAT_PORTS: `themachine:${port}` };
  const server = await startTestServer({ variables, ...options });
  // The first of all is an administrator.
  await server.newUser();
  return { ...server, port };
}
const server = fixture(start);
/** A server without a worker: the client does all work. */
const still = fixture(() => start({ worker: false }));

const PLACES = [
  ['at its mount', ({ url }: typeof server) => `${url}/themachine`],
  ['at bare paths', ({ url }: typeof server) => url],
  ['on its own port', ({ port }: typeof server) => `http://127.0.0.1:${port}`],
] as const;

describe.each(PLACES)('%s', (place, baseOf) => {
  const refused = place === 'at bare paths' ? errorOfAll : error;

  async function open(at = server): Promise<StrictClient & { connect(): Promise<LegacySocket> }> {
    const { token } = await at.newUser();
    const headers = { authorization: `Bearer ${token}` };
    return {
      ...createStrictClient(`${baseOf(at)}/api/v1`, headers),
      connect: () => openLegacySocket(baseOf(at), '/ws', { headers }),
    };
  }

  const told = (socket: LegacySocket, type: string, id: string) =>
    socket.next((each) => each.type === type && each.data.id === id).then(({ data }) => data);

  test('a task from its creation to its deletion, followed by the socket', async () => {
    const { ask, connect } = await open();
    const socket = await connect();
    const { id } = await ask('POST', '/tasks', [200, schemaOf(CREATED)], NEW_TASK);
    const done = await told(socket, 'task_completed', id);
    expect(task.safeParse(done).error).toBeUndefined();
    expect(await ask('GET', `/tasks/${id}`, [200, schemaOf(COMPLETED)])).toEqual(done);
    expect(
      await ask('GET', '/tasks?status=completed&type=code&limit=100&offset=0', [200, z.array(task)]),
    ).toEqual([done]);
    const change = { title: 'Updated task title', status: 'completed' };
    expect(await ask('PATCH', `/tasks/${id}`, [200, task], change)).toMatchObject(change);
    const gone = await ask('DELETE', `/tasks/${id}`, [200, message]);
    expect(gone).toEqual({ message: `Task ${id} deleted successfully` });
    await ask('GET', `/tasks/${id}`, [404, refused]);
    await ask('GET', '/tasks?limit=101', [400, refused]);
    await ask('POST', '/tasks', [400, refused], { ...NEW_TASK, priority: 'urgent' });
    await socket.close();
    for (const each of socket.messages) expect(frame.safeParse(each).error).toBeUndefined();
  });

  test('tasks whose work the client does itself', async () => {
    const { ask } = await open(still);
    const reported = task.extend({ origin: z.literal('client') });
    const { id } = await ask('POST', '/tasks', [200, task], NEW_TASK);
    const half = { progress: 0.5, cost: 0.02 };
    expect(await ask('PATCH', `/tasks/${id}`, [200, reported], half)).toMatchObject(half);
    const end = { status: 'completed', progress: 1.0, result: { files: [] }, cost: 0.05 };
    const answer = await ask('PATCH', `/tasks/${id}`, [200, reported], end);
    expect(answer).toMatchObject(end);
    expect(await ask('GET', '/tasks', [200, z.array(task.or(reported))])).toEqual([answer]);
  });

  test('models: the documented one is made, listed, selected, changed and deleted', async () => {
    const { ask } = await open();
    const made = await ask('POST', '/models', [200, model], SELECTED);
    expect(made).toMatchObject(SELECTED);
    const listed = await ask('GET', '/models?provider=openai&capability=planning&is_active=true&limit=1000', [
      200,
      z.array(model),
    ]);
    expect(listed).toContainEqual(made);
    await ask('GET', '/models', [200, z.array(model.extend({ context_window: z.int().nullable() }))]);
    expect(await ask('GET', '/models/gpt-4o-mini', [200, model])).toEqual(made);
    const wanted = { task_type: 'code', context_size: 5000 };
    const selected = await ask('POST', '/models/gpt-4o-mini/select', [200, selection], wanted);
    expect(selected).toMatchObject({
      selected_model: SELECTED,
      estimated_cost: { tokens: 5000, cost: 0.05 },
    });
    const optimal = await ask('POST', '/orchestration/model-selection', [200, selection], {
      task_type: 'code',
      required_capabilities: ['code', 'reasoning'],
      context_size: 10000,
      cost_sensitivity: 0.7,
      preferred_provider: 'openai',
    });
    expect([optimal.selected_model, ...optimal.alternatives]).toContainEqual(SELECTED);
    const changed = await ask('PATCH', '/models/gpt-4o-mini', [200, model], {
      ...made,
      cost_per_token: 0.00002,
    });
    expect(changed.cost_per_token).toBe(0.00002);
    await ask('DELETE', '/models/gpt-4o-mini', [200, message]);
    await ask('GET', '/models/nobody', [404, refused]);
    await ask('GET', '/models?provider=azure', [400, refused]);
    await ask('PATCH', '/models/gpt-4o', [403, refused], { name: 'Mine' });
  });

  test('agents, which execute the documented work', async () => {
    const { ask } = await open();
    const agent = await ask('POST', '/agents', [200, named], { name: 'React developer', tools: [] });
    expect(await ask('GET', `/agents/${agent.id}`, [200, named])).toEqual(agent);
    expect(await ask('GET', '/agents', [200, z.array(named)])).toContainEqual(agent);
    await ask('PATCH', `/agents/${agent.id}`, [200, named], { name: 'Developer' });
    const work = { task: 'Generate a React component', model_id: 'gpt-4o', parameters: { temperature: 0.7 } };
    const result = await ask(
      'POST',
      `/agents/${agent.id}/execute`,
      [200, z.looseObject({ id: z.string(), agent_id: z.literal(agent.id), status: z.literal('completed') })],
      work,
    );
    expect(result.result.output).not.toBe('');
    await ask('DELETE', `/agents/${agent.id}`, [200, message]);
    await ask('POST', `/agents/${agent.id}/execute`, [404, refused], work);
  });

  test('workflows and their executions', async () => {
    const { ask, connect } = await open();
    const socket = await connect();
    const steps = [
      { id: 'read', task: 'Read {{ input.repository }} at {{ input.branch }}', model_id: 'gpt-4o' },
    ];
    const workflow = await ask('POST', '/orchestration/workflows', [200, named], { name: 'Review', steps });
    expect(await ask('GET', `/orchestration/workflows/${workflow.id}`, [200, named])).toEqual(workflow);
    expect(await ask('GET', '/orchestration/workflows', [200, z.array(named)])).toEqual([workflow]);
    await ask('PATCH', `/orchestration/workflows/${workflow.id}`, [200, named], { description: 'For pulls' });
    const asked = {
      workflow_id: workflow.id,
      input_data: { repository: 'https://github.com/example/repo', branch: 'main' },
      parameters: { timeout: 3600 },
    };
    const { id } = await ask('POST', '/orchestration/executions', [200, execution], asked);
    const done = await told(socket, 'execution_completed', id);
    expect(await ask('GET', `/orchestration/executions/${id}`, [200, execution])).toEqual(done);
    expect(await ask('GET', '/orchestration/executions', [200, z.array(execution)])).toEqual([done]);
    await ask('POST', `/orchestration/executions/${id}/cancel`, [400, refused]);
    await ask('DELETE', `/orchestration/workflows/${workflow.id}`, [200, message]);
    await ask('GET', '/orchestration/executions/nobody', [404, refused]);
    await socket.close();
  });

  test('the same with pydantic', TIMED, async () => {
    scriptTheMachine(vendor);
    const { token } = await server.newUser();
    const program = join(import.meta.dirname, 'themachine.py');
    expect(await runClient(STRICT_PYTHON, [program, baseOf(server), token!])).toBe('walked');
  });

  test('nothing without a token', async () => {
    const { ask } = createStrictClient(`${baseOf(server)}/api/v1`);
    for (const path of [
      '/tasks',
      '/models',
      '/agents',
      '/orchestration/workflows',
      '/orchestration/executions',
    ])
      await ask('GET', path, [401, refused]);
  });
});
