import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import type { LegacyAnswer } from '../clients/legacy-client.ts';
import { containing, expectRefusal, globalIdOf, moment, openAccount, uuid } from './account.ts';

let session: LegacyAnswer;
let task: LegacyAnswer;

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
beforeAll(async () => {
  // The first account is the admin's, who may work anywhere below the roots.
  await openAccount(server.url, 'admin@example.com');
});
const account = fixture(() => openAccount(server.url, 'user@example.com'));
const stranger = fixture(() => openAccount(server.url, 'stranger@example.com'));
beforeAll(async () => {
  session = await make({ name: 'Bug Fix Session' });
  task = await account.ask('POST', `/api/sessions/${session.body.id}/tasks`, {
    description: 'Fix failing test',
    model: LONG,
  });
});

/** A model that talks until it is stopped. */
const LONG = 'gpt-4o@tokens=100000,itl=20';

const make = (body: unknown) => account.ask('POST', '/api/sessions', body);
const read = (id: string = session.body.id) => account.ask('GET', `/api/sessions/${id}`);
const remove = (id: string) => account.ask('DELETE', `/api/sessions/${id}`);
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
const list = async (query = ''): Promise<any[]> => (await account.ask('GET', `/api/sessions${query}`)).body;
const listed = async (id: string = session.body.id) => (await list()).find((each) => each.id === id) ?? {};

/** A session of GraphQL's. @returns its plain id */
async function makeNative(input: object): Promise<string> {
  const document = `mutation ($input: CreateSessionInput!) { createSession(input: $input) { session { id } } }`;
  const { id } = data((await account.query(document, { input })).body).createSession.session;
  return Buffer.from(id, 'base64url').toString().split(':')[1]!;
}

