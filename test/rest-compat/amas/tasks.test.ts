import { beforeAll, expect, vi } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { runIdOf } from '../../harness/lease.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { insertPast, times } from '../../tasks/history.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import type { LegacyAnswer } from '../clients/legacy-client.ts';
import { containing, expectRefusal, moment, openAccount } from './account.ts';

/** As it was answered when it was made, when it was executed, and when it had completed. */
let fresh: LegacyAnswer;
let begun: LegacyAnswer;
let done: LegacyAnswer;

const MODEL = 'gpt-4o@key=amas';

const TASK = {
  title: 'Security Scan',
  description: 'Scan example.com for vulnerabilities',
  task_type: 'security_scan',
  target: 'example.com',
  priority: 5,
  parameters: {},
};

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => openAccount(server, 'Ann'));
beforeAll(async () => {
  fresh = await make(TASK);
  begun = await execute(fresh.body.id);
  done = await ended(fresh.body.id);
});

const make = (body: object) => ann.ask('POST', '/tasks', body);
const execute = (id: string) => ann.ask('POST', `/tasks/${id}/execute`);
const read = (id: string) => ann.ask('GET', `/tasks/${id}`);
const predict = (body: object) => ann.ask('POST', '/predictions/predict/task', body);
const without = (name: keyof typeof TASK) => ({ ...TASK, [name]: undefined });

/** Polls, as the clients of the document do. */
async function ended(id: string): Promise<LegacyAnswer> {
  return vi.waitUntil(
    async () => {
      const answer = await read(id);
      return !['pending', 'in_progress'].includes(answer.body.status) && answer;
    },
    { timeout: 10_000, interval: 20 },
  );
}

/** A task that waits for a person. */
async function startWaiting(): Promise<string> {
  const model = 'gpt-4o@key=waiting';
  vendor.scripts.set(model, [{ toolCalls: [{ name: 'ask_user', arguments: { question: 'Proceed?' } }] }]);
  const { body } = await make({ ...TASK, parameters: { model } });
  await execute(body.id);
  await vi.waitUntil(async () => (await read(body.id)).body.status === 'in_progress', { timeout: 10_000 });
  return body.id;
}

/** Of an account without a past. */
const PRIOR = {
  success_probability: 0.8,
  estimated_duration: 60,
  quality_score_prediction: 0.7,
  recommended_agents: ['security_expert', 'generalist'],
};

