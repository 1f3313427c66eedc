import { beforeAll, expect } from 'vitest';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import {
  expectRefusal,
  globalIdOf,
  INFERENCE,
  LONG,
  moment,
  openAccount,
  parameters,
  uuid,
} from './account.ts';

/** A task at each status, oldest first: of `keeper` the completed one, of `ollama-inference` the others. */
let tasks: { running: string; queued: string; completed: string; failed: string; cancelled: string };

interface Listed {
  id: string;
  [field: string]: unknown;
}

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: { OLLAMA_HOST: vendor.url, OPENAI_BASE_URL: `${vendor.url}/v1` },
  }),
);
const account = fixture(() => openAccount(server));
beforeAll(async () => {
  const steps = [{ storeOutput: { key: 'keep', name: 'a.txt', content: 'a' } }];
  const document =
    'mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { template { id } } }';
  data(await account.native.query(document, { input: { name: 'keeper', steps } }));
  const make = async (more: object): Promise<string> => (await account.make(more)).body.id;
  const running = await make({ parameters: LONG });
  const queued = await make({ depends_on: [running], priority: 8 });
  const completed = await make({ template: 'keeper', parameters: {} });
  const failed = await make({ parameters: { ...parameters, model: 'llama3.2@fault=404' } });
  const cancelled = await make({ depends_on: [running] });
  await account.ask('DELETE', `/tasks/${cancelled}`);
  tasks = { running, queued, completed, failed, cancelled };
  for (const [status, id] of Object.entries(tasks)) await account.until(id, status);
});

const list = async (query = '', of = account): Promise<Listed[]> =>
  (await of.ask('GET', `/tasks${query}`)).body;
const ids = (listed: Listed[]) => listed.map(({ id }) => id);
const groups = async (of = account) => (await of.ask('GET', '/tasks/status')).body;
const listed = async (id: string) => (await list()).find((task) => task.id === id)!;

/** As many tasks that have the same status as `id`, made at the same time or later. */
async function copies(id: string, count: number): Promise<void> {
  const { pool } = server.store.database;
  for (const table of ['run', 'task']) {
    const { rows } = await pool.query(
      `select string_agg(format('%I', column_name), ', ') as columns from information_schema.columns
       where table_schema = 'public' and table_name = $1 and column_name <> 'id' and is_generated = 'NEVER'`,
      [table],
    );
    await pool.query(
      `insert into ${table} (id, ${rows[0].columns})
       select $1 || '-' || to_char(n, 'FM0000'), ${rows[0].columns} from ${table}, generate_series(1, $2::int) n
       where id = $1`,
      [id, count],
    );
  }
}

