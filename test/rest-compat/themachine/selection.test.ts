import { expect } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import { containing, expectRefusal, number, openAccount, type Shown } from './account.ts';

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, ANTHROPIC_BASE_URL: vendor.url },
  }),
);
const admin = fixture(() => openAccount(server));
const account = fixture(() => openAccount(server));

/** As documented. */
const ASKED = {
  task_type: 'code',
  required_capabilities: ['code', 'reasoning'],
  context_size: 10_000,
  cost_sensitivity: 0.7,
  preferred_provider: 'openai',
};
const select = (body: object = ASKED) => account.post('/orchestration/model-selection', body);
const refused = (body: object) => account.ask('POST', '/orchestration/model-selection', body);
const selectOne = (body: object = { task_type: 'code', context_size: 5_000 }, id = 'gpt-4o-mini') =>
  account.post(`/models/${id}/select`, body);

const CANDIDATE = {
  id: expect.any(String),
  name: expect.any(String),
  provider: 'openai',
  capabilities: expect.arrayContaining(['code', 'reasoning']),
  context_window: number,
  cost_per_token: number,
};

const GPT_4O_MINI = {
  id: 'gpt-4o-mini',
  name: 'GPT-4o mini',
  provider: 'openai',
  capabilities: ['text', 'code', 'vision'],
  context_window: 128_000,
  cost_per_token: 0.00000015,
};

const documented: Audit[] = [
  ...fieldAudits('TM-SELECT', 1, 'POST /orchestration/model-selection', () => select(), {
    selected_model: expect.any(Object),
    alternatives: expect.any(Array),
    estimated_cost: expect.any(Object),
  }),
  ...fieldAudits('TM-SELECT', 5, 'selected_model', async () => (await select()).selected_model, CANDIDATE),
  ...fieldAudits('TM-SELECT', 12, 'an alternative', async () => (await select()).alternatives[0], {
    ...CANDIDATE,
    provider: expect.stringMatching(/^(openai|anthropic)$/),
  }),
  ...fieldAudits('TM-SELECT', 19, 'estimated_cost', async () => (await select()).estimated_cost, {
    tokens: 10_000,
    cost: number,
  }),
  {
    id: 'TM-SELECT-22',
    fact: 'estimated cost = tokens x cost_per_token',
    check: async () => {
      const { selected_model, estimated_cost } = await select();
      expect(estimated_cost.cost).toBeCloseTo(estimated_cost.tokens * selected_model.cost_per_token, 12);
      expect(estimated_cost.cost).toBeGreaterThan(0);
    },
  },
  {
    id: 'TM-SELECT-23',
    fact: 'required_capabilities: all of them, of every model',
    check: async () => {
      const { selected_model, alternatives } = await select({
        required_capabilities: ['vision', 'planning'],
      });
      for (const { capabilities } of [selected_model, ...alternatives])
        expect(capabilities).toEqual(expect.arrayContaining(['vision', 'planning']));
      expectRefusal(
        await refused({ required_capabilities: ['cook'] }),
        400,
        'required_capabilities.0: must be one of text, code, reasoning, planning, vision, audio',
      );
      expectRefusal(await refused({ required_capabilities: ['audio'] }), 400, containing('no active model'));
    },
  },
  {
    id: 'TM-SELECT-24',
    fact: 'context_size: of models that take so many tokens',
    check: async () => {
      const { selected_model, alternatives } = await select({ context_size: 300_000 });
      for (const { context_window } of [selected_model, ...alternatives] as Shown[])
        expect(context_window).toBeGreaterThanOrEqual(300_000);
      expectRefusal(await refused({ context_size: 0 }), 400, 'context_size: must be at least 1');
      expectRefusal(await refused({ context_size: 'x' }), 400, 'context_size: must be a whole number');
    },
  },
  {
    id: 'TM-SELECT-25',
    fact: 'cost_sensitivity: 0 to 1; the more, the cheaper',
    check: async () => {
      const cost = async (cost_sensitivity: number): Promise<number> =>
        (await select({ cost_sensitivity })).selected_model.cost_per_token;
      expect(await cost(1)).toBeLessThan(await cost(0));
      expectRefusal(await refused({ cost_sensitivity: 1.1 }), 400, 'cost_sensitivity: must be 0 to 1');
    },
  },
  {
    id: 'TM-SELECT-26',
    fact: 'preferred_provider: openai, anthropic, local and custom',
    check: async () => {
      for (const preferred_provider of ['openai', 'anthropic'])
        expect((await select({ preferred_provider })).selected_model.provider).toBe(preferred_provider);
      for (const preferred_provider of ['local', 'custom']) await select({ preferred_provider });
      expectRefusal(
        await refused({ preferred_provider: 'azure' }),
        400,
        'preferred_provider: must be one of openai, anthropic, local, custom',
      );
    },
  },
  {
    id: 'TM-SELECT-27',
    fact: 'task_type: has a say',
    check: async () => {
      expect((await select({ task_type: 'analysis' })).selected_model.id).not.toBe('gpt-4o');
      expect((await select({ task_type: 'chat' })).selected_model.id).toBe('gpt-4o');
    },
  },
  ...fieldAudits('TM-SELECT', 40, 'POST /models/{model_id}/select', () => selectOne(), {
    selected_model: GPT_4O_MINI,
    alternatives: expect.any(Array),
    estimated_cost: { tokens: 5_000, cost: 0.00075 },
  }),
  {
    id: 'TM-SELECT-44',
    fact: 'POST /models/{model_id}/select of what is not there is a 404',
    check: async () =>
      expectRefusal(
        await account.ask('POST', '/models/nobody/select', {}),
        404,
        'model_id: there is no such model',
      ),
  },
];

const decided: Audit[] = [
  {
    id: 'TM-SELECT-D1',
    fact: 'nothing is required; an estimate is for 1000 tokens then',
    check: async () => {
      expect((await select({})).estimated_cost.tokens).toBe(1_000);
      expect((await selectOne({})).estimated_cost).toEqual({ tokens: 1_000, cost: 0.00015 });
    },
  },
  {
    id: 'TM-SELECT-D2',
    fact: 'the selected model is none of the alternatives, of which each is there once',
    check: async () => {
      for (const { selected_model, alternatives } of [await select(), await selectOne()]) {
        const ids = [selected_model, ...alternatives].map(({ id }: Shown) => id);
        expect(new Set(ids).size).toBe(ids.length);
      }
    },
  },
  {
    id: 'TM-SELECT-D3',
    fact: 'a model that a task could not have is refused with 400 and the reason',
    check: async () => {
      await admin.patch('/models/o3', { is_active: false });
      for (const [id, body, detail] of [
        ['gpt-4o', { context_size: 128_001 }, 'context_size: must be at most 128000 for gpt-4o'],
        ['o3', {}, 'model_id: o3 is not active'],
      ] as const)
        expectRefusal(await account.ask('POST', `/models/${id}/select`, body), 400, detail);
      const { id } = await account.post('/models', { id: 'gpt-99-unheard-of', provider: 'openai' });
      expectRefusal(
        await account.ask('POST', `/models/${id}/select`, {}),
        400,
        `model_id: the price of ${id} is unknown`,
      );
      const { id: local } = await account.post('/models', { id: 'llama:1b', provider: 'local' });
      expectRefusal(
        await account.ask('POST', `/models/${local}/select`, {}),
        400,
        'model_id: llama:1b is served by ollama, which is not configured',
      );
    },
  },
];

runAudits('TheMachine, its choice of models as documented', documented);
runAudits('TheMachine, its choice of models as we decided', decided);