const documented: Audit[] = [
  {
    id: 'AM-TASK-01',
    fact: 'POST /api/v1/tasks answers 200',
    check: async () => expect(fresh.status).toBe(200),
  },
  ...fieldAudits('AM-TASK', 2, 'a new task', async () => fresh.body, {
    id: expect.stringMatching(/^task_\d{8}_\d{6}_[0-9a-f]{8}$/),
    title: 'Security Scan',
    status: 'pending',
    prediction: PRIOR,
    assigned_agents: ['security_expert'],
  }),
  ...fieldAudits('AM-PRED', 1, 'the prediction of a new task', async () => fresh.body.prediction, PRIOR),
  {
    id: 'AM-PRED-06',
    fact: 'success_probability is 0 to 1, estimated_duration seconds, quality_score_prediction 0 to 1',
    check: async () => {
      const eve = await openAccount(server, 'Eve');
      const { rows } = await server.store.database.pool.query('select id from app_user where email = $1', [
        eve.email,
      ]);
      const past = { type: 'security_scan', agentId: 'security_expert', seconds: 120 };
      await insertPast(server, rows[0].id, [
        ...times(85, past),
        ...times(15, { ...past, status: 'failed' as const }),
      ]);
      const { body } = await eve.ask('POST', '/predictions/predict/task', { task_type: 'security_scan' });
      expect(body.success_probability).toBeGreaterThan(0.75);
      expect(body.success_probability).toBeLessThan(0.95);
      expect(body.estimated_duration).toBeGreaterThan(100);
      expect(body.estimated_duration).toBeLessThan(140);
      expect(`${body.success_probability}`).toMatch(/^0\.\d\d?$/);
      expect(`${body.estimated_duration}`).toMatch(/^\d+(\.\d)?$/);
    },
  },
  {
    id: 'AM-PRED-09',
    fact: 'estimated_duration is written 120.0, as all numbers with a fraction are',
    check: async () => {
      const { token } = await openAccount(server, 'Newcomer');
      const response = await fetch(`${server.url}/amas/api/v1/predictions/predict/task`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ task_type: 'gardening' }),
      });
      expect(await response.text()).toContain('"estimated_duration":60.0,"quality_score_prediction":0.7,');
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    },
  },
  {
    id: 'AM-PRED-07',
    fact: 'POST /api/v1/predictions/predict/task answers 200, with what a new task would be told',
    check: async () => {
      const { task_type, target, parameters } = TASK;
      const { status, body } = await predict({ task_type, target, parameters });
      expect(status).toBe(200);
      const made = (await make(TASK)).body.prediction;
      expect(body).toEqual(made);
    },
  },
  {
    id: 'AM-PRED-08',
    fact: 'a prediction makes no task',
    check: async () => {
      const count = async () =>
        (await ann.client.query('{ tasks(first: 100) { nodes { id } } }')).data.tasks.nodes.length;
      const before = await count();
      await predict({ task_type: 'security_scan', target: 'example.com', parameters: {} });
      expect(await count()).toBe(before);
    },
  },
  {
    id: 'AM-TASK-08',
    fact: 'a task stays pending until it is executed',
    check: async () => {
      const { id } = (await make(TASK)).body;
      const task = await ann.client.query('query ($id: ID!) { task(id: $id) { status startedAt } }', {
        id: Buffer.from(`Task:${id}`).toString('base64url'),
      });
      expect(task.data.task).toEqual({ status: 'PENDING', startedAt: null });
      expect((await read(id)).body.status).toBe('pending');
    },
  },
  {
    id: 'AM-TASK-09',
    fact: 'POST /api/v1/tasks/{task_id}/execute answers 200 and the task, and begins it',
    check: async () => {
      expect([begun.status, begun.body.id]).toEqual([200, fresh.body.id]);
      expect(['in_progress', 'completed']).toContain(begun.body.status);
      expect(done.body.status).toBe('completed');
    },
  },
  {
    id: 'AM-TASK-10',
    fact: 'GET /api/v1/tasks/{task_id} answers 200',
    check: async () => expect(done.status).toBe(200),
  },
  ...fieldAudits('AM-TASK', 11, 'a task that completed', async () => done.body, {
    id: expect.stringMatching(/^task_/),
    title: 'Security Scan',
    status: 'completed',
    prediction: PRIOR,
    assigned_agents: ['security_expert'],
    description: 'Scan example.com for vulnerabilities',
    task_type: 'security_scan',
    target: 'example.com',
    priority: 5,
    parameters: {},
    model: expect.any(String),
    progress: 100,
    result: expect.objectContaining({ output: expect.any(String), success: true }),
    error: null,
    created_at: moment,
    started_at: moment,
    completed_at: moment,
  }),
  {
    id: 'AM-TASK-29',
    fact: 'title, description, target and parameters are what its agent is told',
    check: async () => {
      const { id } = (await make({ ...TASK, parameters: { depth: 3, ports: [80], model: MODEL } })).body;
      await execute(id);
      await ended(id);
      const { messages } = vendor.requests.find(({ body }) => body.model === MODEL)!.body;
      const told = JSON.stringify(messages);
      for (const part of [
        'Security Scan',
        TASK.description,
        'Target: example.com',
        'depth: 3',
        'ports: [80]',
      ])
        expect(told).toContain(part);
      expect(told).not.toContain(`model: ${MODEL}`);
      expect((await read(id)).body).toMatchObject({ parameters: { depth: 3, ports: [80] }, model: MODEL });
    },
  },
  {
    id: 'AM-TASK-30',
    fact: 'task_type chooses the agent',
    check: async () => {
      for (const [task_type, agent] of [
        ['security_scan', 'security_expert'],
        ['code', 'code_expert'],
        ['data_analysis', 'analysis_expert'],
        ['gardening', 'generalist'],
      ])
        expect((await make({ ...TASK, task_type })).body.assigned_agents).toEqual([agent]);
    },
  },
  {
    id: 'AM-TASK-31',
    fact: 'priority is a number; 5 in the example',
    check: async () => {
      for (const priority of [1, 10]) {
        const { id } = (await make({ ...TASK, priority })).body;
        expect((await read(id)).body.priority).toBe(priority);
      }
    },
  },
  {
    id: 'AM-TASK-32',
    fact: 'title, task_type and target are enough, as in the examples of the SDKs',
    check: async () => {
      const { title, task_type, target } = TASK;
      const { status, body } = await make({ title, task_type, target });
      expect([status, body.status]).toEqual([200, 'pending']);
      expect((await read(body.id)).body).toMatchObject({ description: '', priority: 5, parameters: {} });
    },
  },
];

