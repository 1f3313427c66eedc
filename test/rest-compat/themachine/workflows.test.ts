import { beforeAll, expect } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import {
  containing,
  expectRefusal,
  globalIdOf,
  idOf,
  moment,
  number,
  openAccount,
  type Shown,
  text,
} from './account.ts';

let agent: Shown;

const vendor = fixture(startVendor);
const variables = () => ({ OPENAI_BASE_URL: `${vendor.url}/v1` });
const server = fixture(() => startTestServer({ variables: variables() }));
/** Without a worker: its executions stay as they were made. */
const still = fixture(() => startTestServer({ variables: variables(), worker: false }));
const account = fixture(() => openAccount(server));
const waiting = fixture(() => openAccount(still));
beforeAll(async () => {
  agent = await account.post('/agents', { name: 'Reviewer', tools: [] });
});

const WORKFLOWS = '/orchestration/workflows';
const EXECUTIONS = '/orchestration/executions';

const NEW = {
  name: 'Review a repository',
  description: 'Reads it, then writes about it',
  steps: [
    {
      id: 'read',
      name: 'Read',
      task: 'Read {{ input.repository }} at {{ input.branch }}',
      model_id: 'gpt-4o',
    },
    {
      id: 'write',
      task: 'Write about {{ steps.read.output }}',
      depends_on: ['read'],
      retries: 1,
      timeout: 60,
    },
  ],
  timeout: 3600,
};

const STEP = {
  agent_id: null,
  template: null,
  template_parameters: null,
  parameters: {},
  response_schema: null,
  depends_on: [],
  condition: null,
  for_each: null,
  max_concurrency: 5,
  retries: 0,
  retry_delay: 1,
  timeout: null,
};

const WORKFLOW = {
  ...NEW,
  id: idOf('workflow'),
  steps: [
    { ...STEP, ...NEW.steps[0] },
    { ...STEP, name: 'write', model_id: null, ...NEW.steps[1] },
  ],
  version: 1,
  is_active: true,
  schedule: null,
  created_at: moment,
  updated_at: moment,
};

const made = (more: object = {}, who = account): Promise<Shown> => who.post(WORKFLOWS, { ...NEW, ...more });
const idsOf = (shown: Shown): string[] => shown.map(({ id }: Shown) => id);

/** As documented. */
const INPUT = { repository: 'https://github.com/example/repo', branch: 'main' };

async function begun(who = account, more: object = {}): Promise<Shown> {
  const { id } = await made({}, who);
  const parameters = { timeout: 3600 };
  return who.post(EXECUTIONS, { workflow_id: id, input_data: INPUT, parameters, ...more });
}

async function ended(more: object = {}): Promise<Shown> {
  const { id } = await begun(account, more);
  const document = 'subscription ($id: ID!) { executionEvents(executionId: $id) { __typename } }';
  for await (const _event of account.client.subscribe(document, { id: globalIdOf('Execution', id) }));
  return account.get(`${EXECUTIONS}/${id}`);
}

const EXECUTION = {
  id: idOf('execution'),
  workflow_id: idOf('workflow'),
  workflow_name: NEW.name,
  version: 1,
  input_data: INPUT,
  parameters: { timeout: 3600 },
};

const STEP_DONE = {
  status: 'completed',
  attempt: 1,
  task_id: text,
  output: text,
  error: null,
  started_at: moment,
  completed_at: moment,
};

const DONE = {
  ...EXECUTION,
  status: 'completed',
  progress: 1,
  steps: [
    { id: 'read', name: 'Read', ...STEP_DONE },
    { id: 'write', name: 'write', ...STEP_DONE },
  ],
  result: { output: text, steps: { read: text, write: text } },
  error: null,
  cost: number,
  created_at: moment,
  updated_at: moment,
  started_at: moment,
  completed_at: moment,
};

const PENDING = {
  ...EXECUTION,
  status: 'pending',
  progress: 0,
  steps: expect.any(Array),
  result: null,
  error: null,
  cost: 0,
  created_at: moment,
  updated_at: moment,
  started_at: null,
  completed_at: null,
};

