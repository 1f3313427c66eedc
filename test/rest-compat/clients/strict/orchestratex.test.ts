import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runClient } from '../../../harness/client-programs.ts';
import { fixture } from '../../../harness/fixture.ts';
import { freePort } from '../../../harness/free-port.ts';
import { startOrchestrateX, verdict } from '../../orchestratex/server.ts';
import { openLegacySocket } from '../legacy-socket.ts';
import { schemaOf } from './schema-of.ts';
import { createStrictClient, STRICT_PYTHON } from './strict-client.ts';

const AT = '2025-08-30T09:52:58.278000';

/** The examples of the document, with the members that it says every answer has. */
const SESSION = {
  _id: '68b2c9faa82de4230e87701c',
  user_id: 'test_user_123',
  session_start: AT,
  session_end: null,
  max_iterations: 5,
  status: 'active',
  total_cost: 0.0,
  settings: { preferred_models: ['gpt4', 'claude'], cost_limit: 10.0 },
  created_at: AT,
  updated_at: AT,
};
const COMPLETED = { ...SESSION, session_end: AT, status: 'completed' };
const NEW_SESSION = {
  user_id: 'test_user_123',
  max_iterations: 5,
  settings: { preferred_models: ['gpt4', 'claude'], cost_limit: 10.0 },
};
const PROMPT = 'Write a Python function to calculate fibonacci numbers';
const THREAD = {
  session_id: '68b2c9faa82de4230e87701c',
  original_prompt: PROMPT,
  domain: 'coding',
  context: 'This is for a beginner programming tutorial',
};
const COMMON = { _id: '68b2c9faa82de4230e87701c', created_at: AT, updated_at: AT };
const MODEL = {
  ...COMMON,
  name: 'gpt4',
  provider: 'openai',
  version: 'gpt-4-0125-preview',
  specialties: ['coding', 'analysis', 'general'],
  cost_per_1k_tokens: 0.03,
  context_window: 128000,
  status: 'active',
};
/** Beside these, each has the ids of its orchestration and of its thread, as several may be under way. */
const WHOSE = { orchestration_id: SESSION._id, thread_id: SESSION._id, timestamp: AT };
const EVENTS = [
  { type: 'orchestration_started' },
  { type: 'model_selected', model_name: 'gpt4', reasoning: 'Best for coding tasks' },
  {
    type: 'response_generated',
    model_name: 'gpt4',
    response_preview: 'def fibonacci(n):',
    tokens_used: 150,
  },
  {
    type: 'evaluation_completed',
    evaluator_model: 'claude',
    score: 8.5,
    feedback: 'Good implementation, could use better error handling',
  },
  {
    type: 'orchestration_completed',
    final_response: '...',
    iterations: 3,
    final_score: 9.2,
    total_cost: 0.15,
  },
];

const common = (schemaOf(COMMON) as z.ZodObject).shape;
const session = schemaOf(SESSION, COMPLETED);
const thread = schemaOf({ ...THREAD, ...COMMON });
const model = schemaOf(MODEL);
const status = z.enum(['pending', 'running', 'completed', 'failed', 'cancelled']);
const orchestration = z.looseObject({ ...common, thread_id: z.string(), status });
const analytics = z.looseObject({ ...common, total_cost: z.number() });
const error = schemaOf({ detail: 'Error message', status_code: 400 });
const event = z.discriminatedUnion(
  'type',
  EVENTS.map((each) =>
    (schemaOf({ ...each, ...WHOSE }) as z.ZodObject).extend({ type: z.literal(each.type) }),
  ) as unknown as [z.ZodObject<{ type: z.ZodLiteral }>],
);

/** For a Python to start on a machine that is busy. */
const TIMED = { timeout: 120_000 };

const x = fixture(async () => {
  const port = await freePort();
  const variables = { COMPAT_PORTS: `orchestratex:${port}`, COMPAT_DEFAULT: 'orchestratex' };
  return { ...(await startOrchestrateX({ variables })), port };
});

beforeEach(() => {
  x.vendor.scripts.set('claude-sonnet-5-5', [
    { text: 'def fibonacci(n):' },
    { text: 'def fibonacci(n, memo={}):' },
  ]);
  x.vendor.scripts.set('gpt-4o', [
    { text: verdict(3, 'Slow') },
    { text: verdict(9.2, 'Good implementation') },
  ]);
});