const decided: Audit[] = [
  {
    id: 'AM-TASK-D1',
    fact: 'title and task_type are required; all else may be absent, null, and the texts empty',
    check: async () => {
      expectRefusal(await make(without('title')), 400, 'VALIDATION_ERROR', 'title: is required');
      expectRefusal(await make(without('task_type')), 400, 'VALIDATION_ERROR', 'task_type: is required');
      const nothing = { description: null, target: null, priority: null, parameters: null };
      expect((await make({ ...TASK, ...nothing })).status).toBe(200);
      expect((await make({ ...TASK, description: '', target: '' })).status).toBe(200);
    },
  },
  {
    id: 'AM-TASK-D2',
    fact: 'what the schema refuses is named as the client knows it',
    check: async () => {
      const refused: [object, string][] = [
        [{ title: '' }, 'title: must not be empty'],
        [{ title: ' ', description: '' }, 'title: must not be blank'],
        [{ title: 'x'.repeat(501) }, 'title: must have at most 500 characters'],
        [{ task_type: ' a' }, 'task_type: must not begin or end with space'],
        [{ priority: 0 }, 'priority: must be 1 to 10'],
        [{ priority: 11 }, 'priority: must be 1 to 10'],
        [{ priority: 2.5 }, 'priority: must be a whole number'],
        [{ parameters: [] }, 'parameters: must be a JSON object'],
        [{ parameters: { text: 'x'.repeat(100_001) } }, 'parameters: must have at most 100000 characters'],
        [{ target: 'a\0' }, 'target: must not contain U+0000 or an unpaired surrogate'],
      ];
      for (const [part, detail] of refused)
        expectRefusal(await make({ ...TASK, ...part }), 400, 'VALIDATION_ERROR', detail);
    },
  },
  {
    id: 'AM-TASK-D3',
    fact: 'parameters may name model, temperature and max_tokens',
    check: async () => {
      const model = 'gpt-4o@key=sampling';
      const { id } = (await make({ ...TASK, parameters: { model, temperature: 0.5, max_tokens: 77 } })).body;
      await execute(id);
      await ended(id);
      const { body } = vendor.requests.find((request) => request.body.model === model)!;
      expect(body).toMatchObject({ temperature: 0.5, max_tokens: 77 });
      expect((await read(id)).body).toMatchObject({
        model,
        parameters: { temperature: 0.5, max_tokens: 77 },
      });
    },
  },
  {
    id: 'AM-TASK-D4',
    fact: 'those three are checked, and named',
    check: async () => {
      const refused: [object, string, unknown][] = [
        [{ model: 5 }, 'VALIDATION_ERROR', 'parameters.model: must be text'],
        [{ model: 'no-such-model' }, 'VALIDATION_ERROR', containing('parameters.model: ')],
        [{ temperature: 3 }, 'VALIDATION_ERROR', containing('parameters.temperature: ')],
        [{ max_tokens: 0 }, 'VALIDATION_ERROR', containing('parameters.max_tokens: ')],
      ];
      for (const [parameters, code, detail] of refused) {
        expectRefusal(await make({ ...TASK, parameters }), 400, code, detail);
      }
      expectRefusal(
        await predict({ task_type: 'code', parameters: { model: 'no-such-model' } }),
        400,
        'VALIDATION_ERROR',
        containing('parameters.model: '),
      );
    },
  },
  {
    id: 'AM-TASK-D5',
    fact: 'INVALID_STATE 409: executed already, whatever came of it',
    check: async () => {
      const detail = 'the task is completed: only a pending task can be executed';
      expectRefusal(await execute(fresh.body.id), 409, 'INVALID_STATE', `task_id: ${detail}`);
      const id = await startWaiting();
      expectRefusal(await execute(id), 409, 'INVALID_STATE', containing('only a pending task'));
    },
  },
  {
    id: 'AM-TASK-D6',
    fact: 'many executions at once begin it once',
    check: async () => {
      const { id } = (await make(TASK)).body;
      const answers = await Promise.all(times(10, id).map(execute));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...times(9, 409)]);
      await ended(id);
    },
  },
  {
    id: 'AM-TASK-D7',
    fact: 'in_progress is running, and waiting for a person; cancelled and failed are told with the reason',
    check: async () => {
      const id = await startWaiting();
      const cancel = `mutation ($id: ID!) { cancelTask(input: { id: $id, reason: "enough" }) { task { id } } }`;
      await ann.client.query(cancel, { id: Buffer.from(`Task:${id}`).toString('base64url') });
      expect((await read(id)).body).toMatchObject({ status: 'cancelled', error: 'enough', result: null });
      const failing = (await make({ ...TASK, parameters: { model: 'gpt-4o@fault=401' } })).body.id;
      await execute(failing);
      expect((await ended(failing)).body).toMatchObject({ status: 'failed', error: expect.any(String) });
    },
  },
  {
    id: 'AM-TASK-D8',
    fact: 'a task of any surface of the account is shown, and executed',
    check: async () => {
      const id = runIdOf(await ann.client.createTask({ prompt: 'Say hello\nto all', hold: true }));
      expect((await read(id)).body).toMatchObject({
        id,
        title: 'Say hello',
        status: 'pending',
        prediction: null,
        assigned_agents: [],
        task_type: null,
        progress: 0,
      });
      expect((await execute(id)).status).toBe(200);
      expect((await ended(id)).body.status).toBe('completed');
    },
  },
  {
    id: 'AM-PRED-D1',
    fact: 'task_type is required; target and parameters are checked, and say nothing more',
    check: async () => {
      expectRefusal(await predict({}), 400, 'VALIDATION_ERROR', 'task_type: is required');
      const wrong = { task_type: 'code', target: 5, parameters: 'x' };
      const detail = 'target: must be text; parameters: must be a JSON object';
      expectRefusal(await predict(wrong), 400, 'VALIDATION_ERROR', detail);
      expectRefusal(
        await predict({ task_type: '' }),
        400,
        'VALIDATION_ERROR',
        'task_type: must not be empty',
      );
    },
  },
  {
    id: 'AM-PRED-D2',
    fact: 'recommended_agents are ids, as GET /api/v1/agents/{agent_id} takes them',
    check: async () => {
      for (const id of fresh.body.prediction.recommended_agents)
        expect((await ann.ask('GET', `/agents/${id}`)).body.id).toBe(id);
    },
  },
];

runAudits('AMAS’s tasks, as documented', documented);
runAudits('AMAS’s tasks, where the document is silent', decided);
