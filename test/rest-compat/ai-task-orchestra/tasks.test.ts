import { beforeAll, expect } from 'vitest';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startGitServer } from '../../harness/git-server.ts';
import { startTestServer } from '../../harness/server.ts';
import { templateInput } from '../../harness/template-steps.ts';
import { answerText, startVendor } from '../../harness/vendor/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import type { LegacyAnswer } from '../clients/legacy-client.ts';
import {
  containing,
  expectRefusal,
  globalIdOf,
  INFERENCE,
  LONG,
  moment,
  openAccount,
  parameters,
  uuid,
} from './account.ts';

/** As it was answered when it was made, and when it had completed. */
let fresh: LegacyAnswer;
let done: LegacyAnswer;
/** Is running until the tests are over. */
let running: string;

const vendor = fixture(startVendor);
const remote = fixture(startGitServer);
const server = fixture(() =>
  startTestServer({
    variables: {
      OLLAMA_HOST: vendor.url,
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      OUTBOUND_ALLOW: '127.0.0.1',
    },
  }),
);
const account = fixture(() => openAccount(server));
beforeAll(async () => {
  running = (await account.make({ parameters: LONG })).body.id;
  fresh = await account.make();
  done = await account.until(fresh.body.id, 'completed');
  await account.until(running, 'running');
});

const read = (id: string) => account.ask('GET', `/tasks/${id}`);
const cancel = (id: string) => account.ask('DELETE', `/tasks/${id}`);
const prioritise = (id: string, priority: unknown) =>
  account.ask('PATCH', `/tasks/${id}/priority?priority=${priority}`);
/** One that waits for `running`. @returns its id */
const queue = async (more?: object): Promise<string> =>
  (await account.make({ depends_on: [running], ...more })).body.id;
const execute = (more: object, repo_url: string) =>
  account.make({
    template: 'git-script-execution',
    parameters: { repo_url, script_path: 'ci/build.sh', output_path: 'result.txt', ...more },
  });

/** Completes a task by hand. */
async function end(id: string, result: object): Promise<void> {
  const document = 'mutation ($input: EndTaskInput!) { endTask(input: $input) { task { id } } }';
  const input = { id: globalIdOf('Task', id), status: 'COMPLETED', result };
  data(await account.native.query(document, { input }));
}

async function createTemplate(input: object): Promise<void> {
  const document =
    'mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { template { id } } }';
  data(await account.native.query(document, { input: templateInput(input) }));
}

