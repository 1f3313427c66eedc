import { expect } from 'vitest';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import type { LegacyAnswer } from '../clients/legacy-client.ts';
import { good, ID, type OrchestrateX, startOrchestrateX, TIME, verdict } from './server.ts';

const ask: OrchestrateX['ask'] = (...given) => x.ask(...given);

// OX-ERR-8 provokes an error that the log is right to have.
const x = fixture(() => startOrchestrateX({ variables: { LOG_LEVEL: 'fatal' } }));

const NOBODY = '0123456789abcdef01234567';
const id = expect.stringMatching(ID);
const time = expect.stringMatching(TIME);
const stamps = { created_at: time, updated_at: time };

/** The documented error body, exactly. */
function expectRefusal(answer: LegacyAnswer, status: number, detail: unknown): void {
  const body = { detail, status_code: status };
  expect({ status: answer.status, body: answer.body }).toEqual({ status, body });
}

const containing = (text: string) => expect.stringContaining(text);

const EXAMPLE = {
  user_id: 'test_user_123',
  max_iterations: 5,
  settings: { preferred_models: ['gpt4', 'claude'], cost_limit: 10.0 },
};

const EXAMPLE_THREAD = {
  original_prompt: 'Write a Python function to calculate fibonacci numbers',
  domain: 'coding',
  context: 'This is for a beginner programming tutorial',
};

const start = (body: object) => ask('POST', '/api/orchestration/start', { prompt: 'x', ...body });

