import { expect } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import { containing, expectRefusal, moment, openAccount, type Shown } from './account.ts';

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, OUTBOUND_ALLOW: '127.0.0.1' },
  }),
);
const admin = fixture(() => openAccount(server));
const account = fixture(() => openAccount(server));

const models = (filter = ''): Promise<Shown> => account.get(`/models${filter}`);
const idsOf = (shown: Shown): string[] => shown.map(({ id }: Shown) => id);
const providersIn = async (filter: string) => [
  ...new Set((await models(filter)).map(({ provider }: Shown) => provider)),
];

const GPT_4O = {
  id: 'gpt-4o',
  name: 'GPT-4o',
  aliases: ['gpt4'],
  provider: 'openai',
  version: null,
  capabilities: ['text', 'code', 'vision'],
  specialties: ['general', 'writing', 'chat'],
  context_window: 128_000,
  max_output: 16_384,
  cost_per_token: 0.0000025,
  prices: { input: 2.5, cached_input: 1.25, output: 10 },
  supports_vision: true,
  supports_function_calling: true,
  is_active: true,
  created_at: moment,
  updated_at: moment,
};

/** As documented for a selected model. */
const DOCUMENTED = {
  id: 'gpt-4o-mini',
  name: 'GPT-4o Mini',
  provider: 'openai',
  capabilities: ['text', 'code', 'reasoning', 'planning'],
  context_window: 128_000,
};

/** A model of the account's own. */
let own = 0;
async function made(who = account, more: object = {}): Promise<Shown> {
  own += 1;
  return who.post('/models', { id: `ft:gpt-4o-mini:acme-${own}`, provider: 'openai', ...more });
}

const NEW = {
  id: 'house-model',
  name: 'House Model',
  provider: 'local',
  version: '2',
  aliases: ['house'],
  capabilities: ['text', 'reasoning'],
  specialties: ['law'],
  context_window: 32_000,
  max_output: 4_000,
  supports_vision: false,
  supports_function_calling: true,
  is_active: true,
};

