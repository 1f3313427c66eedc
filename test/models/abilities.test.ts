import { beforeAll, describe, expect, test } from 'vitest';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';

const CREATE_TASK =
  'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id model fallbackModels } } }';
const CREATE_AGENT = 'mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }';

/** Found models are in the order of their names. */
const EMBEDDING = 'all-minilm:22m';
const PLAIN = 'gemma3:270m';
const ABLE = 'qwen3:8b';

const vendor = fixture(startVendor);
beforeAll(async () => {
  vendor.ollamaModels.delete('llama3.2:latest');
  const model = { architecture: 'bert', window: 512 };
  vendor.ollamaModels.set(EMBEDDING, { ...model, digest: 'e', capabilities: ['embedding'] });
  vendor.ollamaModels.set('nomic-embed-text:latest', { ...model, digest: 'n', capabilities: ['embedding'] });
  vendor.ollamaModels.set(PLAIN, { ...model, digest: 'p', capabilities: ['completion'] });
});
const server = fixture(() => startTestServer({ variables: { OLLAMA_HOST: vendor.url } }));
const admin = fixture(() => server.newUser());
beforeAll(async () => {
  // The catalog is up to date when a pull has ended.
  const pull = 'mutation ($input: PullModelInput!) { pullModel(input: $input) { task { id } } }';
  const { id } = data(await admin.query(pull, { input: { model: 'pulled:1' } })).pullModel.task;
  expect((await admin.events(id)).at(-1)).toMatchObject({ __typename: 'RunCompleted' });
});

const agent = async (more: object = {}) =>
  data(await admin.query(CREATE_AGENT, { input: { name: 'a', type: 'general', ...more } })).createAgent.agent
    .id;

/** The model of a fresh task, or the refusal. */
async function modelOf(input: object): Promise<unknown> {
  const { errors, ...answer } = await admin.query(CREATE_TASK, {
    input: { prompt: 'x', hold: true, ...input },
  });
  if (!errors) return data(answer).createTask.task.model;
  const { code, field, allowed } = errors[0]!.extensions as Record<string, unknown>;
  return { code, field, allowed };
}

test('the catalog shows what the server reports', async () => {
  const query = `query ($name: String!) { model(by: { name: $name }) {
    capabilities contextWindow supportsFunctionCalling supportsVision } }`;
  const shown = async (name: string) => data(await admin.query(query, { name })).model;
  expect(await shown(ABLE)).toEqual({
    capabilities: ['TEXT', 'REASONING'],
    contextWindow: 40_960,
    supportsFunctionCalling: true,
    supportsVision: false,
  });
  expect(await shown(EMBEDDING)).toMatchObject({ capabilities: ['EMBEDDING'], contextWindow: 512 });
});

describe('a task without a model', () => {
  test('never gets an embedding model, nor as a fallback', async () => {
    expect(await modelOf({})).toBe(PLAIN);
    const { fallbackModels } = data(await admin.query(CREATE_TASK, { input: { prompt: 'x', hold: true } }))
      .createTask.task;
    expect(fallbackModels).toEqual(['ollama/pulled:1', `ollama/${ABLE}`]);
  });

  test('of an agent gets a model with tools', async () => {
    expect(await modelOf({ kind: 'AGENT', agentId: await agent() })).toBe('pulled:1');
    expect(await modelOf({ kind: 'AGENT', agentId: await agent({ tools: [] }) })).toBe(PLAIN);
  });
});

describe('a model that cannot do it is refused before anything is made', () => {
  const answering = ['demo', PLAIN, 'pulled:1', ABLE];
  const calling = ['demo', 'pulled:1', ABLE];
  const refused = async (input: object, field: string, allowed: readonly string[]) => {
    expect(await modelOf(input)).toEqual({ code: 'VALIDATION_ERROR', field, allowed });
  };

  test('for a prompt, by any of its names', async () => {
    for (const model of [EMBEDDING, `ollama/${EMBEDDING}`, 'nomic-embed-text', 'ollama/nomic-embed-text'])
      await refused({ model }, 'input.model', answering);
    await refused({ model: ABLE, fallbackModels: [PLAIN, EMBEDDING] }, 'input.fallbackModels.1', answering);
  });

  test('for an agent that has tools', async () => {
    const agentId = await agent();
    await refused({ kind: 'AGENT', agentId, model: PLAIN }, 'input.model', calling);
    await refused(
      { kind: 'AGENT', agentId, model: ABLE, fallbackModels: [PLAIN] },
      'input.fallbackModels.0',
      calling,
    );
    expect(await modelOf({ kind: 'AGENT', agentId: await agent({ tools: [] }), model: PLAIN })).toBe(PLAIN);
  });

  test('as the model of an agent, of a workflow’s step and of a template’s', async () => {
    const code = async (query: string, input: object) => {
      const { errors } = await admin.query(query, { input });
      const { code, field } = errors![0]!.extensions as Record<string, unknown>;
      return [code, field];
    };
    expect(await code(CREATE_AGENT, { name: 'a', type: 'b', model: PLAIN })).toEqual([
      'VALIDATION_ERROR',
      'input.model',
    ]);
    const workflow =
      'mutation ($input: CreateWorkflowInput!) { createWorkflow(input: $input) { workflow { id } } }';
    const step = { key: 's', agentId: await agent(), model: PLAIN, task: 'x' };
    expect(await code(workflow, { name: 'w', steps: [step] })).toEqual([
      'VALIDATION_ERROR',
      'input.steps.0.model',
    ]);
    const templateParameters = { model: EMBEDDING, prompt: 'x' };
    const templated = await admin.query(CREATE_TASK, {
      input: { templateName: 'ollama-inference', templateParameters },
    });
    expect(templated.errors![0]!.extensions).toMatchObject({ code: 'VALIDATION_ERROR' });
    expect(templated.errors![0]!.message).toContain('does not answer prompts');
  });

  test('as the other model of a task that is there', async () => {
    const { id } = data(
      await admin.query(CREATE_TASK, {
        input: { kind: 'AGENT', agentId: await agent(), hold: true, prompt: 'x' },
      }),
    ).createTask.task;
    const update = 'mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task { model } } }';
    const { errors } = await admin.query(update, { input: { id, model: PLAIN } });
    expect(errors![0]!.extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      field: 'input.model',
      allowed: calling,
    });
  });

  test('an admin’s word goes before the server’s', async () => {
    const { id } = data(
      await admin.query('query ($name: String!) { model(by: { name: $name }) { id } }', { name: PLAIN }),
    ).model;
    const update = 'mutation ($input: UpdateModelInput!) { updateModel(input: $input) { model { id } } }';
    data(await admin.query(update, { input: { id, supportsFunctionCalling: true } }));
    expect(await modelOf({ kind: 'AGENT', agentId: await agent(), model: PLAIN })).toBe(PLAIN);
  });
});