const sessions: Audit[] = [
  {
    id: 'OX-SESSION-1',
    fact: 'POST /api/sessions/ answers 201 and the session, exactly as documented, with updated_at',
    check: async () => {
      expect(good(await ask('POST', '/api/sessions/', EXAMPLE), 201)).toEqual({
        _id: id,
        user_id: 'test_user_123',
        session_start: time,
        session_end: null,
        max_iterations: 5,
        status: 'active',
        total_cost: 0,
        settings: { preferred_models: ['gpt4', 'claude'], cost_limit: 10 },
        ...stamps,
      });
    },
  },
  {
    id: 'OX-SESSION-2',
    fact: 'GET /api/sessions/{session_id} answers that session',
    check: async () => {
      const made = await x.session(EXAMPLE);
      expect(good(await ask('GET', `/api/sessions/${made._id}`))).toEqual(made);
    },
  },
  {
    id: 'OX-SESSION-3',
    fact: 'GET /api/sessions/user/{user_id} answers a bare array of the sessions of that user, whole ones',
    check: async () => {
      const user_id = 'ann@example.com/ä b';
      const made = [await x.session({ user_id }), await x.session({ user_id })];
      await x.session({ user_id: 'somebody else' });
      const path = `/api/sessions/user/${encodeURIComponent(user_id)}`;
      expect(good(await ask('GET', path))).toEqual(made.toReversed());
    },
  },
  {
    id: 'OX-SESSION-4',
    fact: 'PATCH /api/sessions/{session_id}/status completes a session: its status, and session_end is set',
    check: async () => {
      const made = await x.session();
      const body = good(await ask('PATCH', `/api/sessions/${made._id}/status`, { status: 'completed' }));
      expect(body).toEqual({ ...made, status: 'completed', session_end: time, updated_at: time });
      expect(good(await ask('GET', `/api/sessions/${made._id}`))).toEqual(body);
    },
  },
  {
    id: 'OX-SESSION-5',
    fact: 'total_cost is what the work in the session cost',
    check: async () => {
      const { _id } = await x.session();
      const settings = x.script(['An answer.'], [verdict(9)]);
      const begun = good(await start({ thread_id: await x.thread({ session_id: _id }), settings }));
      const { total_cost } = await x.ended(begun._id);
      expect(total_cost).toBeGreaterThan(0);
      expect(good(await ask('GET', `/api/sessions/${_id}`)).total_cost).toBeCloseTo(total_cost, 12);
    },
  },
  {
    id: 'OX-SESSION-6',
    fact: 'the settings of a session hold for its orchestrations: models, max_iterations, cost_limit',
    check: async () => {
      const { preferred_models } = x.script(['One.', 'Two.'], [verdict(1), verdict(2)]);
      const { _id } = await x.session({ max_iterations: 2, settings: { preferred_models } });
      const ended = await x.ended(good(await start({ thread_id: await x.thread({ session_id: _id }) }))._id);
      expect(ended).toMatchObject({
        iterations: 2,
        final_response: 'Two.',
        settings: { preferred_models, max_iterations: 2 },
      });
      const poor = await x.session({ settings: { preferred_models, cost_limit: 0.000001 } });
      const stopped = await x.ended(
        good(await start({ thread_id: await x.thread({ session_id: poor._id }) }))._id,
      );
      expect(stopped).toMatchObject({ status: 'failed', total_cost: 0, error: expect.any(String) });
    },
  },
  {
    id: 'OX-SESSION-D1',
    fact: 'without settings and max_iterations it has the usual ones',
    check: async () => {
      expect(good(await ask('POST', '/api/sessions/', { user_id: 'u' }), 201)).toMatchObject({
        max_iterations: 5,
        settings: { preferred_models: [], cost_limit: null },
      });
    },
  },
  {
    id: 'OX-SESSION-D2',
    fact: 'a status is active, paused or completed; one that is active again has not ended',
    check: async () => {
      const { _id } = await x.session();
      const path = `/api/sessions/${_id}/status`;
      expect(good(await ask('PATCH', path, { status: 'paused' }))).toMatchObject({
        status: 'paused',
        session_end: null,
      });
      await ask('PATCH', path, { status: 'completed' });
      expect(good(await ask('PATCH', path, { status: 'active' }))).toMatchObject({
        status: 'active',
        session_end: null,
      });
      expectRefusal(
        await ask('PATCH', path, { status: 'archived' }),
        422,
        'status: must be one of active, paused, completed',
      );
    },
  },
  {
    id: 'OX-SESSION-D3',
    fact: 'lists take limit and offset; without them they are whole, up to 1000; a user nobody knows has none',
    check: async () => {
      const ids: string[] = [];
      for (let count = 0; count < 3; count += 1) ids.unshift((await x.session({ user_id: 'pages' }))._id);
      const list = async (query: string) =>
        good(await ask('GET', `/api/sessions/user/pages${query}`)).map((one: { _id: string }) => one._id);
      expect(await list('')).toEqual(ids);
      expect(await list('?limit=2')).toEqual(ids.slice(0, 2));
      expect(await list('?limit=2&offset=2')).toEqual(ids.slice(2));
      expect(good(await ask('GET', '/api/sessions/user/nobody'))).toEqual([]);
      const wrong = await ask('GET', '/api/sessions/user/pages?limit=1001');
      expectRefusal(wrong, 422, 'limit: must be a whole number from 1 to 1000');
    },
  },
  {
    id: 'OX-SESSION-D5',
    fact: 'a user may be called whatever he likes, in 1 to 200 characters',
    check: async () => {
      for (const user_id of ['x'.repeat(200), '😀'.repeat(100), 'a?b#c%d']) {
        const made = await x.session({ user_id });
        const name = encodeURIComponent(user_id);
        expect(good(await ask('GET', `/api/sessions/user/${name}`))).toEqual([made]);
        expect(good(await ask('GET', `/api/analytics/user/${name}`)).user_id).toBe(user_id);
      }
      const long = await ask('GET', `/api/sessions/user/${'x'.repeat(201)}`);
      expectRefusal(long, 422, containing('user_id: '));
    },
  },
  {
    id: 'OX-SESSION-D4',
    fact: 'what is wrong with a session is told by the client’s own names',
    check: async () => {
      const refused = async (fields: object, detail: string) =>
        expectRefusal(
          await ask('POST', '/api/sessions/', { user_id: 'u', ...fields }),
          422,
          containing(detail),
        );
      await refused({ user_id: undefined }, 'user_id: is required');
      await refused({ user_id: 7 }, 'user_id: must be text');
      await refused({ user_id: '' }, 'user_id: ');
      await refused({ max_iterations: 0 }, 'max_iterations: must be 1 to 100');
      await refused({ settings: { cost_limit: -1 } }, 'settings.cost_limit: must be more than 0');
      await refused({ settings: { preferred_models: 'gpt4' } }, 'settings.preferred_models: must be a list');
      await refused({ settings: { preferred_models: ['gpt4', ''] } }, 'settings.preferred_models.1: ');
      await refused({ settings: [] }, 'settings: must be a JSON object');
    },
  },
];

