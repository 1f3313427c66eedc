import { afterAll, beforeAll, expect } from 'vitest';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { startVendor, type Vendor } from '../vendor/server.ts';
import { type Audit, runAudits } from './audits.ts';
import { fieldAudits } from './field-audits.ts';
import {
  type Account,
  containing,
  expectRefusal,
  globalIdOf,
  idOf,
  moment,
  openAccount,
  type Shown,
} from './themachine-account.ts';

let vendor: Vendor;
let server: TestServer;
/** Without a worker: its tasks stay as they were made. */
let still: TestServer;
let account: Account;
let waiting: Account;

/** As documented. */
const ASKED = {
  type: 'code',
  title: 'Generate API endpoint',
  description: 'Create a new API endpoint for user authentication',
  priority: 'medium',
  context: { language: 'python', framework: 'fastapi' },
};

let created: Shown;
let done: Shown;

beforeAll(async () => {
  vendor = await startVendor();
  const variables = { OPENAI_BASE_URL: `${vendor.url}/v1` };
  server = await startTestServer({ variables });
  still = await startTestServer({ variables, worker: false });
  account = await openAccount(server);
  waiting = await openAccount(still);
  created = await account.post('/tasks', ASKED);
  await ended(created);
  done = await account.get(`/tasks/${created.id}`);
});
afterAll(async () => {
  await server?.stop();
  await still?.stop();
  await vendor?.stop();
});

/** Follows a task to its end. */
const ended = ({ id }: Shown) => account.client.events(globalIdOf('Task', id));

/** A task of the still server, with what a test wants of it. */
const made = (more: object = {}, who = waiting) => who.post('/tasks', { ...ASKED, ...more });

/** A task that a worker is at for long. */
async function running(): Promise<string> {
  const input = { ...ASKED, priority: 5, model: 'gpt-4o@tokens=5000,itl=20', prompt: 'think for long' };
  const id = await account.client.createTask(input);
  const events = account.client.subscribe(
    'subscription ($id: ID!) { taskEvents(taskId: $id) { __typename } }',
    {
      id,
    },
  );
  for await (const { data } of events) if (data.taskEvents.__typename === 'TokensGenerated') break;
  return Buffer.from(id, 'base64url').toString().slice('Task:'.length);
}

/** Tasks of a fresh account, one of each status, made by GraphQL and by hand. */
async function oneOfEach(): Promise<{ who: Account; ids: Record<string, string[]> }> {
  const who = await openAccount(still);
  const ids: Record<string, string[]> = { pending: [], completed: [], failed: [] };
  ids.pending!.push((await made({}, who)).id);
  for (const status of ['completed', 'failed'] as const) {
    const { id } = await made({}, who);
    await who.patch(`/tasks/${id}`, { status });
    ids[status]!.push(id);
  }
  const { id } = await made({}, who);
  await who.query(
    'mutation ($id: ID!) { cancelTask(input: { id: $id, reason: "no more" }) { task { id } } }',
    {
      id: globalIdOf('Task', id),
    },
  );
  ids.failed!.unshift(id);
  return { who, ids };
}

const idsOf = (tasks: Shown) => tasks.map(({ id }: Shown) => id);

const TASK = {
  id: idOf('task'),
  type: 'code',
  title: 'Generate API endpoint',
  description: 'Create a new API endpoint for user authentication',
  priority: 'medium',
};

const DONE = {
  ...TASK,
  status: 'completed',
  progress: 1,
  result: { output: expect.any(String), model: 'gpt-4o', provider: 'openai', finish_reason: 'stop' },
  error: null,
  cost: expect.any(Number),
  created_at: moment,
  updated_at: moment,
  completed_at: moment,
};

