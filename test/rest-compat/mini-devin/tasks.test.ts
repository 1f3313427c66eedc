import { beforeAll, expect, vi } from 'vitest';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { type ScriptedAnswer, startVendor } from '../../harness/vendor/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import type { LegacyAnswer } from '../clients/legacy-client.ts';
import { containing, expectRefusal, globalIdOf, moment, openAccount, uuid } from './account.ts';

let session: string;
/** As it was answered when it was made, and when it had completed. */
let fresh: LegacyAnswer;
let done: LegacyAnswer;
let failed: LegacyAnswer;

const DESCRIPTION = 'Fix the failing test in tests/test_api.py';
const SUMMARY = 'Fixed the test by updating the expected value';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const account = fixture(() => openAccount(server.url, 'user@example.com'));
const stranger = fixture(() => openAccount(server.url, 'stranger@example.com'));
beforeAll(async () => {
  session = (await account.ask('POST', '/api/sessions', { name: 'Bug Fix Session' })).body.id;
  vendor.scripts.set('gpt-4o', [
    call('update_plan', {
      steps: [
        step('step-1', 'Read the failing test', 'completed'),
        step('step-2', 'Fix the assertion', 'in_progress'),
      ],
    }),
    call('finish', { summary: SUMMARY }),
  ]);
  fresh = await make({ description: DESCRIPTION, model: 'gpt-4o', run_mode: 'offline' });
  done = await ended(fresh.body.id);
  vendor.scripts.delete('gpt-4o');
  failed = await ended((await make({ description: 'Fail', model: 'gpt-4o@fault=401' })).body.id);
});

const call = (name: string, input: object): ScriptedAnswer => ({
  toolCalls: [{ name, arguments: { ...input } }],
});
const step = (id: string, description: string, status: string) => ({ id, description, status });

/** A model that talks until it is stopped. */
const LONG = 'gpt-4o@tokens=100000,itl=20';

const make = (body: unknown, of = session) => account.ask('POST', `/api/sessions/${of}/tasks`, body);
const list = (of = session, query = '') => account.ask('GET', `/api/sessions/${of}/tasks${query}`);
const read = (id: string) => account.ask('GET', `/api/tasks/${id}`);
const stop = (id: string) => account.ask('POST', `/api/tasks/${id}/stop`);
const newSession = async () => (await account.ask('POST', '/api/sessions', { name: 'a' })).body.id;

/** Polls, as the clients of the document do. */
async function ended(id: string): Promise<LegacyAnswer> {
  return vi.waitUntil(
    async () => {
      const answer = await read(id);
      return answer.body.status !== 'running' && answer;
    },
    { timeout: 10_000, interval: 20 },
  );
}

async function native(input: object): Promise<string> {
  const document = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }';
  const { id } = data((await account.query(document, { input })).body).createTask.task;
  return Buffer.from(id, 'base64url').toString().split(':')[1]!;
}