const threads: Audit[] = [
  {
    id: 'OX-THREAD-1',
    fact: 'POST /api/threads/ answers the thread: what was sent, with its id and times',
    check: async () => {
      const { _id } = await x.session();
      expect(good(await ask('POST', '/api/threads/', { session_id: _id, ...EXAMPLE_THREAD }))).toEqual({
        _id: id,
        session_id: _id,
        ...EXAMPLE_THREAD,
        ...stamps,
      });
    },
  },
  {
    id: 'OX-THREAD-2',
    fact: 'GET /api/threads/{thread_id} answers that thread',
    check: async () => {
      const { _id } = await x.session();
      const made = good(await ask('POST', '/api/threads/', { session_id: _id, ...EXAMPLE_THREAD }));
      expect(good(await ask('GET', `/api/threads/${made._id}`))).toEqual(made);
    },
  },
  {
    id: 'OX-THREAD-3',
    fact: 'GET /api/threads/session/{session_id} answers a bare array of the threads of that session',
    check: async () => {
      const { _id } = await x.session();
      const ids = [await x.thread({ session_id: _id }), await x.thread({ session_id: _id })].toReversed();
      await x.thread();
      const path = `/api/threads/session/${_id}`;
      const listed = good(await ask('GET', path));
      expect(listed.map((one: { _id: string }) => one._id)).toEqual(ids);
      expect(listed[0]).toEqual(good(await ask('GET', `/api/threads/${ids[0]}`)));
      expect(good(await ask('GET', `${path}?limit=1&offset=1`))).toEqual(listed.slice(1));
    },
  },
  {
    id: 'OX-THREAD-4',
    fact: 'its context is told to the models, and its domain is the orchestrations’',
    check: async () => {
      const settings = x.script(['An answer.'], [verdict(9)]);
      const thread_id = await x.thread(EXAMPLE_THREAD);
      await x.ended(good(await start({ thread_id, settings }))._id);
      const [author] = settings.preferred_models;
      const asked = x.vendor.requests.filter(({ body }) => JSON.stringify(body).includes(author!));
      expect(JSON.stringify(asked)).toContain(EXAMPLE_THREAD.context);
    },
  },
  {
    id: 'OX-THREAD-D1',
    fact: 'domain and context may be left out; session_id and original_prompt may not',
    check: async () => {
      const { _id } = await x.session();
      const bare = { session_id: _id, original_prompt: 'p' };
      expect(good(await ask('POST', '/api/threads/', bare))).toMatchObject({ domain: null, context: null });
      expectRefusal(
        await ask('POST', '/api/threads/', { session_id: _id }),
        422,
        'original_prompt: is required',
      );
      expectRefusal(
        await ask('POST', '/api/threads/', { original_prompt: 'p' }),
        422,
        'session_id: is required',
      );
    },
  },
  {
    id: 'OX-THREAD-D2',
    fact: 'a session that is not active takes no threads: 400',
    check: async () => {
      const { _id } = await x.session();
      await ask('PATCH', `/api/sessions/${_id}/status`, { status: 'completed' });
      const answer = await ask('POST', '/api/threads/', { session_id: _id, original_prompt: 'p' });
      expectRefusal(answer, 400, containing('session_id: the session is completed'));
    },
  },
];