const documented: Audit[] = [
  {
    id: 'TM-MODEL-01',
    fact: 'GET /models answers 200 with a list of models',
    check: async () => expect(idsOf(await models())).toEqual(expect.arrayContaining(['gpt-4o', 'demo'])),
  },
  {
    id: 'TM-MODEL-02',
    fact: 'provider=openai, anthropic, local and custom',
    check: async () => {
      for (const provider of ['openai', 'anthropic', 'local'])
        expect(await providersIn(`?provider=${provider}`)).toEqual([provider]);
      expect(await models('?provider=custom')).toEqual([]);
      await admin.post('/models', {
        id: 'served-here',
        provider: 'custom',
        base_url: `${vendor.url}/v1`,
        cost_per_token: 0.000001,
      });
      expect(idsOf(await models('?provider=custom'))).toEqual(['served-here']);
    },
  },
  {
    id: 'TM-MODEL-03',
    fact: 'capability=text, code, reasoning, planning, vision and audio',
    check: async () => {
      for (const capability of ['text', 'code', 'reasoning', 'planning', 'vision']) {
        const found = await models(`?capability=${capability}`);
        expect(found.length).toBeGreaterThan(0);
        for (const { capabilities } of found as Shown[]) expect(capabilities).toContain(capability);
      }
      expect(await models('?capability=audio')).toEqual([]);
      expect(idsOf(await models('?capability=reasoning'))).not.toContain('gpt-4o');
    },
  },
  {
    id: 'TM-MODEL-04',
    fact: 'is_active=true and false',
    check: async () => {
      await admin.patch('/models/o3', { is_active: false });
      expect(idsOf(await models('?is_active=false'))).toEqual(['o3']);
      expect(idsOf(await models('?is_active=true'))).not.toContain('o3');
      expect(idsOf(await models())).toContain('o3');
      await admin.patch('/models/o3', { is_active: true });
      expect(await models('?is_active=false')).toEqual([]);
    },
  },
  {
    id: 'TM-MODEL-05',
    fact: 'limit: 100 when it is absent, at most 1000',
    check: async () => {
      const who = await openAccount(server);
      const create = 'mutation ($input: CreateModelInput!) { createModel(input: $input) { __typename } }';
      for (let index = 0; index < 120; index += 1)
        await who.query(create, { input: { provider: 'OLLAMA', modelId: `many:${index}` } });
      expect(await who.get('/models?provider=local')).toHaveLength(100);
      const all = await who.get('/models?provider=local&limit=1000');
      expect(idsOf(all).filter((id) => id.startsWith('many:'))).toHaveLength(120);
      expect(await who.get('/models?limit=3')).toHaveLength(3);
      for (const limit of ['1001', '0', 'x'])
        expectRefusal(
          await who.ask('GET', `/models?limit=${limit}`),
          400,
          'limit: must be a whole number from 1 to 1000',
        );
    },
  },
  {
    id: 'TM-MODEL-06',
    fact: 'offset: 0 when it is absent',
    check: async () => {
      const all = await models();
      expect(await models('?offset=0')).toEqual(all);
      expect(await models('?offset=2&limit=3')).toEqual(all.slice(2, 5));
      expect(await models('?offset=5000')).toEqual([]);
    },
  },
  {
    id: 'TM-MODEL-07',
    fact: 'other words are a 400 that names the allowed ones',
    check: async () => {
      for (const [filter, detail] of [
        ['provider=azure', 'provider: must be one of openai, anthropic, local, custom'],
        ['capability=cook', 'capability: must be one of text, code, reasoning, planning, vision, audio'],
        ['is_active=maybe', 'is_active: must be true or false'],
      ])
        expectRefusal(await account.ask('GET', `/models?${filter}`), 400, detail);
    },
  },
  ...fieldAudits(
    'TM-MODEL',
    10,
    'a listed model',
    async () => (await models()).find(({ id }: Shown) => id === 'gpt-4o'),
    GPT_4O,
  ),
  ...fieldAudits('TM-MODEL', 30, 'GET /models/{model_id}', () => account.get('/models/gpt-4o'), GPT_4O),
  {
    id: 'TM-MODEL-50',
    fact: 'GET /models/{model_id} of what is not there, or is another’s, is a 404',
    check: async () => {
      const { id } = await made();
      const bob = await openAccount(server);
      for (const [who, name] of [
        [account, 'nobody'],
        [account, 'x'.repeat(200)],
        [bob, id],
      ] as const)
        expectRefusal(await who.ask('GET', `/models/${name}`), 404, 'model_id: there is no such model');
    },
  },
  {
    id: 'TM-MODEL-51',
    fact: 'POST /models makes a model of what it is told, and answers it',
    check: async () => {
      const answer = await account.post('/models', NEW);
      const rest = { cost_per_token: 0, prices: { input: 0, cached_input: null, output: 0 } };
      expect(answer).toEqual({ ...NEW, ...rest, created_at: moment, updated_at: moment });
      expect(await account.get('/models/house-model')).toEqual(answer);
      expect(await account.get('/models/house')).toEqual(answer);
    },
  },
  {
    id: 'TM-MODEL-52',
    fact: 'PATCH /models/{model_id} changes what it is told, and answers the whole model',
    check: async () => {
      const before = await made();
      const change = { name: 'Ours', specialties: ['law'], context_window: 9_000, is_active: false };
      const answer = await account.patch(`/models/${before.id}`, change);
      expect(answer).toEqual({ ...before, ...change, updated_at: moment });
      expect(await account.get(`/models/${before.id}`)).toEqual(answer);
    },
  },
  {
    id: 'TM-MODEL-53',
    fact: 'DELETE /models/{model_id} answers 200 with a message',
    check: async () => {
      const { id } = await made();
      const { status, body } = await account.ask('DELETE', `/models/${id}`);
      expect({ status, body }).toEqual({
        status: 200,
        body: { message: `Model ${id} deleted successfully` },
      });
      expect((await account.ask('GET', `/models/${id}`)).status).toBe(404);
      expect((await account.ask('DELETE', `/models/${id}`)).status).toBe(404);
    },
  },
];