const documented: Audit[] = [
  {
    id: 'AO-TASK-01',
    fact: 'POST /tasks answers 200',
    check: async () => expect(fresh.status).toBe(200),
  },
  ...fieldAudits('AO-TASK', 2, 'a new task', async () => fresh.body, {
    id: uuid,
    status: 'queued',
    priority: 5,
    created_at: moment,
    template: INFERENCE,
    parameters,
    depends_on: [],
  }),
  {
    id: 'AO-TASK-10',
    fact: 'template is required, and text',
    check: async () => {
      const without = await account.ask('POST', '/tasks', { parameters });
      expectRefusal(without, 422, 'template: is required');
      expectRefusal(await account.make({ template: null }), 422, 'template: must be text');
    },
  },
  {
    id: 'AO-TASK-11',
    fact: 'parameters is required, and an object',
    check: async () => {
      const without = await account.ask('POST', '/tasks', { template: INFERENCE });
      expectRefusal(without, 422, 'parameters: is required');
      expectRefusal(await account.make({ parameters: [] }), 422, 'parameters: must be a JSON object');
    },
  },
  {
    id: 'AO-TASK-12',
    fact: 'priority is optional: 5',
    check: async () => {
      for (const more of [{}, { priority: null }]) expect((await account.make(more)).body.priority).toBe(5);
    },
  },
  {
    id: 'AO-TASK-13',
    fact: 'priority is an integer from 1 to 10',
    check: async () => {
      for (const priority of [1, 10]) expect((await account.make({ priority })).body.priority).toBe(priority);
      for (const priority of [0, 11])
        expectRefusal(await account.make({ priority }), 422, 'priority: must be 1 to 10');
      for (const priority of [5.5, '5', 2 ** 40])
        expectRefusal(await account.make({ priority }), 422, 'priority: must be a whole number');
    },
  },
  {
    id: 'AO-TASK-14',
    fact: 'depends_on is an optional list of task ids, which the answer has',
    check: async () => {
      const ids = [running, done.body.id];
      expect((await account.make({ depends_on: ids })).body.depends_on).toEqual(ids);
    },
  },
  {
    id: 'AO-TASK-15',
    fact: 'a task that depends on another is queued until that has completed',
    check: async () => {
      const first = (await account.make({ parameters: LONG })).body.id;
      const { id } = (await account.make({ depends_on: [first] })).body;
      await account.until(first, 'running');
      expect((await read(id)).body.status).toBe('queued');
      await end(first, { output: 'enough' });
      const second = (await account.until(id, 'completed')).body;
      expect(second.started_at >= (await read(first)).body.completed_at).toBe(true);
    },
  },
  {
    id: 'AO-TASK-16',
    fact: 'the model of the parameters is sent their prompt and their system prompt',
    check: async () => {
      const model = 'llama3.2@key=asked';
      const given = { model, prompt: 'Say hello', system_prompt: 'Be short' };
      const { id } = (await account.make({ parameters: given })).body;
      await account.until(id, 'completed');
      const asked = vendor.requests.find(({ body }) => body.model === model)!;
      expect(asked.path).toBe('/api/chat');
      expect(asked.body.messages).toEqual([
        { role: 'system', content: 'Be short' },
        { role: 'user', content: 'Say hello' },
      ]);
    },
  },
  {
    id: 'AO-TASK-17',
    fact: 'GET /tasks/{id} answers 200',
    check: async () => expect(done.status).toBe(200),
  },
  ...fieldAudits('AO-TASK', 18, 'a task that has completed', async () => done.body, {
    id: uuid,
    status: 'completed',
    priority: 5,
    created_at: moment,
    started_at: moment,
    completed_at: moment,
    template: INFERENCE,
    parameters,
    result: { output: answerText(20) },
    resource_usage: expect.any(Object),
  }),
  ...fieldAudits('AO-TASK', 29, 'resource_usage', async () => done.body.resource_usage, {
    model_name: 'llama3.2',
    inference_time_seconds: 1.5,
    memory_used_gb: 3.421,
  }),
  {
    id: 'AO-TASK-33',
    fact: 'its id is the one that it was made with, and it was made, started and completed in this order',
    check: async () => {
      const { id, created_at, started_at, completed_at } = done.body;
      expect([id, created_at]).toEqual([fresh.body.id, fresh.body.created_at]);
      expect([completed_at, created_at, started_at].toSorted()).toEqual([
        created_at,
        started_at,
        completed_at,
      ]);
    },
  },
  {
    id: 'AO-TASK-34',
    fact: 'git-script-execution clones, runs the script, and stores its output',
    check: async () => {
      const url = await remote.add('prints', { 'ci/build.sh': 'echo built; echo kept >result.txt' });
      const { id } = (await execute({}, url)).body;
      const { body } = await account.until(id, 'completed');
      expect(body).toMatchObject({ template: 'git-script-execution', result: { output: 'kept\n' } });
      const told = 'query ($id: ID!) { task(id: $id) { artifacts { name type } } }';
      const { task } = data(await account.native.query(told, { id: globalIdOf('Task', id) }));
      expect(task.artifacts).toContainEqual({ name: 'result.txt', type: 'OUTPUT' });
    },
  },
  {
    id: 'AO-PRIO-1',
    fact: 'PATCH /tasks/{id}/priority answers 200, the id, the new priority and the status, and no more',
    check: async () => {
      const id = await queue();
      const answer = await prioritise(id, 8);
      expect([answer.status, answer.body]).toEqual([200, { id, priority: 8, status: 'queued' }]);
      expect((await read(id)).body.priority).toBe(8);
    },
  },
  {
    id: 'AO-PRIO-2',
    fact: 'priority stands in the query, is required, and is an integer from 1 to 10',
    check: async () => {
      const id = await queue();
      for (const priority of [1, 10]) expect((await prioritise(id, priority)).body.priority).toBe(priority);
      const allowed = 'priority: must be a whole number from 1 to 10';
      for (const priority of [0, 11, 5.5, 'high', ''])
        expectRefusal(await prioritise(id, priority), 422, allowed);
      const inBody = await account.ask('PATCH', `/tasks/${id}/priority`, { priority: 3 });
      expectRefusal(inBody, 422, 'priority: is required');
      expect((await read(id)).body.priority).toBe(10);
    },
  },
  {
    id: 'AO-CANCEL-1',
    fact: 'DELETE /tasks/{id} answers 204 and nothing, and the task is cancelled',
    check: async () => {
      for (const id of [await queue(), (await account.make({ parameters: LONG })).body.id]) {
        const answer = await cancel(id);
        expect([answer.status, answer.body]).toEqual([204, '']);
        expect((await read(id)).body).toMatchObject({ status: 'cancelled', completed_at: moment });
      }
    },
  },
];