const documented: Audit[] = [
  {
    id: 'TM-FLOW-01',
    fact: 'GET /orchestration/workflows answers 200 with a list of workflows',
    check: async () => {
      const workflow = await made();
      expect((await account.get(WORKFLOWS))[0]).toEqual(workflow);
    },
  },
  ...fieldAudits(
    'TM-FLOW',
    2,
    'GET /orchestration/workflows/{workflow_id}',
    async () => account.get(`${WORKFLOWS}/${(await made()).id}`),
    WORKFLOW,
  ),
  ...fieldAudits('TM-FLOW', 20, 'POST /orchestration/workflows', made, WORKFLOW),
  {
    id: 'TM-FLOW-40',
    fact: 'GET /orchestration/workflows/{workflow_id} of what is not there, or is another’s, is a 404',
    check: async () => {
      const { id } = await made();
      const bob = await openAccount(server);
      for (const [who, name] of [
        [account, 'workflow-123'],
        [bob, id],
      ] as const)
        expectRefusal(
          await who.ask('GET', `${WORKFLOWS}/${name}`),
          404,
          'workflow_id: there is no such workflow',
        );
    },
  },
  {
    id: 'TM-FLOW-41',
    fact: 'PATCH /orchestration/workflows/{workflow_id} changes what it is told, and answers the whole workflow',
    check: async () => {
      const before = await made();
      const change = { name: 'Renamed', is_active: false };
      const answer = await account.patch(`${WORKFLOWS}/${before.id}`, change);
      expect(answer).toEqual({ ...before, ...change, version: 2, updated_at: moment });
      expect(await account.get(`${WORKFLOWS}/${before.id}`)).toEqual(answer);
    },
  },
  {
    id: 'TM-FLOW-42',
    fact: 'DELETE /orchestration/workflows/{workflow_id} answers 200 with a message',
    check: async () => {
      const { id } = await made();
      const { status, body } = await account.ask('DELETE', `${WORKFLOWS}/${id}`);
      expect({ status, body }).toEqual({
        status: 200,
        body: { message: `Workflow ${id} deleted successfully` },
      });
      expect((await account.ask('GET', `${WORKFLOWS}/${id}`)).status).toBe(404);
    },
  },
  ...fieldAudits('TM-EXEC', 1, 'POST /orchestration/executions', () => begun(waiting), PENDING),
  ...fieldAudits('TM-EXEC', 20, 'GET /orchestration/executions/{execution_id}', () => ended(), DONE),
  {
    id: 'TM-EXEC-40',
    fact: 'input_data is what its steps are given',
    check: async () => {
      const input_data = { ...INPUT, branch: 'only-here' };
      const execution = await ended({ input_data });
      expect(execution.input_data).toEqual(input_data);
      const read = `Read ${INPUT.repository} at only-here`;
      expect(vendor.requests.some(({ body }) => JSON.stringify(body).includes(read))).toBe(true);
    },
  },
  {
    id: 'TM-EXEC-41',
    fact: 'parameters.timeout is a limit for the whole, in seconds',
    check: async () => {
      const { id } = await begun(waiting, { parameters: { timeout: 5 } });
      const { execution } = await waiting.query(
        'query ($id: ID!) { execution(id: $id) { timeoutSeconds } }',
        {
          id: globalIdOf('Execution', id),
        },
      );
      expect(execution.timeoutSeconds).toBe(5);
    },
  },
  {
    id: 'TM-EXEC-42',
    fact: 'GET /orchestration/executions/{execution_id} of what is not there, or is another’s, is a 404',
    check: async () => {
      const { id } = await begun(waiting);
      const bob = await openAccount(still);
      for (const [who, name] of [
        [waiting, 'execution-123'],
        [bob, id],
      ] as const)
        expectRefusal(
          await who.ask('GET', `${EXECUTIONS}/${name}`),
          404,
          'execution_id: there is no such execution',
        );
    },
  },
  {
    id: 'TM-EXEC-43',
    fact: 'GET /orchestration/executions answers 200 with a list of executions',
    check: async () => {
      const who = await openAccount(still);
      const [first, second] = [await begun(who), await begun(who)];
      expect(await who.get(EXECUTIONS)).toEqual([second, first]);
    },
  },
  {
    id: 'TM-EXEC-44',
    fact: 'POST /orchestration/executions/{execution_id}/cancel answers the cancelled execution',
    check: async () => {
      const { id } = await begun(waiting);
      const answer = await waiting.post(`${EXECUTIONS}/${id}/cancel`);
      expect(answer).toEqual({
        ...PENDING,
        id,
        status: 'cancelled',
        error: 'it was cancelled',
        completed_at: moment,
      });
      expect(await waiting.get(`${EXECUTIONS}/${id}`)).toEqual(answer);
    },
  },
];

