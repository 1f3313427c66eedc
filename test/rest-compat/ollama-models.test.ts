import { beforeAll, expect, test } from 'vitest';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { createLegacyClient } from './clients/legacy-client.ts';

const vision = { digest: 'v', architecture: 'gemma3', window: 131_072 };
const info = { 'gemma3.vision.block_count': 27, 'gemma3.vision.image_size': 896 };

/** What its server has, and what its models can do. */
const EXPECTED = [
  { id: 'gemma3:4b', window: 131_072, tools: false, vision: true },
  { id: 'qwen3:8b', window: 40_960, tools: true, vision: false },
  // Of a version before 0.6.4, which does not report capabilities.
  { id: 'gemma3:old', window: 8_192, tools: true, vision: true },
  { id: 'plain:old', window: 4_096, tools: false, vision: false },
];

const vendor = fixture(startVendor);
beforeAll(() => {
  const template = '{{- if .Messages }}{{ if or .System .Tools }}{{ .System }}{{ end }}{{ end }}';
  const old = { architecture: 'gemma3', capabilities: null };
  vendor.ollamaModels.set('gemma3:4b', { ...vision, info, capabilities: ['completion', 'vision'] });
  vendor.ollamaModels.set('gemma3:old', { ...old, digest: 'o', window: 8_192, template, info });
  vendor.ollamaModels.set('plain:old', {
    ...old,
    digest: 'p',
    window: 4_096,
    template: '{{ .Prompt }} .Tools',
  });
});
const server = fixture(() => startTestServer({ variables: { OLLAMA_HOST: vendor.url } }));
const admin = fixture(() => server.newUser());
const ann = fixture(() => server.newUser());
beforeAll(async () => {
  // The catalog is up to date when a pull has ended.
  const pull = 'mutation { pullModel(input: { model: "pulled:1" }) { task { id } } }';
  await admin.events(data(await admin.query(pull)).pullModel.task.id);
});

const get = async (path: string) => {
  const ask = createLegacyClient(server.url);
  const { status, body } = await ask('GET', path, undefined, { authorization: `Bearer ${ann.token}` });
  expect(status, path).toBe(200);
  return body;
};

test.each(EXPECTED)(
  '$id is described as its server does, in GraphQL',
  async ({ id, window, tools, vision }) => {
    const query = `query ($name: String!) { model(by: { name: $name }) {
    contextWindow supportsFunctionCalling supportsVision capabilities } }`;
    const capabilities = expect.arrayContaining(['TEXT', ...(vision ? ['VISION'] : [])]);
    expect(data(await ann.query(query, { name: id })).model).toEqual({
      contextWindow: window,
      supportsFunctionCalling: tools,
      supportsVision: vision,
      capabilities,
    });
  },
);

test.each(EXPECTED)(
  '$id is described as its server does, in the older APIs',
  async ({ id, window, tools, vision }) => {
    const described = { context_window: window, supports_vision: vision, supports_function_calling: tools };
    const machine = await get(`/themachine/api/v1/models/${id}`);
    expect(machine).toMatchObject({ id, provider: 'local', ...described });
    expect(machine.capabilities.includes('vision')).toBe(vision);
    expect(await get('/themachine/api/v1/models?provider=local')).toContainEqual(machine);
    const { models } = await get('/mini-devin/api/models?provider=ollama');
    expect(models.find((model: { id: string }) => model.id === id)).toMatchObject(described);
    const ofOrchestrateX = await get(`/orchestratex/api/models/${id}`);
    expect(ofOrchestrateX).toMatchObject({ name: id, provider: 'ollama', context_window: window });
    expect(await get('/orchestratex/api/models/')).toContainEqual(ofOrchestrateX);
  },
);

test('a model is selected by what its server reports', async () => {
  const ask = createLegacyClient(`${server.url}/themachine/api/v1`);
  const bearer = { authorization: `Bearer ${ann.token}` };
  const select = async (body: object) =>
    (await ask('POST', '/orchestration/model-selection', body, bearer)).body.selected_model;
  expect(await select({ required_capabilities: ['vision'], context_size: 100_000 })).toMatchObject({
    id: 'gemma3:4b',
    context_window: 131_072,
  });
  const refused = await ask('POST', '/models/plain:old/select', { context_size: 5_000 }, bearer);
  expect(refused.body.detail).toBe('context_size: must be at most 4096 for plain:old');
});