async function change(id: string, input: object): Promise<void> {
  const document =
    'mutation ($input: UpdateSessionInput!) { updateSession(input: $input) { session { id } } }';
  data((await account.query(document, { input: { id: globalIdOf('Session', id), ...input } })).body);
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

const documented: Audit[] = [
  {
    id: 'MD-SES-01',
    fact: 'POST /api/sessions answers 200',
    check: async () => expect(session.status).toBe(200),
  },
  ...fieldAudits('MD-SES', 2, 'a new session', async () => session.body, {
    id: uuid,
    name: 'Bug Fix Session',
    status: 'active',
    working_directory: expect.stringMatching(/^\/.+/),
    created_at: moment,
  }),
  {
    id: 'MD-SES-08',
    fact: 'name is what it was given',
    check: async () => {
      const { body } = await make({ name: 'New Session' });
      expect([body.name, (await read(body.id)).body.name]).toEqual(['New Session', 'New Session']);
    },
  },
  {
    id: 'MD-SES-09',
    fact: 'working_directory is where it works',
    check: async () => {
      const path = join(session.body.working_directory, '..', 'project');
      const { status, body } = await make({ name: 'a', working_directory: path });
      expect([status, body.working_directory]).toEqual([200, path]);
      expect(await exists(path)).toBe(true);
      expect((await read(body.id)).body.working_directory).toBe(path);
    },
  },
  {
    id: 'MD-SES-10',
    fact: 'GET /api/sessions answers 200 and a list',
    check: async () => {
      const answer = await account.ask('GET', '/api/sessions');
      expect([answer.status, Array.isArray(answer.body)]).toEqual([200, true]);
    },
  },
  ...fieldAudits('MD-SES', 11, 'a session of the list', listed, {
    id: uuid,
    name: 'Bug Fix Session',
    status: 'active',
    created_at: moment,
    updated_at: moment,
    task_count: 1,
  }),
  {
    id: 'MD-SES-18',
    fact: 'task_count is how many tasks it has',
    check: async () => {
      const { id } = (await make({ name: 'a' })).body;
      const path = `/api/sessions/${id}/tasks`;
      for (const description of ['one', 'two']) await account.ask('POST', path, { description, model: LONG });
      expect((await listed(id)).task_count).toBe(2);
      await remove(id);
    },
  },
  {
    id: 'MD-SES-19',
    fact: 'GET /api/sessions/{id} answers 200',
    check: async () => expect((await read()).status).toBe(200),
  },
  ...fieldAudits('MD-SES', 20, 'a session', async () => (await read()).body, {
    id: uuid,
    name: 'Bug Fix Session',
    status: 'active',
    working_directory: expect.stringMatching(/^\/.+/),
    created_at: moment,
    updated_at: moment,
    tasks: [expect.any(Object)],
  }),
  ...fieldAudits('MD-SES', 28, 'a task of a session', async () => (await read()).body.tasks[0], {
    id: uuid,
    description: 'Fix failing test',
    status: 'running',
  }),
  {
    id: 'MD-SES-32',
    fact: 'the id of a task of a session is that of the task',
    check: async () => expect((await read()).body.tasks[0].id).toBe(task.body.id),
  },
  {
    id: 'MD-SES-33',
    fact: 'DELETE /api/sessions/{id} answers 204 without content',
    check: async () => {
      const answer = await remove((await make({ name: 'a' })).body.id);
      expect([answer.status, answer.body, answer.headers.get('content-type')]).toEqual([204, '', null]);
    },
  },
  {
    id: 'MD-SES-34',
    fact: 'a deleted session is gone',
    check: async () => {
      const { id } = (await make({ name: 'a' })).body;
      await remove(id);
      expect(await listed(id)).toEqual({});
      expectRefusal(await read(id), 404, 'NOT_FOUND', containing('there is no such session'));
      expectRefusal(await remove(id), 404, 'NOT_FOUND', containing('there is no such session'));
    },
  },
  {
    id: 'MD-SES-35',
    fact: 'NOT_FOUND 404: a session that never was, and another account’s alike',
    check: async () => {
      for (const id of ['nothing', '00000000-0000-7000-8000-000000000000', '%00', session.body.id]) {
        const asker = id === session.body.id ? stranger : account;
        for (const method of ['GET', 'DELETE']) {
          const answer = await asker.ask(method, `/api/sessions/${id}`);
          expectRefusal(answer, 404, 'NOT_FOUND', 'session_id: there is no such session');
        }
      }
      expect((await read()).status).toBe(200);
    },
  },
  {
    id: 'MD-SES-36',
    fact: 'VALIDATION_ERROR 422: a session without a name',
    check: async () => {
      expectRefusal(await make({}), 422, 'VALIDATION_ERROR', 'name: is required');
      expectRefusal(await make({ name: '' }), 422, 'VALIDATION_ERROR', 'name: must not be empty');
    },
  },
  {
    id: 'MD-SES-37',
    fact: 'VALIDATION_ERROR 422: fields of a wrong type',
    check: async () => {
      const detail = 'name: must be text; working_directory: must be text';
      expectRefusal(await make({ name: 7, working_directory: [] }), 422, 'VALIDATION_ERROR', detail);
    },
  },
];

const decided: Audit[] = [
  {
    id: 'MD-SES-D1',
    fact: 'without a working_directory there is a fresh folder, which goes with the session',
    check: async () => {
      for (const more of [{}, { working_directory: null }]) {
        const { body } = await make({ name: 'a', ...more });
        expect(body.working_directory).toContain(body.id);
        expect(await exists(body.working_directory)).toBe(true);
        await remove(body.id);
        expect(await exists(body.working_directory)).toBe(false);
      }
    },
  },
  {
    id: 'MD-SES-D2',
    fact: 'a folder that was named stays when the session goes',
    check: async () => {
      const working_directory = join(session.body.working_directory, '..', 'kept');
      await mkdir(working_directory, { recursive: true });
      await writeFile(join(working_directory, 'work'), 'mine');
      const { status, body } = await make({ name: 'a', working_directory });
      expect(status).toBe(200);
      await remove(body.id);
      expect(await exists(join(working_directory, 'work'))).toBe(true);
    },
  },
  {
    id: 'MD-SES-D3',
    fact: 'VALIDATION_ERROR 422: a relative folder outside the own one, and .., with the folders that are allowed',
    check: async () => {
      const [root] = server.config.workspaceRoots;
      const folders = ['../../outside', '/path/../to/project', '/..', '/'];
      for (const working_directory of folders) {
        const detail = expect.stringMatching(`^working_directory: .* allowed are folders below ${root}`);
        const answer = await make({ name: 'a', working_directory });
        expectRefusal(answer, 422, 'VALIDATION_ERROR', detail);
      }
    },
  },
  {
    id: 'MD-SES-D4',
    fact: 'fields that are not documented are ignored',
    check: async () =>
      expect((await make({ name: 'a', status: 'completed', id: 'mine' })).body).toMatchObject({
        id: uuid,
        status: 'active',
      }),
  },
  {
    id: 'MD-SES-D5',
    fact: 'what was made last comes first',
    check: async () => {
      const ids = [];
      for (const name of ['one', 'two']) ids.unshift((await make({ name })).body.id);
      expect((await list()).slice(0, 2).map(({ id }) => id)).toEqual(ids);
    },
  },
  {
    id: 'MD-SES-D6',
    fact: 'only the account’s own sessions are in the list',
    check: async () => expect((await stranger.ask('GET', '/api/sessions')).body).toEqual([]),
  },
  {
    id: 'MD-SES-D7',
    fact: 'a session of GraphQL is there, too; one without a name is not in the list, and has one here',
    check: async () => {
      const id = await makeNative({});
      expect((await read(id)).body).toMatchObject({ id, name: 'Untitled session', tasks: [] });
      expect(await listed(id)).toEqual({});
      expect(await listed(await makeNative({ name: 'Native' }))).toMatchObject({ name: 'Native' });
    },
  },
  {
    id: 'MD-SES-D8',
    fact: 'a session that GraphQL paused or completed says so',
    check: async () => {
      const { id } = (await make({ name: 'a' })).body;
      for (const status of ['paused', 'completed']) {
        await change(id, { status: status.toUpperCase() });
        expect([(await listed(id)).status, (await read(id)).body.status]).toEqual([status, status]);
      }
    },
  },
  {
    id: 'MD-SES-D9',
    fact: 'deleting a session stops what runs in it',
    check: async () => {
      const { id } = (await make({ name: 'a' })).body;
      const path = `/api/sessions/${id}/tasks`;
      const running = (await account.ask('POST', path, { description: 'Talk', model: `${LONG},key=delete` }))
        .body;
      await vendor.waitFor(({ open }) => open > 1, 5_000);
      const { aborted } = vendor.stats();
      await remove(id);
      await vendor.waitFor((now) => now.aborted > aborted, 2_000);
      const answer = await account.ask('GET', `/api/tasks/${running.id}`);
      expectRefusal(answer, 404, 'NOT_FOUND', containing('there is no such task'));
    },
  },
  {
    id: 'MD-SES-D10',
    fact: 'all sessions are in the list, and limit and offset give a part of them',
    check: async () => {
      const many = await openAccount(server.url, 'many@example.com');
      for (let made = 0; made < 130; made += 1) await many.ask('POST', '/api/sessions', { name: `${made}` });
      const all = (await many.ask('GET', '/api/sessions')).body;
      expect(all.map(({ name }: { name: string }) => Number(name))).toEqual([...Array(130).keys()].reverse());
      expect((await many.ask('GET', '/api/sessions?limit=3&offset=105')).body).toEqual(all.slice(105, 108));
    },
  },
  {
    id: 'MD-SES-D11',
    fact: 'sessions and tasks say in GraphQL where they were made',
    check: async () => {
      const document = 'query ($id: ID!) { session(id: $id) { origin tasks { nodes { origin } } } }';
      const { id } = session.body;
      const shown = data((await account.query(document, { id: globalIdOf('Session', id) })).body).session;
      expect(shown).toEqual({ origin: 'MINI_DEVIN', tasks: { nodes: [{ origin: 'MINI_DEVIN' }] } });
    },
  },
  {
    id: 'MD-SES-D12',
    fact: 'a session of another old API is not in the list, and is there for who has its id',
    check: async () => {
      const { id } = (await make({ name: 'foreign' })).body;
      const sql = `update session set origin = 'orchestratex' where id = $1`;
      await server.store.database.pool.query(sql, [id]);
      expect(await listed(id)).toEqual({});
      expect((await read(id)).body).toMatchObject({ id, name: 'foreign' });
    },
  },
];

runAudits('Mini-Devin sessions, as documented', documented);

runAudits('Mini-Devin sessions, where the document is silent', decided);