const orchestrations: Audit[] = [
  {
    id: 'OX-ORCH-1',
    fact: 'POST /api/orchestration/start starts it for a thread, and answers how it stands',
    check: async () => {
      const { _id } = await x.session();
      const thread_id = await x.thread({ session_id: _id });
      const { preferred_models } = x.script(['An answer.'], [verdict(9)]);
      const settings = { max_iterations: 5, preferred_models, evaluation_threshold: 8.0 };
      const begun = good(await start({ thread_id, prompt: 'Write fibonacci', settings }));
      expect(begun).toEqual({
        _id: id,
        thread_id,
        session_id: _id,
        status: expect.stringMatching(/^(pending|running)$/),
        prompt: 'Write fibonacci',
        progress: expect.any(Number),
        iterations: expect.any(Number),
        final_score: null,
        final_response: null,
        total_cost: expect.any(Number),
        settings,
        stop_reason: null,
        error: null,
        completed_at: null,
        ...stamps,
      });
      await x.ended(begun._id);
    },
  },
  {
    id: 'OX-ORCH-2',
    fact: 'GET /api/orchestration/status/{orchestration_id} answers status and results',
    check: async () => {
      const settings = x.script(['One.', 'Two.', 'Three.'], [verdict(3), verdict(9.2)]);
      const begun = good(await start({ thread_id: await x.thread(), settings }));
      expect(await x.ended(begun._id)).toEqual({
        ...begun,
        status: 'completed',
        progress: 1,
        iterations: 2,
        final_score: 9.2,
        final_response: 'Two.',
        total_cost: expect.any(Number),
        stop_reason: 'threshold_reached',
        completed_at: time,
        updated_at: time,
      });
    },
  },
  {
    id: 'OX-ORCH-3',
    fact: 'evaluation_threshold is the score that is good enough, max_iterations the most rounds',
    check: async () => {
      const thread_id = await x.thread();
      const low = { ...x.script(['One.'], [verdict(2)]), evaluation_threshold: 1.5 };
      expect(await x.ended(good(await start({ thread_id, settings: low }))._id)).toMatchObject({
        iterations: 1,
        final_score: 2,
      });
      const once = { ...x.script(['One.'], [verdict(2)]), max_iterations: 1 };
      expect(await x.ended(good(await start({ thread_id, settings: once }))._id)).toMatchObject({
        iterations: 1,
        stop_reason: 'max_iterations',
      });
    },
  },
  {
    id: 'OX-ORCH-4',
    fact: 'preferred_models are the document’s names: gpt4 answers, claude evaluates',
    check: async () => {
      x.vendor.scripts.set('gpt-4o', [{ text: 'def fibonacci(n):' }]);
      x.vendor.scripts.set('claude-sonnet-5-5', [{ text: verdict(8.5) }]);
      const settings = { preferred_models: ['gpt4', 'claude'], evaluation_threshold: 8.0 };
      const begun = good(await start({ thread_id: await x.thread(), settings }));
      expect(await x.ended(begun._id)).toMatchObject({
        final_response: 'def fibonacci(n):',
        final_score: 8.5,
        settings: { preferred_models: ['gpt4', 'claude'] },
      });
    },
  },
  {
    id: 'OX-ORCH-5',
    fact: 'at most 10 of a user run at once: the 11th is 429, another user’s is not',
    check: async () => {
      const limited = await startOrchestrateX({ worker: false, variables: { RATE_LIMIT_FACTOR: '1' } });
      const begin = async (thread_id: string) =>
        limited.ask('POST', '/api/orchestration/start', { thread_id, prompt: 'x' });
      const [one, two] = [await limited.session({ user_id: 'a' }), await limited.session({ user_id: 'a' })];
      const threads = [
        await limited.thread({ session_id: one._id }),
        await limited.thread({ session_id: two._id }),
      ];
      for (let count = 0; count < 10; count += 1) good(await begin(threads[count % 2]!));
      const eleventh = await begin(threads[0]!);
      expectRefusal(eleventh, 429, containing('at most 10 orchestrations'));
      expect(Number(eleventh.headers.get('retry-after'))).toBeGreaterThan(0);
      const other = await limited.session({ user_id: 'b' });
      good(await begin(await limited.thread({ session_id: other._id })));
      await limited.stop();
    },
  },
  {
    id: 'OX-ORCH-D1',
    fact: 'one that fails says why',
    check: async () => {
      const { _id } = await x.session({ settings: { cost_limit: 0.0000001 } });
      const failed = good(await start({ thread_id: await x.thread({ session_id: _id }) }));
      expect(await x.ended(failed._id)).toMatchObject({ status: 'failed', error: containing('cost limit') });
    },
  },
  {
    id: 'OX-ORCH-D2',
    fact: 'what is wrong with a start is told by the client’s own names',
    check: async () => {
      const thread_id = await x.thread();
      const refused = async (body: object, detail: string) =>
        expectRefusal(await ask('POST', '/api/orchestration/start', body), 422, containing(detail));
      await refused({ prompt: 'x' }, 'thread_id: is required');
      await refused({ thread_id }, 'prompt: is required');
      await refused({ thread_id, prompt: '' }, 'prompt: ');
      const settings = (given: object) => ({ thread_id, prompt: 'x', settings: given });
      await refused(settings({ evaluation_threshold: 11 }), 'settings.evaluation_threshold: must be 0 to 10');
      await refused(settings({ max_iterations: 101 }), 'settings.max_iterations: must be 1 to 100');
      await refused(settings({ preferred_models: [''] }), 'settings.preferred_models.0: ');
    },
  },
];