const documented: Audit[] = [
  {
    id: 'AO-LIST-01',
    fact: 'GET /tasks answers 200 and a list',
    check: async () => {
      const { status, body } = await account.ask('GET', '/tasks');
      expect([status, Array.isArray(body), body.length]).toEqual([200, true, 5]);
    },
  },
  ...fieldAudits('AO-LIST', 2, 'a task of the list that has ended', () => listed(tasks.completed), {
    id: uuid,
    status: 'completed',
    priority: 5,
    created_at: moment,
    completed_at: moment,
    template: 'keeper',
  }),
  ...fieldAudits('AO-LIST', 9, 'a task of the list that has not', () => listed(tasks.queued), {
    id: uuid,
    status: 'queued',
    priority: 8,
    created_at: moment,
    template: INFERENCE,
  }),
  ...(['queued', 'running', 'completed', 'failed', 'cancelled'] as const).map((status, index) => ({
    id: `AO-LIST-${15 + index}`,
    fact: `status=${status}: only those that are`,
    check: async () => {
      expect(await list(`?status=${status}`)).toEqual([await listed(tasks[status])]);
      expect((await listed(tasks[status])).status).toBe(status);
    },
  })),
  {
    id: 'AO-LIST-20',
    fact: 'template: only those of that template',
    check: async () => {
      expect(ids(await list('?template=keeper'))).toEqual([tasks.completed]);
      expect(await list(`?template=${INFERENCE}`)).toHaveLength(4);
      expect(await list(`?template=${INFERENCE}&status=failed`)).toEqual([await listed(tasks.failed)]);
    },
  },
  {
    id: 'AO-LIST-21',
    fact: 'limit: as many at most',
    check: async () => expect(await list('?limit=2')).toEqual((await list()).slice(0, 2)),
  },
  {
    id: 'AO-LIST-22',
    fact: 'limit is optional: 100; it may be 1000',
    check: async () => {
      const many = await openAccount(server);
      const { id } = (await many.make({ template: INFERENCE, parameters })).body;
      await many.until(id, 'completed');
      await copies(id, 1_004);
      expect([(await list('', many)).length, (await list('?limit=99', many)).length]).toEqual([100, 99]);
      const whole = [await list('?limit=1000', many), await list('?limit=150&offset=950', many)];
      expect(whole.map((part) => new Set(ids(part)).size)).toEqual([1000, 55]);
      const { completed, ...others } = await groups(many);
      expect(ids(completed)).toEqual(ids(await list('', many)));
      expect(others).toEqual({ queued: [], running: [], failed: [], cancelled: [] });
    },
  },
  {
    id: 'AO-LIST-23',
    fact: 'offset: so many are passed over; optional: 0',
    check: async () => {
      expect(await list('?offset=3')).toEqual((await list()).slice(3));
      expect(await list('?offset=1&limit=2')).toEqual((await list()).slice(1, 3));
      expect(await list('?offset=0')).toEqual(await list());
      expect(await list('?offset=5')).toEqual([]);
    },
  },
  {
    id: 'AO-STAT-01',
    fact: 'GET /tasks/status answers 200 and the five groups, and no more',
    check: async () => {
      const { status, body } = await account.ask('GET', '/tasks/status');
      const names = ['queued', 'running', 'completed', 'failed', 'cancelled'];
      expect([status, Object.keys(body)]).toEqual([200, names]);
    },
  },
  ...(['queued', 'running', 'completed', 'failed', 'cancelled'] as const).map((status, index) => ({
    id: `AO-STAT-0${2 + index}`,
    fact: `${status} has the tasks that are`,
    check: async () => expect(ids((await groups())[status])).toEqual([tasks[status]]),
  })),
  ...fieldAudits('AO-STAT', 7, 'a task that is queued', async () => (await groups()).queued[0], {
    id: uuid,
    status: 'queued',
    priority: 8,
    created_at: moment,
    template: INFERENCE,
  }),
  ...fieldAudits('AO-STAT', 13, 'a task that is running', async () => (await groups()).running[0], {
    id: uuid,
    status: 'running',
    priority: 5,
    created_at: moment,
    started_at: moment,
    template: INFERENCE,
  }),
  ...fieldAudits('AO-STAT', 20, 'a task that has completed', async () => (await groups()).completed[0], {
    id: uuid,
    status: 'completed',
    priority: 5,
    created_at: moment,
    started_at: moment,
    completed_at: moment,
    template: 'keeper',
  }),
];