const decided: Audit[] = [
  {
    id: 'TM-MODEL-D1',
    fact: 'local is ollama and demo, custom is custom and azure',
    check: async () => {
      expect((await account.get('/models/demo')).provider).toBe('local');
      const create = 'mutation ($input: CreateModelInput!) { createModel(input: $input) { __typename } }';
      await admin.query(create, { input: { provider: 'AZURE', modelId: 'gpt-4.1', isBuiltIn: true } });
      expect((await account.get('/models/azure%2Fgpt-4.1')).provider).toBe('custom');
    },
  },
  {
    id: 'TM-MODEL-D2',
    fact: 'of two models with one id, the less preferred is called by its provider, too, in the list and in a path',
    check: async () => {
      const ids = idsOf(await models());
      expect(ids.filter((id) => id.endsWith('gpt-4.1'))).toEqual(
        expect.arrayContaining(['gpt-4.1', 'azure/gpt-4.1']),
      );
      expect(idsOf(await models('?provider=custom'))).toContain('azure/gpt-4.1');
      expect((await account.get('/models/gpt-4.1')).provider).toBe('openai');
      expect((await account.get('/models/azure%2Fgpt-4.1')).id).toBe('azure/gpt-4.1');
    },
  },
  {
    id: 'TM-MODEL-D3',
    fact: 'a model without a price is left out of the list, and can be asked for',
    check: async () => {
      const { id } = await made(account, { id: 'gpt-99-unheard-of' });
      expect(idsOf(await models())).not.toContain(id);
      expect(await account.get(`/models/${id}`)).toMatchObject({ id, cost_per_token: null, prices: null });
    },
  },
  {
    id: 'TM-MODEL-D4',
    fact: 'prices that an admin sets are for all accounts',
    check: async () => {
      const priced = { id: 'priced', provider: 'openai', cost_per_token: 0.00001 };
      expect(await admin.post('/models', priced)).toMatchObject({
        id: 'priced',
        cost_per_token: 0.00001,
        prices: { input: 10, cached_input: null, output: 10 },
      });
      expect(await account.get('/models/priced')).toMatchObject({ cost_per_token: 0.00001 });
      expect(await admin.patch('/models/priced', { prices: { input: 1, output: 2 } })).toMatchObject({
        cost_per_token: 0.000001,
        prices: { input: 1, cached_input: null, output: 2 },
      });
      expect(await admin.patch('/models/priced', { cost_per_token: 0.000003 })).toMatchObject({
        prices: { input: 3, cached_input: null, output: 2 },
      });
    },
  },
  {
    id: 'TM-MODEL-D10',
    fact: 'the documented model is made by a user, price included, listed, selected, changed, and deleted',
    check: async () => {
      const cat = await openAccount(server);
      const priced = { ...DOCUMENTED, cost_per_token: 0.00002 };
      const answer = await cat.post('/models', priced);
      expect(answer).toMatchObject(priced);
      const listed = (await cat.get('/models?limit=1000')) as Shown;
      expect(listed.filter(({ id }: Shown) => id.endsWith(DOCUMENTED.id))).toEqual([answer]);
      expect(await cat.get('/models/gpt-4o-mini')).toEqual(answer);
      const selection = await cat.post('/models/gpt-4o-mini/select', {
        task_type: 'code',
        context_size: 5000,
      });
      expect(selection).toMatchObject({
        selected_model: priced,
        estimated_cost: { tokens: 5000, cost: 0.1 },
      });
      const optimal = await cat.post('/orchestration/model-selection', {
        task_type: 'planning',
        required_capabilities: ['planning', 'code'],
        context_size: 100_000,
        preferred_provider: 'openai',
      });
      const offered = [optimal.selected_model, ...optimal.alternatives];
      expect(offered).toContainEqual(priced);
      expect(idsOf(offered).filter((id) => id.endsWith(DOCUMENTED.id))).toEqual([DOCUMENTED.id]);
      const dearer = await cat.patch('/models/gpt-4o-mini', { cost_per_token: 0.00003 });
      expect(dearer).toMatchObject({ cost_per_token: 0.00003 });
      expect((await account.get('/models/gpt-4o-mini')).cost_per_token).toBe(0.00000015);
      expect((await cat.ask('DELETE', '/models/gpt-4o-mini')).status).toBe(200);
      expect((await cat.get('/models/gpt-4o-mini')).cost_per_token).toBe(0.00000015);
    },
  },
  {
    id: 'TM-MODEL-D5',
    fact: 'built-in models are changed and deleted by admins alone: 403',
    check: async () => {
      expectRefusal(
        await account.ask('PATCH', '/models/gpt-4o', { name: 'Mine' }),
        403,
        containing('only an admin may change built-in models'),
      );
      expect((await account.ask('DELETE', '/models/gpt-4o')).status).toBe(403);
    },
  },
  {
    id: 'TM-MODEL-D6',
    fact: 'a whole model that is sent back changes nothing; id and provider cannot be changed: 400',
    check: async () => {
      const before = await made();
      expect(await account.patch(`/models/${before.id}`, before)).toEqual({ ...before, updated_at: moment });
      expect(await account.patch('/models/gpt-4o', {})).toEqual(GPT_4O);
      for (const [change, detail] of [
        [{ id: 'other' }, `id: cannot be changed; it is ${before.id}`],
        [{ provider: 'local' }, 'provider: cannot be changed; it is openai'],
      ] as const)
        expectRefusal(await account.ask('PATCH', `/models/${before.id}`, change), 400, detail);
    },
  },
  {
    id: 'TM-MODEL-D7',
    fact: 'an inactive model is found by its id, and can be made active again',
    check: async () => {
      const { id } = await made(account, { is_active: false });
      expect((await account.get(`/models/${id}`)).is_active).toBe(false);
      expect((await account.patch(`/models/${id}`, { is_active: true })).is_active).toBe(true);
    },
  },
  {
    id: 'TM-MODEL-D8',
    fact: 'what is wrong with a model is a 400 that names the field as the client does',
    check: async () => {
      for (const [more, detail] of [
        [{ id: undefined }, 'id: is required'],
        [{ id: '' }, containing('id: ')],
        [{ provider: 'azure' }, 'provider: must be one of openai, anthropic, local, custom'],
        [{ capabilities: ['cook'] }, containing('capabilities.0: must be one of text, code')],
        [{ context_window: 0 }, 'context_window: must be at least 1'],
        [{ name: 'x'.repeat(201) }, 'name: must have at most 200 characters'],
        [{ id: 'gpt-4o', provider: 'anthropic' }, 'id: a built-in model already has this name'],
        [{ aliases: ['mine', 'gpt-4o'] }, 'aliases: a built-in model already has the name at index 1'],
      ] as const)
        expectRefusal(await account.ask('POST', '/models', { ...NEW, id: 'wrong', ...more }), 400, detail);
      expectRefusal(
        await admin.ask('POST', '/models', { id: 'wrong', provider: 'custom' }),
        400,
        'base_url: a custom model needs a URL',
      );
      expect((await account.ask('GET', '/models/wrong')).status).toBe(404);
    },
  },
  {
    id: 'TM-MODEL-D9',
    fact: 'the key of a custom model is never shown',
    check: async () => {
      const answer = await admin.post('/models', {
        id: 'with-key',
        provider: 'custom',
        base_url: `${vendor.url}/v1`,
        api_key: 'sk-very-secret',
      });
      expect(JSON.stringify([answer, await admin.get('/models/with-key')])).not.toContain('sk-very-secret');
    },
  },
];

runAudits('TheMachine, its models as documented', documented);
runAudits('TheMachine, its models as we decided', decided);