/** Two rounds of gpt4, which claude evaluates. @returns its id */
async function orchestrateAsGpt4(session_id: string): Promise<string> {
  x.vendor.scripts.set('gpt-4o', [{ text: 'One.' }, { text: 'Two.' }]);
  x.vendor.scripts.set('claude-sonnet-5-5', [{ text: verdict(3) }, { text: verdict(9) }]);
  const settings = { preferred_models: ['gpt4', 'claude'] };
  return good(await start({ thread_id: await x.thread({ session_id }), settings }))._id;
}

const others: Audit[] = [
  {
    id: 'OX-ALL-D1',
    fact: 'with credentials it acts for that account, and what that made by GraphQL is there, in this shape',
    check: async () => {
      const ann = await x.server.newUser();
      const headers = { authorization: `Bearer ${ann.token}` };
      const made = data(
        await ann.query(`mutation {
          createSession(input: { name: "Mine" }) { session { id } }
          createThread(input: {}) { thread { id } }
          startOrchestration(input: { prompt: "x", maxIterations: 1 }) { orchestration { id } }
        }`),
      );
      const read = async (path: string, globalId: string) => {
        const own = Buffer.from(globalId, 'base64url').toString().split(':')[1];
        return good(await ask('GET', `/api/${path}/${own}`, undefined, headers));
      };
      expect(await read('sessions', made.createSession.session.id)).toMatchObject({
        user_id: null,
        status: 'active',
        max_iterations: 5,
        settings: { preferred_models: [], cost_limit: null },
        ...stamps,
      });
      expect(await read('threads', made.createThread.thread.id)).toMatchObject({
        session_id: null,
        original_prompt: null,
        ...stamps,
      });
      expect(await read('orchestration/status', made.startOrchestration.orchestration.id)).toMatchObject({
        thread_id: null,
        session_id: null,
        prompt: 'x',
        ...stamps,
      });
    },
  },
];