const documented: Audit[] = [
  {
    id: 'MD-TASK-01',
    fact: 'POST /api/sessions/{id}/tasks answers 200',
    check: async () => expect(fresh.status).toBe(200),
  },
  ...fieldAudits('MD-TASK', 2, 'a new task', async () => fresh.body, {
    id: uuid,
    description: DESCRIPTION,
    status: 'running',
    created_at: moment,
  }),
  {
    id: 'MD-TASK-07',
    fact: 'model is who is asked',
    check: async () => {
      const model = 'gpt-4o@key=named';
      await ended((await make({ description: 'Say hello', model })).body.id);
      expect(vendor.requests.map(({ body }) => body.model)).toContain(model);
    },
  },
  {
    id: 'MD-TASK-08',
    fact: 'run_mode offline: commands have no network',
    check: async () => {
      const model = 'gpt-4o@key=offline';
      const { port } = new URL(server.url);
      const command = `(exec 3<>/dev/tcp/127.0.0.1/${port}) && echo reached`;
      vendor.scripts.set(model, [call('terminal', { command }), call('finish', { summary: 'Tried.' })]);
      const { body } = await make({ description: 'Try', model, run_mode: 'offline' });
      await ended(body.id);
      const told = 'query ($id: ID!) { task(id: $id) { toolCalls { output } } }';
      const { task } = data((await account.query(told, { id: globalIdOf('Task', body.id) })).body);
      expect(task.toolCalls[0].output).toMatch(/refused|unreachable/i);
      expect(task.toolCalls[0].output).not.toContain('reached\n');
    },
  },
  {
    id: 'MD-TASK-09',
    fact: 'it is started at once',
    check: async () => expect(done.body.status).toBe('completed'),
  },
  {
    id: 'MD-TASK-10',
    fact: 'GET /api/sessions/{id}/tasks answers 200 and a list',
    check: async () => {
      const answer = await list();
      expect([answer.status, Array.isArray(answer.body)]).toEqual([200, true]);
    },
  },
  ...fieldAudits('MD-TASK', 11, 'a task of the list', async () => (await list()).body.find(isDone), {
    id: uuid,
    description: DESCRIPTION,
    status: 'completed',
    created_at: moment,
    completed_at: moment,
    iterations: 2,
  }),
  {
    id: 'MD-TASK-18',
    fact: 'GET /api/tasks/{id} answers 200',
    check: async () => expect(done.status).toBe(200),
  },
  ...fieldAudits('MD-TASK', 19, 'a task', async () => done.body, {
    id: uuid,
    description: DESCRIPTION,
    status: 'completed',
    created_at: moment,
    completed_at: moment,
    iterations: 2,
    plan: { steps: [expect.any(Object), expect.any(Object)] },
    result: expect.any(Object),
  }),
  ...fieldAudits('MD-TASK', 28, 'a step of a plan', async () => done.body.plan.steps[0], {
    id: 'step-1',
    description: 'Read the failing test',
    status: 'completed',
  }),
  {
    id: 'MD-TASK-32',
    fact: 'a step that is under way is in_progress',
    check: async () => expect(done.body.plan.steps[1].status).toBe('in_progress'),
  },
  {
    id: 'MD-TASK-33',
    fact: 'result has success',
    check: async () => expect(done.body.result.success).toBe(true),
  },
  {
    id: 'MD-TASK-34',
    fact: 'result has summary',
    check: async () => expect(done.body.result.summary).toBe(SUMMARY),
  },
  {
    id: 'MD-TASK-35',
    fact: 'POST /api/tasks/{id}/stop answers 200, the id and the status stopped, and no more',
    check: async () => {
      const { id } = (await make({ description: 'Talk', model: LONG })).body;
      const answer = await stop(id);
      expect([answer.status, answer.body]).toEqual([200, { id, status: 'stopped' }]);
    },
  },
  {
    id: 'MD-TASK-36',
    fact: 'a stopped task is stopped everywhere',
    check: async () => {
      const of = await newSession();
      const { id } = (await make({ description: 'Talk', model: LONG }, of)).body;
      await stop(id);
      const shown = (await account.ask('GET', `/api/sessions/${of}`)).body.tasks[0];
      expect([(await read(id)).body.status, (await list(of)).body[0].status, shown.status]).toEqual([
        'stopped',
        'stopped',
        'stopped',
      ]);
    },
  },
  {
    id: 'MD-TASK-37',
    fact: 'NOT_FOUND 404: a task that never was, and another account’s alike',
    check: async () => {
      for (const id of ['nothing', '00000000-0000-7000-8000-000000000000', '%00', done.body.id]) {
        const { ask } = id === done.body.id ? stranger : account;
        const detail = containing('there is no such task');
        expectRefusal(await ask('GET', `/api/tasks/${id}`), 404, 'NOT_FOUND', detail);
        expectRefusal(await ask('POST', `/api/tasks/${id}/stop`), 404, 'NOT_FOUND', detail);
      }
    },
  },
  {
    id: 'MD-TASK-38',
    fact: 'NOT_FOUND 404: the tasks of a session that never was, or of another account’s',
    check: async () => {
      for (const id of ['nothing', session]) {
        const { ask } = id === session ? stranger : account;
        const detail = containing('there is no such session');
        const path = `/api/sessions/${id}/tasks`;
        expectRefusal(await ask('GET', path), 404, 'NOT_FOUND', detail);
        expectRefusal(await ask('POST', path, { description: 'Say hello' }), 404, 'NOT_FOUND', detail);
      }
    },
  },
  {
    id: 'MD-TASK-39',
    fact: 'VALIDATION_ERROR 422: a task without a description',
    check: async () => {
      expectRefusal(await make({}), 422, 'VALIDATION_ERROR', 'description: is required');
      for (const description of ['', '   ']) {
        expectRefusal(
          await make({ description }),
          422,
          'VALIDATION_ERROR',
          containing('description: must not be'),
        );
      }
    },
  },
  {
    id: 'MD-TASK-40',
    fact: 'VALIDATION_ERROR 422: fields of a wrong type',
    check: async () => {
      const answer = await make({ description: {}, model: 4, run_mode: true });
      const detail = 'description: must be text; model: must be text; run_mode: must be offline';
      expectRefusal(answer, 422, 'VALIDATION_ERROR', detail);
    },
  },
];

