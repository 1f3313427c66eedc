import { beforeAll, expect, vi } from 'vitest';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import { type Account, containing, expectRefusal, openAccount, text } from './account.ts';

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: {
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      ANTHROPIC_BASE_URL: vendor.url,
      OLLAMA_HOST: vendor.url,
    },
  }),
);
const admin = fixture(() => openAccount(server.url, 'admin@example.com'));
const account = fixture(() => openAccount(server.url, 'user@example.com'));
beforeAll(async () => {
  await made(admin, { provider: 'DEMO', modelId: 'demo-2', name: 'Without a window', isBuiltIn: true });
  await made(account, { provider: 'AZURE', modelId: 'my-gpt' });
  await vi.waitFor(async () => expect((await models('?provider=ollama')).length).toBe(2), 5_000);
});

async function made({ query }: Account, input: object): Promise<string> {
  const document = 'mutation ($input: CreateModelInput!) { createModel(input: $input) { model { id } } }';
  return data((await query(document, { input })).body).createModel.model.id;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Shown = Record<string, any>;

const answer = async () => (await account.ask('GET', '/api/models')).body;
const models = async (filter = ''): Promise<Shown[]> =>
  (await account.ask('GET', `/api/models${filter}`)).body.models;
const model = async (id: string) => (await models()).find((each) => each.id === id) ?? {};
const providersAnswer = async () => (await account.ask('GET', '/api/providers')).body;
const provider = async (id: string): Promise<Shown> =>
  (await providersAnswer()).providers.find((each: Shown) => each.id === id) ?? {};

/** The ids of the providers whose models a filter leaves. */
const left = async (filter: string) => [...new Set((await models(filter)).map((each) => each.provider))];

const documented: Audit[] = [
  {
    id: 'MD-MOD-01',
    fact: 'GET /api/models answers 200',
    check: async () => expect((await account.ask('GET', '/api/models')).status).toBe(200),
  },
  ...fieldAudits('MD-MOD', 2, 'the answer', answer, { models: expect.any(Array) }),
  ...fieldAudits('MD-MOD', 4, 'a model', () => model('gpt-4o'), {
    id: 'gpt-4o',
    name: 'GPT-4o',
    provider: 'openai',
    context_window: 128000,
    supports_vision: true,
    supports_function_calling: true,
  }),
  {
    id: 'MD-MOD-11',
    fact: 'models of Anthropic are in the list, by the ids that Anthropic gave them',
    check: async () =>
      expect(await model('claude-sonnet-5-5')).toMatchObject({
        name: 'Claude Sonnet 5.5',
        provider: 'anthropic',
      }),
  },
  {
    id: 'MD-MOD-12',
    fact: 'provider is optional: without it there are models of all that are configured',
    check: async () => expect((await left('')).toSorted()).toEqual(['anthropic', 'demo', 'ollama', 'openai']),
  },
  {
    id: 'MD-MOD-13',
    fact: 'provider=openai',
    check: async () => expect(await left('?provider=openai')).toEqual(['openai']),
  },
  {
    id: 'MD-MOD-14',
    fact: 'provider=anthropic',
    check: async () => expect(await left('?provider=anthropic')).toEqual(['anthropic']),
  },
  {
    id: 'MD-MOD-15',
    fact: 'provider=ollama',
    check: async () => expect(await left('?provider=ollama')).toEqual(['ollama']),
  },
  {
    id: 'MD-MOD-16',
    fact: 'provider=azure',
    check: async () => expect(await left('?provider=azure')).toEqual([]),
  },
  {
    id: 'MD-PRO-01',
    fact: 'GET /api/providers answers 200',
    check: async () => expect((await account.ask('GET', '/api/providers')).status).toBe(200),
  },
  ...fieldAudits('MD-PRO', 2, 'the answer', providersAnswer, {
    providers: expect.any(Array),
    default_model: text,
  }),
  ...fieldAudits('MD-PRO', 5, 'a provider', () => provider('openai'), {
    id: 'openai',
    name: 'OpenAI',
    configured: true,
    models_count: 10,
  }),
  {
    id: 'MD-PRO-10',
    fact: 'Anthropic and Ollama are providers',
    check: async () => {
      expect(await provider('anthropic')).toMatchObject({ name: 'Anthropic', configured: true });
      expect(await provider('ollama')).toMatchObject({ name: 'Ollama', configured: true, models_count: 2 });
    },
  },
  {
    id: 'MD-PRO-11',
    fact: 'one that is not configured says so, and has 0 models',
    check: async () => expect(await provider('azure')).toMatchObject({ configured: false, models_count: 0 }),
  },
  {
    id: 'MD-PRO-12',
    fact: 'default_model is the model that a task gets that names none',
    check: async () => {
      const { default_model } = await providersAnswer();
      const session = (await account.ask('POST', '/api/sessions', { name: 'a' })).body;
      const path = `/api/sessions/${session.id}/tasks`;
      const { id } = (await account.ask('POST', path, { description: 'Say hello' })).body;
      const task = Buffer.from(`Task:${id}`).toString('base64url');
      const asked = await account.query('query ($task: ID!) { task(id: $task) { model } }', { task });
      expect([default_model, data(asked.body).task.model]).toEqual(['gpt-4o', 'gpt-4o']);
    },
  },
];

const decided: Audit[] = [
  {
    id: 'MD-MOD-D1',
    fact: 'VALIDATION_ERROR 422: a provider that there is not, with those that there are',
    check: async () => {
      const detail = containing('provider: must be one of openai, anthropic, azure, custom, ollama, demo');
      for (const given of ['google', 'OpenAI', '', 'openai&provider=ollama']) {
        const refused = await account.ask('GET', `/api/models?provider=${given}`);
        expectRefusal(refused, 422, 'VALIDATION_ERROR', detail);
      }
    },
  },
  {
    id: 'MD-MOD-D2',
    fact: 'a filter takes every provider that a list shows',
    check: async () => {
      for (const id of new Set((await models()).map((each) => each.provider))) {
        expect(await left(`?provider=${id}`)).toEqual([id]);
      }
    },
  },
  {
    id: 'MD-MOD-D3',
    fact: 'the list has as many models of each provider as models_count says',
    check: async () => {
      for (const { id, models_count } of (await providersAnswer()).providers) {
        expect([id, (await models(`?provider=${id}`)).length]).toEqual([id, models_count]);
      }
    },
  },
  {
    id: 'MD-MOD-D4',
    fact: 'a model whose window nobody knows has context_window null',
    check: async () => {
      expect((await model('qwen3:8b')).context_window).toBe(40_960);
      expect((await model('demo-2')).context_window).toBeNull();
    },
  },
  {
    id: 'MD-MOD-D5',
    fact: 'a model that was taken out of use is not available',
    check: async () => {
      const change = 'mutation ($input: UpdateModelInput!) { updateModel(input: $input) { model { id } } }';
      const id = Buffer.from('Model:openai/o3').toString('base64url');
      data((await admin.query(change, { input: { id, isActive: false } })).body);
      try {
        expect(await model('o3')).toEqual({});
      } finally {
        data((await admin.query(change, { input: { id, isActive: true } })).body);
      }
      expect((await model('o3')).id).toBe('o3');
    },
  },
  {
    id: 'MD-MOD-D6',
    fact: 'there may be more models than GraphQL gives at once',
    check: async () => {
      await server.store.database.pool.query(
        `insert into model (id, provider, model_id, name, aliases, capabilities, rank)
         select 'demo/many-' || n, 'demo', 'many-' || n, 'Many', '{}', '{text}', 5000 from generate_series(1, 150) n`,
      );
      expect((await models('?provider=demo')).length).toBe(152);
    },
  },
  {
    id: 'MD-PRO-D1',
    fact: 'all that there can be are told, also those that the document could not know',
    check: async () => {
      const { providers } = await providersAnswer();
      const ids = providers.map((each: Shown) => each.id);
      expect(ids).toEqual(['openai', 'anthropic', 'azure', 'custom', 'ollama', 'demo']);
    },
  },
];

runAudits('Mini-Devin models and providers, as documented', documented);

runAudits('Mini-Devin models and providers, where the document is silent', decided);