const models: Audit[] = [
  {
    id: 'OX-MODEL-1',
    fact: 'GET /api/models/ answers a bare array of models with the documented fields',
    check: async () => {
      const listed = good(await ask('GET', '/api/models/'));
      expect(listed.find(({ name }: { name: string }) => name === 'gpt4')).toEqual({
        _id: id,
        name: 'gpt4',
        provider: 'openai',
        version: 'gpt-4o',
        specialties: ['general', 'writing', 'chat'],
        cost_per_1k_tokens: 0.0025,
        context_window: 128000,
        status: 'active',
        ...stamps,
      });
      for (const model of listed) {
        expect(model).toMatchObject({ name: expect.any(String), cost_per_1k_tokens: expect.any(Number) });
        expect(model.specialties.length).toBeGreaterThan(0);
      }
    },
  },
  {
    id: 'OX-MODEL-2',
    fact: 'GET /api/models/{model_name} answers the model of that name',
    check: async () => {
      for (const model of good(await ask('GET', '/api/models/'))) {
        expect(good(await ask('GET', `/api/models/${encodeURIComponent(model.name)}`))).toEqual(model);
      }
    },
  },
  {
    id: 'OX-MODEL-3',
    fact: 'the documented names are there: gpt4 of openai, claude of anthropic',
    check: async () => {
      expect(good(await ask('GET', '/api/models/gpt4')).provider).toBe('openai');
      expect(good(await ask('GET', '/api/models/claude')).provider).toBe('anthropic');
    },
  },
  {
    id: 'OX-MODEL-D1',
    fact: 'a model answers to its alias, its id, with and without its provider, and the name people read',
    check: async () => {
      const byAlias = good(await ask('GET', '/api/models/gpt4'));
      for (const name of ['gpt-4o', 'openai%2Fgpt-4o', 'GPT-4o'])
        expect(good(await ask('GET', `/api/models/${name}`))).toEqual(byAlias);
    },
  },
  {
    id: 'OX-MODEL-D2',
    fact: 'a model whose provider is not configured is inactive; one that nobody described is for general use',
    check: async () => {
      const bare = await startOrchestrateX({ worker: false, variables: { ANTHROPIC_BASE_URL: '' } });
      expect(good(await bare.ask('GET', '/api/models/claude')).status).toBe('inactive');
      expect(good(await bare.ask('GET', '/api/models/gpt4')).status).toBe('active');
      expect(good(await bare.ask('GET', '/api/models/demo'))).toMatchObject({
        specialties: ['general'],
        cost_per_1k_tokens: 0,
      });
      await bare.stop();
    },
  },
  {
    id: 'OX-MODEL-D3',
    fact: 'the list leaves out models without a price, and takes limit and offset',
    check: async () => {
      await x.server.store.database.pool.query(
        `insert into model (id, provider, model_id, name, aliases, capabilities, rank)
         values ('openai/unpriced-1', 'openai', 'unpriced-1', 'Unpriced', '{}', '{text}', 9)`,
      );
      const listed = good(await ask('GET', '/api/models/'));
      expect(listed.map(({ name }: { name: string }) => name)).not.toContain('unpriced-1');
      expect(good(await ask('GET', '/api/models/unpriced-1')).cost_per_1k_tokens).toBeNull();
      expect(good(await ask('GET', '/api/models/?limit=2&offset=1'))).toEqual(listed.slice(1, 3));
    },
  },
];

const analytics: Audit[] = [
  {
    id: 'OX-ANALYTICS-1',
    fact: 'GET /api/analytics/session/{session_id} answers what the work in the session comes to',
    check: async () => {
      const made = await x.session({ user_id: 'measured' });
      const ended = await x.ended(await orchestrateAsGpt4(made._id));
      const body = good(await ask('GET', `/api/analytics/session/${made._id}`));
      expect(body).toEqual({
        _id: made._id,
        session_id: made._id,
        user_id: 'measured',
        total_orchestrations: 1,
        completed_orchestrations: 1,
        failed_orchestrations: 0,
        average_iterations: 2,
        average_score: 9,
        best_score: 9,
        average_duration_seconds: expect.any(Number),
        total_cost: expect.closeTo(ended.total_cost, 12),
        tokens_used: expect.any(Number),
        models: expect.any(Array),
        days: [
          {
            date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
            runs: 1,
            total_cost: body.total_cost,
            tokens_used: body.tokens_used,
          },
        ],
        created_at: made.created_at,
        updated_at: made.updated_at,
      });
      const used = {
        requests: 2,
        failed_requests: 0,
        tokens_used: expect.any(Number),
        total_cost: expect.any(Number),
      };
      expect(body.models).toHaveLength(2);
      expect(body.models).toEqual(
        expect.arrayContaining([
          { model_name: 'gpt4', provider: 'openai', ...used, average_score: 6 },
          { model_name: 'claude', provider: 'anthropic', ...used, average_score: null },
        ]),
      );
    },
  },
  {
    id: 'OX-ANALYTICS-2',
    fact: 'GET /api/analytics/user/{user_id} answers what the work of the user comes to, in all sessions',
    check: async () => {
      const user_id = 'measured/twice';
      const costs: number[] = [];
      for (let count = 0; count < 2; count += 1) {
        const { _id } = await x.session({ user_id });
        costs.push((await x.ended(await orchestrateAsGpt4(_id))).total_cost);
      }
      const body = good(await ask('GET', `/api/analytics/user/${encodeURIComponent(user_id)}`));
      expect(body).toMatchObject({
        _id: id,
        user_id,
        period_start: time,
        period_end: time,
        total_sessions: 2,
        total_orchestrations: 2,
        completed_orchestrations: 2,
        average_score: 9,
        total_cost: expect.closeTo(costs[0]! + costs[1]!, 12),
        ...stamps,
      });
      expect(body.models.map((one: { model_name: string }) => one.model_name).toSorted()).toEqual([
        'claude',
        'gpt4',
      ]);
    },
  },
  {
    id: 'OX-ANALYTICS-D1',
    fact: 'a session without work comes to nothing, likewise a user that nobody knows; a session nobody knows is 404',
    check: async () => {
      const nothing = {
        total_orchestrations: 0,
        average_score: null,
        average_duration_seconds: null,
        total_cost: 0,
        tokens_used: 0,
        models: [],
        days: [],
      };
      const { _id } = await x.session();
      expect(good(await ask('GET', `/api/analytics/session/${_id}`))).toMatchObject(nothing);
      expect(good(await ask('GET', '/api/analytics/user/nobody'))).toMatchObject({
        total_sessions: 0,
        ...nothing,
      });
      expectRefusal(await ask('GET', `/api/analytics/session/${NOBODY}`), 404, containing('session_id: '));
      expectRefusal(await ask('GET', '/api/analytics/user/a%00b'), 422, containing('user_id: '));
    },
  },
];