const decided: Audit[] = [
  {
    id: 'AO-TASK-D1',
    fact: 'what is not known, or not yet, is left out',
    check: async () => {
      const fields = { id: uuid, priority: 5, created_at: moment, template: INFERENCE };
      const id = await queue();
      expect((await read(id)).body).toEqual({ ...fields, status: 'queued', parameters });
      const { body } = await read(running);
      expect(body).toEqual({ ...fields, status: 'running', started_at: moment, parameters: LONG });
      await cancel(id);
      expect(Object.keys((await read(id)).body)).not.toContain('started_at');
    },
  },
  {
    id: 'AO-TASK-D2',
    fact: 'a model that Ollama does not tell the memory of has none in resource_usage',
    check: async () => {
      const { id } = (await account.make({ parameters: { ...parameters, model: 'llama3.1:8b' } })).body;
      const usage = { model_name: 'llama3.1:8b', inference_time_seconds: 1.5 };
      expect((await account.until(id, 'completed')).body.resource_usage).toEqual(usage);
    },
  },
  {
    id: 'AO-TASK-D3',
    fact: 'a task that failed says why in its result',
    check: async () => {
      const model = 'llama3.2@fault=404';
      const { id } = (await account.make({ parameters: { ...parameters, model } })).body;
      const { body } = await account.until(id, 'failed');
      expect(body).toMatchObject({ completed_at: moment, result: { error: containing('not found') } });
    },
  },
  {
    id: 'AO-TASK-D4',
    fact: 'a script that failed says why; no model, no resource_usage',
    check: async () => {
      const url = await remote.add('fails', { 'ci/build.sh': 'echo "no disk" >&2; exit 7' });
      const { body } = await account.until((await execute({}, url)).body.id, 'failed');
      expect(body.result).toEqual({ error: 'step run: the script ended with exit code 7: no disk' });
      expect(Object.keys(body)).not.toContain('resource_usage');
    },
  },
  {
    id: 'AO-TASK-D5',
    fact: 'a secret parameter is never shown',
    check: async () => {
      const url = await remote.add('private/one', { 'ci/build.sh': 'echo built' });
      const made = (await execute({ token: 'secret-token' }, url)).body;
      const { body } = await account.until(made.id, 'completed');
      const shown = { repo_url: url, script_path: 'ci/build.sh', output_path: 'result.txt' };
      expect([made.parameters, body.parameters]).toEqual([shown, shown]);
    },
  },
  {
    id: 'AO-TASK-D6',
    fact: '404: a template or a dependency that is not there, by its field; the same for another account’s',
    check: async () => {
      const template = await account.make({ template: 'none' });
      expectRefusal(template, 404, 'template: there is no such template');
      const other = await openAccount(server);
      for (const id of ['task-id-1', 'a\0b', (await other.make()).body.id]) {
        const answer = await account.make({ depends_on: [running, id] });
        expectRefusal(answer, 404, expect.stringMatching(/^depends_on\.1: there is no such task$/));
      }
    },
  },
  {
    id: 'AO-TASK-D7',
    fact: '400: a dependency that has failed or was cancelled, a template that is not active',
    check: async () => {
      const gone = await queue();
      await cancel(gone);
      const answer = await account.make({ depends_on: [gone] });
      expectRefusal(answer, 400, 'depends_on.0: the task is cancelled, so no task can wait for it');
      const steps = [{ key: 'keep', type: 'STORE_OUTPUT', name: 'a.txt', content: 'a' }];
      const input = { name: 'retired', steps, isActive: false };
      await createTemplate(input);
      const retired = await account.make({ template: 'retired', parameters: {} });
      expectRefusal(retired, 400, containing('retired is not active'));
    },
  },
  {
    id: 'AO-TASK-D8',
    fact: '422: parameters that are missing, wrong or none of the template’s, all at once and by name',
    check: async () => {
      const answer = await account.make({ parameters: { prompt: 3, constructor: 1, id: 'x' } });
      const others = 'is not a parameter of the template; there are: model, prompt, system_prompt';
      const faults = [
        'model: is required',
        'prompt: must be a string',
        `constructor: ${others}`,
        `id: ${others}`,
      ];
      expectRefusal(answer, 422, faults.map((fault) => `parameters.${fault}`).join('; '));
      const blank = await account.make({ parameters: { ...parameters, model: ' ' } });
      expectRefusal(blank, 422, expect.stringMatching(/^parameters: the model of generate: /));
    },
  },
  {
    id: 'AO-TASK-D9',
    fact: 'a refused task was not made',
    check: async () => {
      const other = await openAccount(server);
      await other.make({ priority: 11 });
      await other.make({ depends_on: ['none'] });
      await other.make({ parameters: {} });
      expect((await other.ask('GET', '/tasks')).body).toEqual([]);
    },
  },
  {
    id: 'AO-TASK-D10',
    fact: 'fields that are not documented are ignored',
    check: async () => expect((await account.make({ hold: true, kind: 'PULL' })).status).toBe(200),
  },
  {
    id: 'AO-TASK-D11',
    fact: 'a dependency that is named twice is one',
    check: async () => {
      const { body } = await account.make({ depends_on: [running, running] });
      expect(body.depends_on).toEqual([running]);
    },
  },
  {
    id: 'AO-TASK-D12',
    fact: 'a task whose dependency will never complete fails, and says why',
    check: async () => {
      const first = (await account.make({ parameters: LONG })).body.id;
      const { id } = (await account.make({ depends_on: [first] })).body;
      await cancel(first);
      const { status, result } = (await read(id)).body;
      expect([status, result]).toEqual(['failed', { error: containing('did not complete') }]);
    },
  },
  {
    id: 'AO-TASK-D13',
    fact: 'parameters that were left out have their defaults, null is left out',
    check: async () => {
      const given = { ...parameters, system_prompt: null };
      expect((await account.make({ parameters: given })).body.parameters).toEqual(parameters);
      const input = {
        name: 'defaults',
        parameters: [{ name: 'topic', type: 'STRING', default: 'tea' }],
        steps: [{ key: 'keep', type: 'STORE_OUTPUT', name: 'a.txt', content: '{{topic}}' }],
      };
      await createTemplate(input);
      const { id } = (await account.make({ template: 'defaults', parameters: {} })).body;
      const { body } = await account.until(id, 'completed');
      expect([body.parameters, body.result]).toEqual([{ topic: 'tea' }, { output: 'tea' }]);
    },
  },
  {
    id: 'AO-TASK-D14',
    fact: 'any task of the account is there by its id; of one without a template, what it asks',
    check: async () => {
      const prompt = { prompt: 'Say hello', model: 'gpt-4o@tokens=3', systemPrompt: 'Be short' };
      const { body } = await account.until(await account.nativeTask(prompt), 'completed');
      expect(body).toMatchObject({
        template: null,
        parameters: { model: 'gpt-4o@tokens=3', prompt: 'Say hello', system_prompt: 'Be short' },
        result: { output: answerText(3) },
      });
      const held = await account.nativeTask({ ...prompt, hold: true });
      expect((await read(held)).body.status).toBe('queued');
      expect((await cancel(held)).status).toBe(204);
    },
  },
  {
    id: 'AO-TASK-D15',
    fact: 'a task that waits for a person is running',
    check: async () => {
      const model = 'gpt-4o@key=question';
      vendor.scripts.set(model, [{ toolCalls: [{ name: 'ask_user', arguments: { question: 'Proceed?' } }] }]);
      const id = await account.nativeTask({ kind: 'AGENT', prompt: 'Ask', model });
      await expect
        .poll(async () => (await account.native.task(globalIdOf('Task', id))).status, { timeout: 10_000 })
        .toBe('WAITING');
      expect((await read(id)).body.status).toBe('running');
      await cancel(id);
    },
  },
  {
    id: 'AO-TASK-D16',
    fact: 'a task that was ended by hand has the output that it was given',
    check: async () => {
      for (const [result, output] of [
        [{ output: 'mine', score: 3 }, 'mine'] as const,
        [{ score: 3 }, ''] as const,
      ]) {
        const id = await queue();
        await end(id, result);
        expect((await read(id)).body).toMatchObject({ status: 'completed', result: { output } });
      }
    },
  },
  {
    id: 'AO-PRIO-D1',
    fact: '400: a worker has already taken it, or it has ended',
    check: async () => {
      expectRefusal(await prioritise(running, 8), 400, containing('task_id: the task is running'));
      expectRefusal(await prioritise(done.body.id, 8), 400, containing('task_id: the task is completed'));
      expect((await read(running)).body.priority).toBe(5);
    },
  },
  {
    id: 'AO-CANCEL-D1',
    fact: 'to cancel what is cancelled is no error; 400: it has ended otherwise',
    check: async () => {
      const id = await queue();
      for (const _ of [1, 2]) expect((await cancel(id)).status).toBe(204);
      expectRefusal(await cancel(done.body.id), 400, containing('task_id: the task is completed'));
    },
  },
];

runAudits('AI Task Orchestra tasks, as documented', documented);

runAudits('AI Task Orchestra tasks, where the document is silent', decided);
