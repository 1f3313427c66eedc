import { beforeAll, expect, vi } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { type ScriptedAnswer, startVendor } from '../../harness/vendor/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import { expectRefusal, moment, openAccount, uuid } from './account.ts';

/** Of a task that has completed, and of another of the same account. */
let task: string;
let other: string;
let plan: Listed;
let diff: Listed;

interface Listed {
  id: string;
  name: string;
  type: string;
  size: number;
  created_at: string;
}

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const account = fixture(() => openAccount(server.url, 'user@example.com'));
const stranger = fixture(() => openAccount(server.url, 'stranger@example.com'));
beforeAll(async () => {
  const session = (await account.ask('POST', '/api/sessions', { name: 'a' })).body.id;
  const steps = [{ id: 'step-1', description: 'Write ä', status: 'completed' }];
  vendor.scripts.set('gpt-4o', [
    call('update_plan', { steps }),
    call('write_file', { path: 'hello.txt', content: 'Grüße\n' }),
    call('finish', { summary: 'Wrote it.' }),
    call('finish', { summary: 'Nothing to do.' }),
  ]);
  task = await completed(session);
  other = await completed(session);
  plan = (await listed()).find(({ name }) => name === 'plan.json')!;
  diff = (await listed()).find(({ name }) => name === 'diff.patch')!;
});

function call(name: string, input: object): ScriptedAnswer {
  return { toolCalls: [{ name, arguments: { ...input } }] };
}

async function completed(session: string): Promise<string> {
  const asked = { description: 'Write', model: 'gpt-4o' };
  const { id } = (await account.ask('POST', `/api/sessions/${session}/tasks`, asked)).body;
  const status = async () => (await account.ask('GET', `/api/tasks/${id}`)).body.status;
  await vi.waitUntil(async () => (await status()) === 'completed', { timeout: 10_000, interval: 20 });
  return id;
}

const list = (of = task) => account.ask('GET', `/api/tasks/${of}/artifacts`);
const listed = async (): Promise<Listed[]> => (await list()).body;

function download(id: string, headers: Record<string, string> = {}): Promise<Response> {
  const url = `${server.url}/mini-devin/api/tasks/${task}/artifacts/${id}`;
  return fetch(url, { headers: { authorization: `Bearer ${account.token}`, ...headers } });
}

const documented: Audit[] = [
  {
    id: 'MD-ART-01',
    fact: 'GET /api/tasks/{id}/artifacts answers 200 and a list',
    check: async () => {
      const answer = await list();
      expect([answer.status, Array.isArray(answer.body)]).toEqual([200, true]);
    },
  },
  ...fieldAudits('MD-ART', 2, 'an artifact', async () => ({ ...plan }), {
    id: uuid,
    name: 'plan.json',
    type: 'plan',
    size: expect.any(Number),
    created_at: moment,
  }),
  {
    id: 'MD-ART-08',
    fact: 'a task leaves its plan and its diff',
    check: async () => {
      const types = (await listed()).map(({ name, type }) => [name, type]);
      expect(types).toEqual([
        ['plan.json', 'plan'],
        ['diff.patch', 'diff'],
      ]);
    },
  },
  {
    id: 'MD-ART-09',
    fact: 'GET /api/tasks/{id}/artifacts/{artifact_id} answers 200 and the file',
    check: async () => {
      const answer = await download(plan.id);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ steps: [{ id: 'step-1', description: 'Write ä' }] });
    },
  },
  {
    id: 'MD-ART-10',
    fact: 'its Content-Type says what the file is',
    check: async () => {
      expect((await download(plan.id)).headers.get('content-type')).toBe('application/json');
      expect((await download(diff.id)).headers.get('content-type')).toBe('text/x-diff; charset=utf-8');
    },
  },
  {
    id: 'MD-ART-11',
    fact: 'size is the number of its bytes',
    check: async () => {
      for (const { id, size } of [plan, diff]) {
        expect((await (await download(id)).arrayBuffer()).byteLength).toBe(size);
      }
    },
  },
  {
    id: 'MD-ART-12',
    fact: 'the diff has what the task changed',
    check: async () => expect(await (await download(diff.id)).text()).toContain('\n+Grüße\n'),
  },
  {
    id: 'MD-ART-13',
    fact: 'NOT_FOUND 404: the artifacts of a task that never was, or of another account’s',
    check: async () => {
      for (const { ask, id } of [
        { ask: account.ask, id: 'nothing' },
        { ask: stranger.ask, id: task },
      ]) {
        for (const path of ['', `/${plan.id}`]) {
          const answer = await ask('GET', `/api/tasks/${id}/artifacts${path}`);
          expectRefusal(answer, 404, 'NOT_FOUND', 'there is no such task');
        }
      }
    },
  },
  {
    id: 'MD-ART-14',
    fact: 'NOT_FOUND 404: an artifact that never was, and one of another task',
    check: async () => {
      const [foreign] = (await list(other)).body;
      for (const id of ['nothing', '%00', foreign.id]) {
        const answer = await account.ask('GET', `/api/tasks/${task}/artifacts/${id}`);
        expectRefusal(answer, 404, 'NOT_FOUND', 'artifact_id: there is no such artifact of this task');
      }
    },
  },
];

const decided: Audit[] = [
  {
    id: 'MD-ART-D1',
    fact: 'the file comes as an attachment, and as nothing that a page could run',
    check: async () => {
      const { headers } = await download(diff.id);
      expect(headers.get('content-disposition')).toMatch(/^attachment; filename="?diff\.patch"?$/);
      expect(headers.get('content-security-policy')).toContain('sandbox');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    },
  },
  {
    id: 'MD-ART-D2',
    fact: 'a task that goes on has none yet',
    check: async () => {
      const session = (await account.ask('POST', '/api/sessions', { name: 'a' })).body.id;
      const asked = { description: 'Talk', model: 'gpt-4o@tokens=100000,itl=20' };
      const { id } = (await account.ask('POST', `/api/sessions/${session}/tasks`, asked)).body;
      expect((await list(id)).body).toEqual([]);
      await account.ask('DELETE', `/api/sessions/${session}`);
    },
  },
  {
    id: 'MD-ART-D3',
    fact: 'who has the file already is not sent it again',
    check: async () => {
      const etag = (await download(plan.id)).headers.get('etag')!;
      const answer = await download(plan.id, { 'if-none-match': etag });
      expect([answer.status, await answer.text()]).toEqual([304, '']);
    },
  },
];

runAudits('Mini-Devin artifacts, as documented', documented);
runAudits('Mini-Devin artifacts, where the document is silent', decided);