describe.each([
  ['at its mount', () => `${x.server.url}/orchestratex`],
  ['at bare paths', () => x.server.url],
  ['on its own port', () => `http://127.0.0.1:${x.port}`],
])('%s', (place, baseOf) => {
  test('from a session to its analytics, followed by the socket', async () => {
    const { ask } = createStrictClient(baseOf());
    const user_id = `of ${place}`;
    const created = await ask('POST', '/api/sessions/', [201, session], { ...NEW_SESSION, user_id });
    const { _id: session_id } = created;
    expect(await ask('GET', `/api/sessions/${session_id}`, [200, session])).toEqual(created);
    const user = encodeURIComponent(user_id);
    expect(await ask('GET', `/api/sessions/user/${user}`, [200, z.array(session)])).toEqual([created]);
    const socket = await openLegacySocket(baseOf(), `/ws/${session_id}`);

    const talk = await ask('POST', '/api/threads/', [200, thread], { ...THREAD, session_id });
    expect(await ask('GET', `/api/threads/${talk._id}`, [200, thread])).toEqual(talk);
    expect(await ask('GET', `/api/threads/session/${session_id}`, [200, z.array(thread)])).toEqual([talk]);

    const settings = { max_iterations: 5, preferred_models: ['gpt4', 'claude'], evaluation_threshold: 8.0 };
    const asked = { thread_id: talk._id, prompt: PROMPT, settings };
    const { _id } = await ask('POST', '/api/orchestration/start', [200, orchestration], asked);
    const end = await socket.next(({ type }) => type === 'orchestration_completed');
    const done = await ask('GET', `/api/orchestration/status/${_id}`, [200, orchestration]);
    expect(done).toMatchObject({ status: 'completed', settings });
    expect(done.final_response).toBe(end.final_response);
    expect(done.total_cost).toBe(end.total_cost);
    await socket.close();
    for (const each of socket.messages)
      expect(event.safeParse(each).error, JSON.stringify(each)).toBeUndefined();
    const types = new Set(socket.messages.map(({ type }) => type));
    expect(types).toEqual(new Set(EVENTS.map(({ type }) => type)));

    const { total_cost } = await ask('GET', `/api/analytics/session/${session_id}`, [200, analytics]);
    expect(total_cost).toBeCloseTo(end.total_cost, 9);
    await ask('GET', `/api/analytics/user/${user}`, [200, analytics]);
    const over = await ask('PATCH', `/api/sessions/${session_id}/status`, [200, session], {
      status: 'completed',
    });
    expect(over).toMatchObject({ _id: session_id, status: 'completed' });
    await ask('POST', '/api/threads/', [400, error], { ...THREAD, session_id });
  });

  test('the same with pydantic', TIMED, async () => {
    const program = join(import.meta.dirname, 'orchestratex.py');
    const user = `pydantic ${place}`.replaceAll(' ', '-');
    expect(await runClient(STRICT_PYTHON, [program, baseOf(), user])).toBe('walked');
  });

  test('models', async () => {
    const { ask } = createStrictClient(baseOf());
    const models = await ask('GET', '/api/models/', [200, z.array(model)]);
    for (const each of models)
      expect(await ask('GET', `/api/models/${encodeURIComponent(each.name)}`, [200, model])).toEqual(each);
    expect(models.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['gpt4', 'claude']),
    );
  });

  test('errors have their body', async () => {
    const { ask } = createStrictClient(baseOf());
    const nobody = '0'.repeat(24);
    for (const path of ['threads', 'orchestration/status', 'analytics/session', 'threads/session'])
      await ask('GET', `/api/${path}/${nobody}`, [404, error]);
    await ask('GET', '/api/models/nobody', [404, error]);
    await ask('POST', '/api/threads/', [422, error], { session_id: nobody });
    await ask('POST', '/api/orchestration/start', [404, error], { thread_id: nobody, prompt: 'x' });
  });

  test('prompts as long as a request', async () => {
    const { ask } = createStrictClient(baseOf());
    const { _id: session_id } = await ask('POST', '/api/sessions/', [201, session], NEW_SESSION);
    const original_prompt = 'p'.repeat(4_900_000);
    const { _id } = await ask('POST', '/api/threads/', [200, thread], {
      ...THREAD,
      session_id,
      original_prompt,
    });
    expect((await ask('GET', `/api/threads/${_id}`, [200, thread])).original_prompt === original_prompt).toBe(
      true,
    );
  });
});
