import { expect } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import { containing, expectRefusal, idOf, moment, number, openAccount, type Shown } from './account.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const admin = fixture(() => openAccount(server));
const account = fixture(() => openAccount(server));

const NEW = {
  name: 'React developer',
  type: 'frontend',
  description: 'Writes components',
  capabilities: ['react', 'css'],
  model_id: 'gpt-4o',
  system_prompt: 'You write React.',
  tools: ['read_file', 'write_file'],
  parameters: { temperature: 0.2, top_p: 0.9, max_tokens: 500, stop: ['END'], seed: 7 },
  limits: { max_iterations: 5, timeout: 60, max_cost: 0.5 },
  is_active: true,
};
const AGENT = { ...NEW, id: idOf('agent'), created_at: moment, updated_at: moment };

const made = (more: object = {}, who = account): Promise<Shown> => who.post('/agents', { ...NEW, ...more });
const idsOf = (agents: Shown): string[] => agents.map(({ id }: Shown) => id);

/** As documented. */
const TASK = { task: 'Generate a React component', model_id: 'gpt-4o', parameters: { temperature: 0.7 } };

async function executed(body: object = TASK, more: object = {}) {
  const agent = await made({ tools: [], ...more });
  return { agent, answer: await account.post(`/agents/${agent.id}/execute`, body) };
}

const documented: Audit[] = [
  {
    id: 'TM-AGENT-01',
    fact: 'GET /agents answers 200 with a list of agents',
    check: async () => {
      const agent = await made();
      expect((await account.get('/agents'))[0]).toEqual(agent);
    },
  },
  ...fieldAudits(
    'TM-AGENT',
    2,
    'GET /agents/{agent_id}',
    async () => account.get(`/agents/${(await made()).id}`),
    AGENT,
  ),
  ...fieldAudits('TM-AGENT', 20, 'POST /agents', made, AGENT),
  {
    id: 'TM-AGENT-40',
    fact: 'GET /agents/{agent_id} of what is not there, or is another’s, is a 404',
    check: async () => {
      const { id } = await made();
      const bob = await openAccount(server);
      for (const [who, name] of [
        [account, 'agent-123'],
        [bob, id],
      ] as const)
        expectRefusal(await who.ask('GET', `/agents/${name}`), 404, 'agent_id: there is no such agent');
    },
  },
  {
    id: 'TM-AGENT-41',
    fact: 'PATCH /agents/{agent_id} changes what it is told, and answers the whole agent',
    check: async () => {
      const before = await made();
      const change = { name: 'Vue developer', model_id: null, parameters: { temperature: 1 }, tools: [] };
      const answer = await account.patch(`/agents/${before.id}`, change);
      expect(answer).toEqual({ ...before, ...change, updated_at: moment });
      expect(await account.get(`/agents/${before.id}`)).toEqual(answer);
    },
  },
  {
    id: 'TM-AGENT-42',
    fact: 'DELETE /agents/{agent_id} answers 200 with a message',
    check: async () => {
      const { id } = await made();
      const { status, body } = await account.ask('DELETE', `/agents/${id}`);
      expect({ status, body }).toEqual({
        status: 200,
        body: { message: `Agent ${id} deleted successfully` },
      });
      expect((await account.ask('DELETE', `/agents/${id}`)).status).toBe(404);
    },
  },
  ...fieldAudits('TM-AGENT', 50, 'POST /agents/{agent_id}/execute', async () => (await executed()).answer, {
    id: idOf('task'),
    agent_id: idOf('agent'),
    status: 'completed',
    result: expect.objectContaining({
      success: true,
      output: expect.any(String),
      model: 'gpt-4o',
      provider: 'openai',
      finish_reason: 'stop',
    }),
    error: null,
    cost: number,
    created_at: moment,
    completed_at: moment,
  }),
  {
    id: 'TM-AGENT-59',
    fact: 'task, model_id and parameters are what the model is asked, as which and how',
    check: async () => {
      await executed(TASK, { model_id: 'gpt-4.1' });
      const { body } = vendor.requests.at(-1)!;
      expect(body).toMatchObject({ model: 'gpt-4o', temperature: 0.7 });
      expect(JSON.stringify(body)).toContain(TASK.task);
    },
  },
  {
    id: 'TM-AGENT-60',
    fact: 'agent_id is the agent’s, and id that of a task that can be asked for',
    check: async () => {
      const { agent, answer } = await executed();
      expect(answer.agent_id).toBe(agent.id);
      expect(await account.get(`/tasks/${answer.id}`)).toMatchObject({
        id: answer.id,
        status: 'completed',
        description: TASK.task,
        result: answer.result,
      });
    },
  },
];