const errors: Audit[] = [
  {
    id: 'OX-ERR-1',
    fact: '404 for what is not there, in every place that names a thing',
    check: async () => {
      const missing = async (method: string, path: string, what: string, body?: object) =>
        expectRefusal(await ask(method, path, body), 404, what);
      const session = 'session_id: there is no such session';
      const thread = 'thread_id: there is no such thread';
      const orchestration = 'there is no such orchestration';
      await missing('GET', `/api/sessions/${NOBODY}`, session);
      await missing('PATCH', `/api/sessions/${NOBODY}/status`, session, { status: 'completed' });
      await missing('POST', '/api/threads/', session, { session_id: NOBODY, original_prompt: 'p' });
      await missing('GET', `/api/threads/${NOBODY}`, thread);
      await missing('GET', `/api/threads/session/${NOBODY}`, session);
      await missing('POST', '/api/orchestration/start', thread, { thread_id: NOBODY, prompt: 'p' });
      await missing('GET', `/api/orchestration/status/${NOBODY}`, orchestration);
      await missing('GET', '/api/models/no-such-model', 'model_name: there is no such model');
      await missing('GET', '/api/sessions/not%20an%20id', session);
      await missing('GET', '/api/nothing', 'there is no GET /api/nothing');
    },
  },
  {
    id: 'OX-ERR-2',
    fact: '422 for bodies that are no JSON, or no object',
    check: async () => {
      expectRefusal(await ask('POST', '/api/sessions/', '{'), 422, containing('body: is not valid JSON'));
      expectRefusal(await ask('POST', '/api/sessions/', '[]'), 422, 'body: must be a JSON object');
      expectRefusal(await ask('POST', '/api/sessions/'), 422, containing('body: '));
    },
  },
  {
    id: 'OX-ERR-3',
    fact: '401 for credentials that are no good',
    check: async () => {
      const answer = await ask('GET', '/api/models/', undefined, { authorization: 'Bearer stale' });
      expectRefusal(answer, 401, containing('the bearer token is not valid'));
    },
  },
  {
    id: 'OX-ERR-4',
    fact: '5 MB maximum request size: 413 beyond, and 5 MB are taken',
    check: async () => {
      const filler = (bytes: number) => JSON.stringify({ user_id: 'u', filler: 'x'.repeat(bytes) });
      good(await ask('POST', '/api/sessions/', filler(5 * 1024 * 1024 - 100)), 201);
      const answer = await ask('POST', '/api/sessions/', filler(5 * 1024 * 1024));
      expectRefusal(answer, 413, containing('too large'));
    },
  },
  {
    id: 'OX-ERR-9',
    fact: 'prompts of 5 MB are taken, stored, and sent to the models',
    check: async () => {
      const [prompt, context] = ['p'.repeat(5_000_000), 'c'.repeat(2_000_000)];
      const session_id = (await x.session())._id;
      const thread = good(await ask('POST', '/api/threads/', { session_id, original_prompt: prompt }));
      expect(good(await ask('GET', `/api/threads/${thread._id}`)).original_prompt === prompt).toBe(true);
      const thread_id = await x.thread({ session_id, original_prompt: 'p', context });
      const settings = { ...x.script(['It is long.'], [verdict(9, 'Good')]), max_iterations: 1 };
      const begun = good(await start({ thread_id, prompt, settings }));
      const ended = await x.ended(begun._id);
      expect([ended.status, ended.error, ended.final_response]).toEqual(['completed', null, 'It is long.']);
      expect(ended.prompt === prompt).toBe(true);
      const longest = Math.max(...x.vendor.requests.map(({ body }) => JSON.stringify(body).length));
      expect(longest).toBeGreaterThan(7_000_000);
      const longer = await ask('POST', '/api/threads/', { session_id, original_prompt: `${prompt}p` });
      expectRefusal(longer, 422, 'original_prompt: must have at most 5000000 characters');
    },
  },
  {
    id: 'OX-ERR-5',
    fact: '405 for a method that a path does not have',
    check: async () => {
      for (const path of ['/api/sessions/', '/api/sessions']) {
        const answer = await ask('GET', path);
        expectRefusal(answer, 405, containing('allowed: POST'));
      }
    },
  },
  {
    id: 'OX-ERR-6',
    fact: 'text that cannot be stored is 422, wherever it stands, and never 500',
    check: async () => {
      for (const text of ['\u0000', '\ud800']) {
        const refused = async (path: string, body: object) =>
          expect((await ask('POST', path, body)).status).toBe(422);
        await refused('/api/sessions/', { user_id: text });
        const { _id } = await x.session();
        await refused('/api/threads/', { session_id: _id, original_prompt: text });
        await refused('/api/orchestration/start', { thread_id: await x.thread(), prompt: text });
      }
      for (const path of ['sessions', 'threads', 'models', 'orchestration/status', 'threads/session'])
        expectRefusal(await ask('GET', `/api/${path}/a%00b`), 404, expect.any(String));
      expect((await ask('GET', '/api/sessions/user/a%00b')).status).toBe(422);
    },
  },
  {
    id: 'OX-ERR-7',
    fact: '100 requests per minute per session: 429 beyond, and other sessions are not touched',
    check: async () => {
      const limited = await startOrchestrateX({ worker: false, variables: { RATE_LIMIT_FACTOR: '1' } });
      const [one, two] = [await limited.session(), await limited.session()];
      const read = (session: { _id: string }) => limited.ask('GET', `/api/sessions/${session._id}`);
      for (let count = 0; count < 100; count += 1) good(await read(one));
      const refused = await read(one);
      expectRefusal(refused, 429, containing('too many requests'));
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      good(await read(two));
      await limited.stop();
    },
  },
  {
    id: 'OX-ERR-8',
    fact: '500 tells nothing of what went wrong',
    check: async () => {
      const { pool } = x.server.store.database;
      const query = pool.query;
      pool.query = (() => Promise.reject(new Error('a secret'))) as unknown as typeof query;
      try {
        const answer = await ask('GET', `/api/threads/${NOBODY}`);
        expect(answer.status).toBeGreaterThanOrEqual(500);
        expect(JSON.stringify(answer.body)).not.toContain('a secret');
        expect(answer.body).toMatchObject({ status_code: answer.status });
      } finally {
        pool.query = query;
      }
    },
  },
  {
    id: 'OX-ERR-D1',
    fact: 'every path answers with a slash at its end and without one',
    check: async () => {
      const body = { user_id: 'slash' };
      const { _id } = good(await ask('POST', '/api/sessions', body), 201);
      good(await ask('GET', `/api/sessions/${_id}/`));
      good(await ask('GET', '/api/sessions/user/slash/'));
      good(await ask('GET', '/api/models'));
      good(await ask('PATCH', `/api/sessions/${_id}/status/`, { status: 'paused' }));
    },
  },
];

runAudits('OrchestrateX, as documented', [
  ...sessions,
  ...threads,
  ...orchestrations,
  ...others,
  ...models,
  ...analytics,
  ...errors,
]);