const isDone = ({ id }: { id: string }) => id === done.body.id;

const decided: Audit[] = [
  {
    id: 'MD-TASK-D1',
    fact: 'model and run_mode may be absent or null: the default model, offline',
    check: async () => {
      for (const more of [{}, { model: null, run_mode: null }]) {
        const { status, body } = await make({ description: 'Say hello', ...more });
        expect([status, (await ended(body.id)).body.status]).toEqual([200, 'completed']);
      }
    },
  },
  {
    id: 'MD-TASK-D2',
    fact: 'VALIDATION_ERROR 422: run_mode online, which there is not, and words that are none',
    check: async () => {
      const online = await make({ description: 'a', run_mode: 'online' });
      expectRefusal(online, 422, 'VALIDATION_ERROR', containing('run_mode: online is not available'));
      const other = await make({ description: 'a', run_mode: 'cloud' });
      expectRefusal(other, 422, 'VALIDATION_ERROR', 'run_mode: must be offline');
    },
  },
  {
    id: 'MD-TASK-D3',
    fact: 'VALIDATION_ERROR 422: a model that there is not, with those that there are, or whose provider is not configured',
    check: async () => {
      const unknown = await make({ description: 'a', model: 'no such model' });
      expectRefusal(unknown, 422, 'VALIDATION_ERROR', expect.stringMatching(/^model: .*there are gpt-4o/));
      const foreign = await make({ description: 'a', model: 'claude-sonnet-5-5' });
      expectRefusal(foreign, 422, 'VALIDATION_ERROR', containing('ANTHROPIC_API_KEY'));
    },
  },
  {
    id: 'MD-TASK-D4',
    fact: 'a refused task was not made',
    check: async () => {
      const of = await newSession();
      await make({ description: 'a', model: 'no such model' }, of);
      expect((await list(of)).body).toEqual([]);
    },
  },
  {
    id: 'MD-TASK-D5',
    fact: 'fields that are not documented are ignored',
    check: async () => {
      const { status, body } = await make({ description: 'Say hello', kind: 'PULL', max_iterations: 0 });
      expect([status, body.status]).toEqual([200, 'running']);
    },
  },
  {
    id: 'MD-TASK-D6',
    fact: 'while it goes on: completed_at and result are null, plan has no steps, iterations is at least 1',
    check: async () => {
      const { id } = (await make({ description: 'Talk', model: LONG })).body;
      const rest = { completed_at: null, iterations: 1, result: null, plan: { steps: [] } };
      expect((await read(id)).body).toMatchObject({ status: 'running', ...rest });
      await stop(id);
    },
  },
  {
    id: 'MD-TASK-D7',
    fact: 'a task that waits for a person is running',
    check: async () => {
      const model = 'gpt-4o@key=question';
      vendor.scripts.set(model, [
        call('ask_user', { question: 'Proceed?' }),
        call('finish', { summary: 'Did.' }),
      ]);
      const { id } = (await make({ description: 'Ask', model })).body;
      const status = 'query ($id: ID!) { task(id: $id) { status } }';
      const isWaiting = async () =>
        data((await account.query(status, { id: globalIdOf('Task', id) })).body).task.status === 'WAITING';
      await vi.waitUntil(isWaiting, { timeout: 10_000, interval: 20 });
      expect((await read(id)).body.status).toBe('running');
      await stop(id);
    },
  },
  {
    id: 'MD-TASK-D8',
    fact: 'a task that failed says why in its result',
    check: async () =>
      expect(failed.body).toMatchObject({
        status: 'failed',
        completed_at: moment,
        result: { success: false, summary: containing('401'), output: null },
      }),
  },
  {
    id: 'MD-TASK-D9',
    fact: 'a task whose agent did not do what it was asked has completed without success',
    check: async () => {
      const model = 'gpt-4o@key=gave-up';
      vendor.scripts.set(model, [call('finish', { summary: 'No such test.', success: false })]);
      const { body } = await ended((await make({ description: 'Try', model })).body.id);
      const result = { success: false, summary: 'No such test.', output: 'No such test.' };
      expect([body.status, body.result]).toEqual(['completed', result]);
    },
  },
  {
    id: 'MD-TASK-D10',
    fact: 'a stopped task has a result that says so',
    check: async () => {
      const { id } = (await make({ description: 'Talk', model: LONG })).body;
      await stop(id);
      const result = { success: false, summary: 'The task was stopped', output: null };
      expect((await read(id)).body).toMatchObject({ completed_at: moment, result });
    },
  },
  {
    id: 'MD-TASK-D11',
    fact: 'to stop what is stopped is no error; INVALID_STATE 409: it has ended otherwise',
    check: async () => {
      const { id } = (await make({ description: 'Talk', model: LONG })).body;
      for (const _ of [1, 2]) expect((await stop(id)).body).toEqual({ id, status: 'stopped' });
      expectRefusal(await stop(done.body.id), 409, 'INVALID_STATE', containing('the task is completed'));
      expectRefusal(await stop(failed.body.id), 409, 'INVALID_STATE', containing('the task is failed'));
    },
  },
  {
    id: 'MD-TASK-D12',
    fact: 'INVALID_STATE 409: a session that GraphQL has paused takes no tasks',
    check: async () => {
      const of = await newSession();
      const pause =
        'mutation ($input: UpdateSessionInput!) { updateSession(input: $input) { session { id } } }';
      const input = { id: globalIdOf('Session', of), status: 'PAUSED' };
      data((await account.query(pause, { input })).body);
      expectRefusal(await make({ description: 'a' }, of), 409, 'INVALID_STATE', containing('paused'));
    },
  },
  {
    id: 'MD-TASK-D13',
    fact: 'tasks of GraphQL are there, too, whatever their kind',
    check: async () => {
      const of = await newSession();
      const sessionId = globalIdOf('Session', of);
      const prompt = await native({ prompt: 'Say hello', model: 'gpt-4o@tokens=3', sessionId });
      const held = await native({ prompt: 'Say hello', hold: true });
      const { body } = await ended(prompt);
      expect(body).toMatchObject({ description: 'Say hello', status: 'completed', iterations: 1 });
      expect(body.plan).toEqual({ steps: [] });
      expect(body.result).toEqual({ success: true, summary: body.result.output, output: expect.any(String) });
      expect((await read(held)).body).toMatchObject({ status: 'running', completed_at: null });
      expect((await list(of)).body[0]).toMatchObject({ id: prompt, status: 'completed' });
    },
  },
  {
    id: 'MD-TASK-D14',
    fact: 'a task made of a template is called as the template',
    check: async () => {
      const make =
        'mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { template { name } } }';
      const steps = [{ storeOutput: { key: 'keep', name: 'a.txt', content: 'a' } }];
      data((await account.query(make, { input: { name: 'keeper', steps } })).body);
      const { body } = await ended(await native({ templateName: 'keeper' }));
      expect(body).toMatchObject({ description: 'keeper', status: 'completed', result: { success: true } });
    },
  },
  {
    id: 'MD-TASK-D15',
    fact: 'what was made last comes first, and limit and offset give a part of the list',
    check: async () => {
      const of = await newSession();
      const ids: string[] = [];
      for (let made = 0; made < 105; made += 1) {
        ids.unshift(await native({ prompt: `${made}`, hold: true, sessionId: globalIdOf('Session', of) }));
      }
      const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id);
      expect(idsOf((await list(of)).body)).toEqual(ids);
      expect(idsOf((await list(of, '?limit=3&offset=100')).body)).toEqual(ids.slice(100, 103));
      expect(idsOf((await account.ask('GET', `/api/sessions/${of}`)).body.tasks)).toEqual(ids);
    },
  },
  {
    id: 'MD-TASK-D16',
    fact: 'a task that GraphQL ended by hand has a result, whatever was written into it',
    check: async () => {
      const document = 'mutation ($input: EndTaskInput!) { endTask(input: $input) { task { id } } }';
      for (const [given, result] of [
        [
          { output: 'By hand.', success: 'yes', summary: 7 },
          { success: true, summary: 'By hand.' },
        ],
        [
          { success: false, summary: 'Gave up.' },
          { success: false, summary: 'Gave up.' },
        ],
      ]) {
        const { id } = (await make({ description: 'Talk', model: LONG })).body;
        const input = { id: globalIdOf('Task', id), status: 'COMPLETED', result: given };
        data((await account.query(document, { input })).body);
        expect((await read(id)).body).toMatchObject({ status: 'completed', result });
      }
    },
  },
];

runAudits('Mini-Devin tasks, as documented', documented);

runAudits('Mini-Devin tasks, where the document is silent', decided);