const decided: Audit[] = [
  {
    id: 'TM-AGENT-D1',
    fact: 'lists: limit 100, which is the most; offset; type; is_active; built-in agents are in them',
    check: async () => {
      const who = await openAccount(server);
      const ids: string[] = [];
      for (let index = 0; index < 11; index += 1)
        ids.unshift((await made({ type: `t${index % 2}`, is_active: index > 0 }, who)).id);
      expect(idsOf(await who.get('/agents')).slice(0, 11)).toEqual(ids);
      expect(idsOf(await who.get('/agents?limit=10'))).toEqual(ids.slice(0, 10));
      expect(idsOf(await who.get('/agents?limit=2&offset=9'))[0]).toBe(ids[9]);
      expect(idsOf(await who.get('/agents?type=t1'))).toEqual(ids.filter((_id, index) => index % 2 === 1));
      expect(idsOf(await who.get('/agents?is_active=false'))).toEqual([ids[10]]);
      expect((await who.get('/agents?limit=100')).length).toBeGreaterThan(ids.length);
      expectRefusal(
        await who.ask('GET', '/agents?limit=101'),
        400,
        'limit: must be a whole number from 1 to 100',
      );
    },
  },
  {
    id: 'TM-AGENT-D2',
    fact: 'a name is enough: everything else is as the schema has it',
    check: async () =>
      expect(await account.post('/agents', { name: 'Anybody' })).toMatchObject({
        type: 'custom',
        description: '',
        capabilities: [],
        model_id: null,
        system_prompt: null,
        parameters: {},
        limits: { max_iterations: null, timeout: null, max_cost: null },
        is_active: true,
      }),
  },
  {
    id: 'TM-AGENT-D3',
    fact: 'a whole agent that is sent back changes nothing',
    check: async () => {
      const before = await made();
      expect(await account.patch(`/agents/${before.id}`, before)).toEqual({ ...before, updated_at: moment });
    },
  },
  {
    id: 'TM-AGENT-D4',
    fact: 'parameters may name the model, at the making and at the work',
    check: async () => {
      const agent = await account.post('/agents', {
        name: 'x',
        parameters: { model: 'gpt-4.1', max_tokens: 9 },
      });
      expect(agent).toMatchObject({ model_id: 'gpt-4.1', parameters: { max_tokens: 9 } });
      await executed({ task: 'x', parameters: { model: 'gpt-4o-mini' } });
      expect(vendor.requests.at(-1)!.body).toMatchObject({ model: 'gpt-4o-mini' });
    },
  },
  {
    id: 'TM-AGENT-D5',
    fact: 'what is wrong with an agent is a 400 that names the field as the client does',
    check: async () => {
      for (const [more, detail] of [
        [{ name: undefined }, 'name: is required'],
        [{ name: '' }, containing('name: must not be empty')],
        [{ model_id: 'nobody' }, containing('model_id: there is no model "nobody"')],
        [{ tools: ['hammer'] }, containing('tools.0: must be one of terminal, read_file')],
        [{ parameters: { temperature: 3 } }, containing('parameters.temperature: ')],
        [{ parameters: { max_tokens: 0 } }, containing('parameters.max_tokens: ')],
        [{ limits: { timeout: 0 } }, containing('limits.timeout: ')],
        [{ limits: 'none' }, 'limits: must be a JSON object'],
      ] as const)
        expectRefusal(await account.ask('POST', '/agents', { ...NEW, ...more }), 400, detail);
    },
  },
  {
    id: 'TM-AGENT-D6',
    fact: 'built-in agents are changed by admins alone: 403',
    check: async () => {
      const { id } = (await account.get('/agents?limit=100')).at(-1);
      expectRefusal(
        await account.ask('PATCH', `/agents/${id}`, { name: 'Mine' }),
        403,
        'id: only an admin may change a built-in agent',
      );
      expect((await account.ask('DELETE', `/agents/${id}`)).status).toBe(403);
      expectRefusal(
        await admin.ask('DELETE', `/agents/${id}`),
        400,
        containing('a built-in agent cannot be deleted'),
      );
    },
  },
  {
    id: 'TM-AGENT-D7',
    fact: 'what is wrong with the work is a 400 or a 404, and nothing is begun',
    check: async () => {
      const { id } = await made();
      for (const [body, detail] of [
        [{}, 'task: is required'],
        [{ task: '' }, containing('task: must not be')],
        [{ task: 'x', model_id: 'nobody' }, containing('model_id: there is no model "nobody"')],
        [{ task: 'x', parameters: { temperature: 'hot' } }, 'parameters.temperature: must be a number'],
      ] as const)
        expectRefusal(await account.ask('POST', `/agents/${id}/execute`, body), 400, detail);
      expectRefusal(
        await account.ask('POST', '/agents/agent-123/execute', TASK),
        404,
        'agent_id: there is no such agent',
      );
      await account.patch(`/agents/${id}`, { is_active: false });
      expectRefusal(
        await account.ask('POST', `/agents/${id}/execute`, TASK),
        400,
        'agent_id: the agent is not active',
      );
    },
  },
  {
    id: 'TM-AGENT-D8',
    fact: 'work that fails says why',
    check: async () => {
      const { answer } = await executed({ task: 'x', model_id: 'gpt-4o@fail=400' });
      expect(answer).toMatchObject({ status: 'failed', result: null, error: expect.any(String) });
    },
  },
  {
    id: 'TM-AGENT-D9',
    fact: 'work is awaited until it ends, at the latest by the time limit of its agent',
    check: async () => {
      const { answer } = await executed(
        { task: 'x', model_id: 'gpt-4o@tokens=5000,itl=20' },
        { limits: { timeout: 1 } },
      );
      expect(answer).toMatchObject({ status: 'failed', error: containing('1 s'), completed_at: moment });
    },
  },
];

runAudits('TheMachine, its agents as documented', documented);
runAudits('TheMachine, its agents as we decided', decided);