const decided: Audit[] = [
  {
    id: 'TM-FLOW-D1',
    fact: 'lists: limit 100, which is the most; offset; is_active',
    check: async () => {
      const who = await openAccount(still);
      const ids: string[] = [];
      for (let index = 0; index < 11; index += 1) ids.unshift((await made({ is_active: index > 0 }, who)).id);
      expect(idsOf(await who.get(WORKFLOWS))).toEqual(ids);
      expect(idsOf(await who.get(`${WORKFLOWS}?limit=2&offset=9`))).toEqual(ids.slice(9));
      expect(idsOf(await who.get(`${WORKFLOWS}?is_active=false`))).toEqual([ids[10]]);
      expectRefusal(
        await who.ask('GET', `${WORKFLOWS}?limit=101`),
        400,
        'limit: must be a whole number from 1 to 100',
      );
    },
  },
  {
    id: 'TM-FLOW-D2',
    fact: 'steps have agents, templates, conditions and schedules; all of it comes back as it was sent',
    check: async () => {
      const steps = [
        { id: 'a', agent_id: agent.id, task: 'x', parameters: { temperature: 0.1 }, retry_delay: 9 },
        { id: 'b', template: 'ollama-inference', template_parameters: { model: 'm', prompt: 'p' } },
        { id: 'c', task: 'y', for_each: 'input.files', max_concurrency: 2, condition: 'input.deep' },
        { id: 'd', task: 'z', response_schema: { type: 'object' }, depends_on: ['a', 'c'] },
      ];
      const schedule = {
        cron: '0 9 * * 1-5',
        time_zone: 'Europe/Berlin',
        input_data: { a: 1 },
        parameters: {},
      };
      const answer = await made({ steps, schedule });
      expect(answer.steps).toMatchObject(steps);
      expect(answer.schedule).toEqual({ ...schedule, next_run_at: moment });
      const again = await account.patch(`${WORKFLOWS}/${answer.id}`, answer);
      expect(again).toEqual({ ...answer, version: 2, updated_at: moment });
    },
  },
  {
    id: 'TM-FLOW-D3',
    fact: 'what is wrong with a workflow is a 400 that names the step and the field as the client does',
    check: async () => {
      const step = { id: 'a', task: 'x' };
      for (const [more, detail] of [
        [{ name: undefined }, 'name: is required'],
        [{ steps: undefined }, 'steps: is required'],
        [{ steps: [] }, 'steps: must have at least one step'],
        [{ steps: [{ ...step, depends_on: ['b'] }] }, containing('steps.0.depends_on')],
        [{ steps: [{ ...step, model_id: 'nobody' }] }, containing('steps.0.model_id: there is no model')],
        [{ steps: [{ ...step, id: '1 a' }] }, containing('steps.0.id: must be 1 to 64 letters')],
        [{ steps: [step, step] }, containing('steps.1.id: there are two steps with the id')],
        [{ steps: [{ ...step, timeout: 0 }] }, 'steps.0.timeout: must be at least 1'],
        [{ steps: [{ ...step, retry_delay: 9999 }] }, 'steps.0.retry_delay: must be at most 3600'],
        [{ timeout: 0 }, 'timeout: must be at least 1'],
        [{ schedule: { cron: 'never' } }, containing('schedule.cron: ')],
        [
          {
            steps: [
              { ...step, depends_on: ['b'] },
              { id: 'b', task: 'y', depends_on: ['a'] },
            ],
          },
          containing('depends_on'),
        ],
      ] as const)
        expectRefusal(await account.ask('POST', WORKFLOWS, { ...NEW, ...more }), 400, detail);
    },
  },
  {
    id: 'TM-EXEC-D1',
    fact: 'lists: limit 100, which is the most; offset; workflow_id; status',
    check: async () => {
      const who = await openAccount(still);
      const executions: Shown[] = [];
      for (let index = 0; index < 11; index += 1) executions.unshift(await begun(who));
      const ids = idsOf(executions);
      expect(idsOf(await who.get(EXECUTIONS))).toEqual(ids);
      expect(idsOf(await who.get(`${EXECUTIONS}?limit=10`))).toEqual(ids.slice(0, 10));
      expect(idsOf(await who.get(`${EXECUTIONS}?limit=100&offset=10`))).toEqual(ids.slice(10));
      expect(idsOf(await who.get(`${EXECUTIONS}?workflow_id=${executions[3]!.workflow_id}`))).toEqual([
        ids[3],
      ]);
      await who.post(`${EXECUTIONS}/${ids[5]}/cancel`);
      expect(idsOf(await who.get(`${EXECUTIONS}?status=cancelled`))).toEqual([ids[5]]);
      expect(await who.get(`${EXECUTIONS}?status=failed`)).toEqual([]);
      expect(await who.get(`${EXECUTIONS}?status=pending&limit=100`)).toHaveLength(10);
      expectRefusal(
        await who.ask('GET', `${EXECUTIONS}?status=done`),
        400,
        'status: must be one of pending, in_progress, completed, failed, cancelled',
      );
    },
  },
  {
    id: 'TM-EXEC-D2',
    fact: 'cancelling again is no error; cancelling what has ended otherwise is a 400',
    check: async () => {
      const { id } = await begun(waiting);
      const once = await waiting.post(`${EXECUTIONS}/${id}/cancel`);
      expect(await waiting.post(`${EXECUTIONS}/${id}/cancel`)).toEqual(once);
      const done = await ended();
      expectRefusal(
        await account.ask('POST', `${EXECUTIONS}/${done.id}/cancel`),
        400,
        'execution_id: the execution is completed: it has already ended',
      );
    },
  },
  {
    id: 'TM-EXEC-D3',
    fact: 'what is wrong with an execution is a 400 or a 404, and nothing is begun',
    check: async () => {
      const who = await openAccount(still);
      const { id } = await made({}, who);
      for (const [body, detail] of [
        [{}, 'workflow_id: is required'],
        [{ workflow_id: id, input_data: [] }, 'input_data: must be a JSON object'],
        [{ workflow_id: id, input_data: { a: '\0' } }, containing('input_data: must not contain U+0000')],
        [{ workflow_id: id, parameters: { timeout: 0 } }, 'parameters.timeout: must be at least 1'],
        [{ workflow_id: id, parameters: { timeout: '1' } }, 'parameters.timeout: must be a whole number'],
      ] as const)
        expectRefusal(await who.ask('POST', EXECUTIONS, body), 400, detail);
      expectRefusal(
        await who.ask('POST', EXECUTIONS, { workflow_id: 'workflow-123' }),
        404,
        'workflow_id: there is no such workflow',
      );
      await who.patch(`${WORKFLOWS}/${id}`, { is_active: false });
      expectRefusal(
        await who.ask('POST', EXECUTIONS, { workflow_id: id }),
        400,
        'workflow_id: the workflow is not active',
      );
      expect(await who.get(EXECUTIONS)).toEqual([]);
    },
  },
];

runAudits('TheMachine, its workflows as documented', documented);
runAudits('TheMachine, its workflows as we decided', decided);
