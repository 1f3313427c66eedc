import { beforeAll, expect } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import {
  type Account,
  containing,
  expectRefusal,
  globalIdOf,
  idOf,
  moment,
  openAccount,
  type Shown,
} from './account.ts';

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

const vendor = fixture(startVendor);
const variables = () => ({ OPENAI_BASE_URL: `${vendor.url}/v1` });
const server = fixture(() => startTestServer({ variables: variables() }));
/** Without a worker: its tasks stay as they were made. */
const still = fixture(() => startTestServer({ variables: variables(), worker: false }));
const account = fixture(() => openAccount(server));
const waiting = fixture(() => openAccount(still));
beforeAll(async () => {
  created = await account.post('/tasks', ASKED);
  await ended(created);
  done = await account.get(`/tasks/${created.id}`);
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

const refused = async (body: object) => waiting.ask('POST', '/tasks', { ...ASKED, ...body });
const priorityOf = async (id: string): Promise<number> =>
  (await waiting.query('query ($id: ID!) { task(id: $id) { priority } }', { id: globalIdOf('Task', id) }))
    .task.priority;

const decided: Audit[] = [
  {
    id: 'TM-TASK-D1',
    fact: 'low, medium, high and critical are the priorities 3, 5, 7 and 9',
    check: async () => {
      for (const [priority, number] of [
        ['low', 3],
        ['medium', 5],
        ['high', 7],
        ['critical', 9],
        [null, 5],
        [undefined, 5],
      ] as const) {
        const task = await made({ priority });
        expect([task.priority, await priorityOf(task.id)]).toEqual([priority ?? 'medium', number]);
      }
      expectRefusal(
        await refused({ priority: 'urgent' }),
        400,
        'priority: must be one of low, medium, high, critical',
      );
    },
  },
  {
    id: 'TM-TASK-D2',
    fact: 'numbers in between mean the word that is farther from the middle',
    check: async () => {
      const words = [];
      for (let priority = 1; priority <= 10; priority += 1) {
        const id = await waiting.client.createTask({ prompt: 'x', priority });
        const plain = Buffer.from(id, 'base64url').toString().slice('Task:'.length);
        words.push((await waiting.get(`/tasks/${plain}`)).priority);
      }
      const [low, high, critical] = ['low', 'high', 'critical'];
      expect(words).toEqual([low, low, low, low, 'medium', high, high, critical, critical, critical]);
    },
  },
  {
    id: 'TM-TASK-D3',
    fact: 'PATCH of the status that it has is no change; completed and failed end what is unfinished by hand',
    check: async () => {
      const task = await made();
      expect(await waiting.patch(`/tasks/${task.id}`, { status: 'pending' })).toEqual(task);
      const failed = await waiting.patch(`/tasks/${task.id}`, { status: 'failed' });
      expect(failed).toMatchObject({ status: 'failed', error: 'ended manually as failed' });
      expect(await waiting.patch(`/tasks/${task.id}`, { status: 'failed' })).toEqual(failed);
      const id = await running();
      const completed = await account.patch(`/tasks/${id}`, { status: 'completed' });
      expect(completed).toMatchObject({ status: 'completed', progress: 1, completed_at: moment });
    },
  },
  {
    id: 'TM-TASK-D4',
    fact: 'PATCH to any other status is a 400 that names the allowed ones, and changes nothing',
    check: async () => {
      const task = await made();
      const { id } = await made();
      const completed = await waiting.patch(`/tasks/${id}`, { status: 'completed' });
      for (const [present, status, allowed] of [
        [task, 'in_progress', 'pending or completed or failed'],
        [completed, 'failed', 'completed'],
        [completed, 'pending', 'completed'],
      ] as const) {
        const answer = await waiting.ask('PATCH', `/tasks/${present.id}`, { title: 'New', status });
        expectRefusal(answer, 400, `status: must be ${allowed} for this task`);
        expect(await waiting.get(`/tasks/${present.id}`)).toEqual(present);
      }
    },
  },
  {
    id: 'TM-TASK-D5',
    fact: 'PATCH with something wrong changes nothing: a status is not set by what is refused for its title',
    check: async () => {
      const task = await made();
      for (const [change, detail] of [
        [{ title: '' }, 'title: must not be empty'],
        [{ title: 'x'.repeat(501) }, 'title: must have at most 500 characters'],
        [{ title: 5 }, 'title: must be text'],
        [{ description: 'x\0' }, containing('description: must not contain U+0000')],
        [{ priority: 'urgent' }, 'priority: must be one of low, medium, high, critical'],
        [{ context: [] }, 'context: must be a JSON object'],
        [{ type: 'design' }, 'type: must be code for this task'],
      ] as const) {
        const answer = await waiting.ask('PATCH', `/tasks/${task.id}`, { ...change, status: 'completed' });
        expectRefusal(answer, 400, detail);
        expect(await waiting.get(`/tasks/${task.id}`)).toEqual(task);
      }
    },
  },
  {
    id: 'TM-TASK-D6',
    fact: 'PATCH changes description, priority and context, too, while no worker has taken it',
    check: async () => {
      const { id } = await made();
      const change = { description: 'Other', priority: 'critical', context: { a: 'b' } };
      expect(await waiting.patch(`/tasks/${id}`, change)).toMatchObject({
        description: 'Other',
        priority: 'critical',
      });
      const { task } = await waiting.query('query ($id: ID!) { task(id: $id) { prompt context priority } }', {
        id: globalIdOf('Task', id),
      });
      const prompt = `${ASKED.title}\n\nOther\n\nContext:\n- a: b`;
      expect(task).toEqual({ prompt, context: { a: 'b' }, priority: 9 });
    },
  },
  {
    id: 'TM-TASK-D7',
    fact: 'PATCH of a priority that comes too late is a 400, and changes nothing else',
    check: async () => {
      const answer = await account.ask('PATCH', `/tasks/${created.id}`, { title: 'New', priority: 'high' });
      expectRefusal(answer, 400, 'id: the task is completed: a worker has already taken it');
      expect(await account.get(`/tasks/${created.id}`)).toEqual(done);
    },
  },
  {
    id: 'TM-TASK-D8',
    fact: 'a whole task that is sent back changes nothing',
    check: async () => {
      expect(await account.patch(`/tasks/${created.id}`, done)).toEqual(done);
      const task = await made();
      expect(await waiting.patch(`/tasks/${task.id}`, task)).toEqual(task);
      expect(await waiting.patch(`/tasks/${task.id}`, {})).toEqual(task);
    },
  },
  {
    id: 'TM-TASK-D9',
    fact: 'a task starts at once, and its type has a say in its model',
    check: async () => {
      const task = await made({ type: 'analysis' }, account);
      await ended(task);
      const { model } = (await account.get(`/tasks/${task.id}`)).result;
      expect(model).toBe('gpt-5');
      expect(done.result.model).toBe('gpt-4o');
    },
  },
  {
    id: 'TM-TASK-D10',
    fact: 'a task that was cancelled has failed, and says why',
    check: async () => {
      const { id } = await made();
      await waiting.query(
        'mutation ($id: ID!) { cancelTask(input: { id: $id, reason: "no more" }) { task { id } } }',
        { id: globalIdOf('Task', id) },
      );
      expect(await waiting.get(`/tasks/${id}`)).toMatchObject({ status: 'failed', error: 'no more' });
    },
  },
  {
    id: 'TM-TASK-D11',
    fact: 'lists hold this API’s tasks and those of GraphQL that have title, description and one of the types',
    check: async () => {
      const who = await openAccount(still);
      const { type, title, description } = ASKED;
      for (const input of [
        { prompt: 'x' },
        { title, description },
        { type, title },
        { type: 'poem', title, description },
      ])
        await who.client.createTask(input);
      const whole = await who.client.createTask({ type, title, description, priority: 7 });
      const { id } = await made({}, who);
      const [first, second, ...others] = await who.get('/tasks').then((tasks) => [...(tasks as Shown[])]);
      expect(others).toEqual([]);
      expect(first!.id).toBe(id);
      expect(globalIdOf('Task', second!.id)).toBe(whole);
      expect(second).toMatchObject({ type, title, description, priority: 'high' });
    },
  },
  {
    id: 'TM-TASK-D12',
    fact: 'a task of another surface can be asked for: with its prompt as title and description, as an analysis',
    check: async () => {
      const id = await waiting.client.createTask({ prompt: `${'Think. '.repeat(30)}\nAnd answer.` });
      const plain = Buffer.from(id, 'base64url').toString().slice('Task:'.length);
      expect(await waiting.get(`/tasks/${plain}`)).toMatchObject({
        type: 'analysis',
        title: `${'Think. '.repeat(30).slice(0, 99)}…`,
        description: `${'Think. '.repeat(30)}\nAnd answer.`,
        priority: 'medium',
        status: 'pending',
      });
    },
  },
  {
    id: 'TM-TASK-D13',
    fact: 'type, title and description are required; what is wrong is a 400 with each field',
    check: async () => {
      expectRefusal(
        await waiting.ask('POST', '/tasks', {}),
        400,
        'type: is required; title: is required; description: is required',
      );
      for (const [more, detail] of [
        [{ title: '' }, 'title: must not be empty'],
        [{ description: null }, 'description: must be text'],
        [{ title: '\ud800' }, containing('title: must not contain')],
        [{ context: 'python' }, 'context: must be a JSON object'],
        [{ context: { a: 'x'.repeat(100_001) } }, containing('context: must have at most 100000')],
      ] as const)
        expectRefusal(await refused(more), 400, detail);
    },
  },
  {
    id: 'TM-TASK-D14',
    fact: 'a client that works itself reports progress, cost, result and error; origin says that it is from there',
    check: async () => {
      const { id } = await made();
      const half = await waiting.patch(`/tasks/${id}`, { progress: 0.5, cost: 0.02 });
      expect(half).toMatchObject({ status: 'pending', progress: 0.5, cost: 0.02, origin: 'client' });
      const change = { ...half, status: 'completed', progress: 1, cost: 0.05, result: { files: ['a.py'] } };
      const answer = await waiting.patch(`/tasks/${id}`, change);
      expect(answer).toEqual({
        ...change,
        result: { output: '', files: ['a.py'] },
        updated_at: moment,
        completed_at: moment,
      });
      expect(await waiting.get(`/tasks/${id}`)).toEqual(answer);
      expect(await waiting.patch(`/tasks/${id}`, answer)).toEqual(answer);
      expect((await waiting.get('/tasks')) as Shown).toContainEqual(answer);
      const other = await made();
      expect(await waiting.patch(`/tasks/${other.id}`, { status: 'failed', error: 'no disk' })).toMatchObject(
        {
          status: 'failed',
          error: 'no disk',
          origin: 'client',
        },
      );
      expect((await made()).origin).toBeUndefined();
    },
  },
  {
    id: 'TM-TASK-D15',
    fact: 'what was reported costs nothing: neither the task, nor the account’s totals; other metadata stays',
    check: async () => {
      const who = await openAccount(still);
      const { title, description, type } = ASKED;
      const task = await who.client.createTask({ title, description, type, metadata: { mine: [1] } });
      const plain = Buffer.from(task, 'base64url').toString().slice('Task:'.length);
      await who.patch(`/tasks/${plain}`, { cost: 7 });
      await who.patch(`/tasks/${plain}`, { progress: 0.25 });
      const found = await who.query(
        'query ($id: ID!) { task(id: $id) { cost progress metadata } userAnalytics { cost } }',
        { id: task },
      );
      const reported = { origin: 'client', cost: 7, progress: 0.25 };
      expect(found).toEqual({
        task: { cost: 0, progress: 0, metadata: { mine: [1], reported } },
        userAnalytics: { cost: 0 },
      });
      for (const metadata of [{ reported: 'much' }, { reported: { cost: 'a lot' } }, null]) {
        await who.query('mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task { id } } }', {
          input: { id: task, metadata },
        });
        expect(await who.get(`/tasks/${plain}`)).toMatchObject({ cost: 0, progress: 0 });
      }
    },
  },
  {
    id: 'TM-TASK-D16',
    fact: 'a report that cannot be kept is a 400, and changes nothing',
    check: async () => {
      const task = await made();
      await waiting.patch(`/tasks/${task.id}`, { progress: 0.5 });
      const present = await waiting.get(`/tasks/${task.id}`);
      for (const [change, detail] of [
        [{ progress: 0.4 }, 'progress: must be 0.5 to 1 for this task'],
        [{ progress: 2 }, 'progress: must be 0 to 1'],
        [{ progress: 'half' }, 'progress: must be a number'],
        [{ progress: 0.9, status: 'completed' }, 'progress: must be 1 for this task'],
        [{ cost: -1 }, 'cost: must not be less than 0'],
        [{ cost: '1' }, 'cost: must be a number'],
        [{ result: { a: 1 } }, 'result: requires the status completed'],
        [{ result: { a: 1 }, status: 'failed' }, 'result: requires the status completed'],
        [{ result: { output: 5 }, status: 'completed' }, 'result: if present, output must be a string'],
        [{ result: 'good', status: 'completed' }, 'result: must be a JSON object'],
        [{ error: 'bad' }, 'error: requires the status failed'],
        [{ error: '', status: 'failed' }, 'error: must not be empty'],
        [{ error: 'x\0', status: 'failed' }, containing('error: must not contain U+0000')],
      ] as const) {
        expectRefusal(
          await waiting.ask('PATCH', `/tasks/${task.id}`, { title: 'New', ...change }),
          400,
          detail,
        );
        expect(await waiting.get(`/tasks/${task.id}`)).toEqual(present);
      }
      for (const change of [{ result: { a: 1 } }, { error: 'x' }, { progress: 0.9 }])
        expect((await account.ask('PATCH', `/tasks/${created.id}`, change)).status).toBe(400);
      expect(await account.get(`/tasks/${created.id}`)).toEqual(done);
    },
  },
];

runAudits('TheMachine, its tasks as documented', documented);
runAudits('TheMachine, its tasks as we decided', decided);