const decided: Audit[] = [
  {
    id: 'AO-LIST-D1',
    fact: 'what was made last comes first',
    check: async () => {
      const { running, queued, completed, failed, cancelled } = tasks;
      expect(ids(await list())).toEqual([cancelled, failed, completed, queued, running]);
    },
  },
  {
    id: 'AO-LIST-D2',
    fact: '422: a limit that is not 1 to 1000, an offset that is not 0 to 10000, with what is allowed',
    check: async () => {
      const limit = 'limit: must be a whole number from 1 to 1000';
      for (const given of [0, 1001, -1, 1.5, 'ten', ''])
        expectRefusal(await account.ask('GET', `/tasks?limit=${given}`), 422, limit);
      const offset = 'offset: must be a whole number from 0 to 10000';
      for (const given of [-1, 'ten', 10_001, 2 ** 31])
        expectRefusal(await account.ask('GET', `/tasks?offset=${given}`), 422, offset);
    },
  },
  {
    id: 'AO-LIST-D3',
    fact: '422: a status that is none, with those that there are',
    check: async () => {
      const detail = 'status: must be one of queued, running, completed, failed, cancelled';
      for (const status of ['pending', 'QUEUED', ''])
        expectRefusal(await account.ask('GET', `/tasks?status=${status}`), 422, detail);
    },
  },
  {
    id: 'AO-LIST-D4',
    fact: 'a template that there is not has no tasks; one that is no name is refused',
    check: async () => {
      expect(await list('?template=none')).toEqual([]);
      const answer = await account.ask('GET', '/tasks?template=a%00b');
      expectRefusal(answer, 422, 'template: must not contain U+0000 or an unpaired surrogate');
    },
  },
  {
    id: 'AO-LIST-D5',
    fact: 'tasks of GraphQL are there when they are made from a template, held ones as queued',
    check: async () => {
      const other = await openAccount(server);
      const of = { templateName: INFERENCE, templateParameters: parameters };
      const held = await other.nativeTask({ ...of, hold: true });
      await other.nativeTask({ prompt: 'Say hello', model: 'gpt-4o@tokens=3' });
      expect(await list('', other)).toMatchObject([{ id: held, status: 'queued', template: INFERENCE }]);
      expect(ids(await list('?status=queued', other))).toEqual([held]);
      expect(ids((await groups(other)).queued)).toEqual([held]);
    },
  },
  {
    id: 'AO-LIST-D6',
    fact: 'tasks of other dialects are not in the lists, and are there by their ids',
    check: async () => {
      const other = await openAccount(server);
      const { id } = (await other.make({ template: INFERENCE, parameters })).body;
      await other.until(id, 'completed');
      await server.store.database.pool.query(`update run set origin = 'amas' where id = $1`, [id]);
      expect([await list('', other), (await groups(other)).completed]).toEqual([[], []]);
      expect((await other.ask('GET', `/tasks/${id}`)).body.template).toBe(INFERENCE);
    },
  },
  {
    id: 'AO-LIST-D7',
    fact: 'the lists and the task agree',
    check: async () => {
      for (const id of Object.values(tasks)) {
        const { body } = await account.ask('GET', `/tasks/${id}`);
        expect(body).toMatchObject(await listed(id));
        const grouped = Object.values<Listed[]>(await groups()).flat();
        expect(body).toMatchObject(grouped.find((task) => task.id === id)!);
        const told = 'query ($id: ID!) { task(id: $id) { origin } }';
        const { task } = data(await account.native.query(told, { id: globalIdOf('Task', id) }));
        expect(task.origin).toBe('AI_TASK_ORCHESTRA');
      }
    },
  },
  {
    id: 'AO-LIST-D8',
    fact: 'no error speaks of GraphQL, of its cursors or of its operations',
    check: async () => {
      const more = await openAccount(server);
      const { id } = (await more.make({ template: INFERENCE, parameters })).body;
      await more.until(id, 'completed');
      await copies(id, 150);
      const lists = ['?limit=1000&offset=10000', '?limit=100&offset=10001', '?offset=-1', '?after=x'];
      const answers = await Promise.all([
        ...lists.map((query) => more.ask('GET', `/tasks${query}`)),
        ...['?limit=1000&offset=9950', '?offset=20000'].map((query) => more.ask('GET', `/templates${query}`)),
        more.ask('GET', '/tasks/none'),
        more.ask('GET', '/templates/none'),
        more.ask('GET', '/nothing'),
        more.ask('PUT', '/tasks'),
        more.ask('POST', '/tasks', { template: 'none', parameters: {} }),
        more.ask('POST', '/tasks', { template: INFERENCE, parameters: { model: 1 } }),
        more.ask('POST', '/tasks', { template: INFERENCE, parameters, depends_on: ['none'] }),
        more.ask('POST', '/tasks', { template: INFERENCE, parameters, priority: 11 }),
        more.ask('POST', '/tasks', 'no JSON'),
        more.ask('PATCH', `/tasks/${id}/priority?priority=5`),
        more.ask('DELETE', `/tasks/${id}`),
        more.anonymous('GET', '/tasks'),
        more.anonymous('GET', '/tasks', undefined, { authorization: 'Bearer md_no' }),
      ]);
      const details = answers.filter(({ status }) => status >= 400).map(({ body }) => body.detail);
      expect(details.length).toBeGreaterThan(15);
      for (const detail of details)
        expect(detail).not.toMatch(/graphql|cursor|\bafter\b|mutation|input\.|[a-z][A-Z]\w+[`(]/i);
    },
  },
];

runAudits('AI Task Orchestra lists, as documented', documented);

runAudits('AI Task Orchestra lists, where the document is silent', decided);