const documented: Audit[] = [
  {
    id: 'TM-TASK-01',
    fact: 'GET /tasks answers 200 with a list',
    check: async () => expect(await account.get('/tasks')).toEqual([done]),
  },
  ...fieldAudits('TM-TASK', 2, 'a listed task', async () => (await account.get('/tasks'))[0], DONE),
  {
    id: 'TM-TASK-20',
    fact: 'status=pending, in_progress, completed and failed',
    check: async () => {
      const { who, ids } = await oneOfEach();
      expect(idsOf(await who.get('/tasks?status=pending'))).toEqual(ids.pending);
      expect(idsOf(await who.get('/tasks?status=completed'))).toEqual(ids.completed);
      expect(idsOf(await who.get('/tasks?status=failed'))).toEqual(ids.failed);
      expect(await who.get('/tasks?status=in_progress')).toEqual([]);
      expect(await who.get('/tasks')).toHaveLength(4);
    },
  },
  {
    id: 'TM-TASK-21',
    fact: 'status=in_progress',
    check: async () => {
      const id = await running();
      expect(await account.get('/tasks?status=in_progress')).toEqual([
        {
          ...DONE,
          id,
          status: 'in_progress',
          progress: expect.any(Number),
          result: null,
          completed_at: null,
        },
      ]);
      expect((await account.ask('DELETE', `/tasks/${id}`)).status).toBe(200);
    },
  },
  {
    id: 'TM-TASK-22',
    fact: 'type=code, design, test, security and analysis',
    check: async () => {
      const who = await openAccount(still);
      for (const type of ['code', 'design', 'test', 'security', 'analysis']) {
        const { id } = await made({ type }, who);
        expect(idsOf(await who.get(`/tasks?type=${type}`))).toEqual([id]);
      }
      expect(await who.get('/tasks')).toHaveLength(5);
    },
  },
  {
    id: 'TM-TASK-23',
    fact: 'limit: 10 when it is absent, at most 100',
    check: async () => {
      const who = await openAccount(still);
      const ids: string[] = [];
      for (let index = 0; index < 12; index += 1) ids.unshift((await made({}, who)).id);
      expect(idsOf(await who.get('/tasks'))).toEqual(ids.slice(0, 10));
      expect(idsOf(await who.get('/tasks?limit=100'))).toEqual(ids);
      expect(idsOf(await who.get('/tasks?limit=1'))).toEqual(ids.slice(0, 1));
      for (const limit of ['101', '0', '-1', 'ten', ''])
        expectRefusal(
          await who.ask('GET', `/tasks?limit=${limit}`),
          400,
          'limit: must be a whole number from 1 to 100',
        );
      expect(idsOf(await who.get('/tasks?offset=10'))).toEqual(ids.slice(10));
      expect(idsOf(await who.get('/tasks?offset=3&limit=2'))).toEqual(ids.slice(3, 5));
      expect(await who.get('/tasks?offset=12')).toEqual([]);
    },
  },
  {
    id: 'TM-TASK-24',
    fact: 'offset: 0 when it is absent',
    check: async () => {
      expect(await account.get('/tasks?offset=0')).toEqual(await account.get('/tasks'));
      const answer = await account.ask('GET', '/tasks?offset=-1');
      expectRefusal(answer, 400, containing('offset: must be a whole number'));
    },
  },
  {
    id: 'TM-TASK-25',
    fact: 'other words are a 400 that names the allowed ones',
    check: async () => {
      expectRefusal(
        await account.ask('GET', '/tasks?status=done'),
        400,
        'status: must be one of pending, in_progress, completed, failed',
      );
      expectRefusal(
        await account.ask('GET', '/tasks?type=poem'),
        400,
        'type: must be one of code, design, test, security, analysis',
      );
    },
  },
  ...fieldAudits('TM-TASK', 30, 'GET /tasks/{task_id}', () => account.get(`/tasks/${created.id}`), DONE),
  {
    id: 'TM-TASK-44',
    fact: 'GET /tasks/{task_id} of what is not there, or is another’s, is a 404',
    check: async () => {
      const bob = await openAccount(server);
      for (const [who, id] of [
        [account, 'task-123'],
        [bob, created.id],
      ] as const)
        expectRefusal(await who.ask('GET', `/tasks/${id}`), 404, 'there is no such task');
    },
  },
  ...fieldAudits('TM-TASK', 50, 'POST /tasks', async () => created, {
    ...TASK,
    status: 'pending',
    progress: 0,
    result: null,
    error: null,
    cost: 0,
    created_at: moment,
    updated_at: moment,
    completed_at: null,
  }),
  {
    id: 'TM-TASK-64',
    fact: 'POST /tasks: title, description and context are what the model is asked',
    check: async () => {
      const sent = JSON.stringify(vendor.requests[0]?.body);
      for (const part of [ASKED.title, ASKED.description, 'language: python', 'framework: fastapi'])
        expect(sent).toContain(part);
    },
  },
  {
    id: 'TM-TASK-65',
    fact: 'POST /tasks: type is one of the five',
    check: async () => {
      const allowed = 'type: must be one of code, design, test, security, analysis';
      for (const type of ['poem', 'CODE', 5, null])
        expectRefusal(await waiting.ask('POST', '/tasks', { ...ASKED, type }), 400, allowed);
    },
  },
  {
    id: 'TM-TASK-66',
    fact: 'cost is what the model calls cost',
    check: async () => {
      const { task } = await account.query('query ($id: ID!) { task(id: $id) { cost } }', {
        id: globalIdOf('Task', created.id),
      });
      expect(done.cost).toBeGreaterThan(0);
      expect(done.cost).toBe(task.cost);
    },
  },
  {
    id: 'TM-TASK-70',
    fact: 'PATCH /tasks/{task_id} changes the title and the status, and answers the whole task',
    check: async () => {
      const { id } = await made();
      const change = { title: 'Updated task title', status: 'completed' };
      const answer = await waiting.patch(`/tasks/${id}`, change);
      expect(answer).toEqual({ ...DONE, ...change, id, result: { output: '' }, cost: 0 });
      expect(await waiting.get(`/tasks/${id}`)).toEqual(answer);
    },
  },
  {
    id: 'TM-TASK-80',
    fact: 'DELETE /tasks/{task_id} answers 200 with a message that names the task',
    check: async () => {
      const { id } = await made();
      const { status, body } = await waiting.ask('DELETE', `/tasks/${id}`);
      expect({ status, body }).toEqual({
        status: 200,
        body: { message: `Task ${id} deleted successfully` },
      });
      expectRefusal(await waiting.ask('GET', `/tasks/${id}`), 404, 'there is no such task');
      expectRefusal(await waiting.ask('DELETE', `/tasks/${id}`), 404, 'there is no such task');
    },
  },
];

runAudits('TheMachine, its tasks as documented', documented);
