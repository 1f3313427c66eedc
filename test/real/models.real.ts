import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Client, data, rebuildText, TASK_EVENTS, type TaskEvent } from '../harness/client.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { follow as followOrchestration, read, start } from '../orchestrations/orchestra.ts';
import { createTemplate } from '../templates/template.ts';
import { watchActivity } from './activity.ts';
import { type Relay, startRelay } from './relay.ts';

/** A kind of server: the variables that hold its address, and optionally its key and the model to drive. */
const SERVERS = [
  { provider: 'OLLAMA', address: 'OLLAMA_HOST', key: 'OLLAMA_API_KEY', model: 'OLLAMA_MODEL' },
  { provider: 'OPENAI', address: 'OPENAI_BASE_URL', key: 'OPENAI_API_KEY', model: 'OPENAI_MODEL' },
  {
    provider: 'ANTHROPIC',
    address: 'ANTHROPIC_BASE_URL',
    key: 'ANTHROPIC_API_KEY',
    model: 'ANTHROPIC_MODEL',
  },
] as const;

/** What Ollama is asked to load a model with where a window is to be filled. */
const OLLAMA_WINDOW = 1_024;

/** Filling a larger window takes a small machine hours. */
const LARGEST_WINDOW = 16_384;

/** Older turns of a thread are summarised, or left out. */
const SHORTENED = ['ContextCompacted', 'ThreadTruncated'];

const MODELS = `query ($provider: Provider!, $search: String) {
  models(first: 1, filter: { provider: $provider, isActive: true, search: $search }) {
    nodes { modelId contextWindow } } }`;

interface Listed {
  modelId: string;
  contextWindow: number | null;
}

describe.each(SERVERS)('$provider', ({ provider, address, key, model: variable }) => {
  const target = process.env[address];
  if (!target) {
    test.skip(`no server: ${address} is not set`);
    return;
  }

  let relay: Relay;
  let server: TestServer;
  let ann: Client;
  /** As tasks name it. */
  let model: string;
  let listed: Listed;

  beforeAll(async () => {
    relay = await startRelay(target.includes('://') ? target : `http://${target}`);
    await fetch(relay.url).catch((error) => expect.fail(`${address}=${target} does not answer: ${error}`));
    const apiKey = process.env[key];
    server = await startTestServer({
      variables: {
        PROVIDER_RETRY_SECONDS: '150',
        [address]: relay.url,
        ...(apiKey && { [key]: apiKey }),
      },
    });
    ann = await server.newUser();
    const search = process.env[variable];
    listed = await vi.waitFor(() => find(search), { timeout: 30_000, interval: 500 });
    model = `${provider.toLowerCase()}/${search ?? listed.modelId}`;
  });
  afterAll(async () => {
    await server?.stop();
    await relay?.stop();
  });

  async function find(search: string | undefined): Promise<Listed> {
    const [found] = data(await ann.query(MODELS, { provider, search })).models.nodes;
    return found ?? expect.fail(`${address}=${target} lists no model ${search ?? ''}`);
  }

  /** A task when it has ended, and its events. */
  async function run(input: object) {
    const id = await ann.createTask({ model, ...input });
    const events = await ann.events(id);
    return { events, task: await ann.task(id) };
  }

  /** The id of a task whose answer has begun. */
  async function begin(prompt: string): Promise<string> {
    const id = await ann.createTask({ model, prompt });
    for await (const payload of ann.subscribe(TASK_EVENTS, { id })) {
      if (data(payload).taskEvents.__typename === 'TokensGenerated') return id;
    }
    throw new Error('the task ended before its first token');
  }

  const typesOf = (events: readonly TaskEvent[]) => events.map(({ __typename }) => __typename);

  test('a prompt is answered: the text of the events is the result, and its tokens are counted', async () => {
    const { task, events } = await run({ prompt: 'Name three colours.' });
    expect(task.status, JSON.stringify(task.error)).toBe('COMPLETED');
    expect(task.result.output).toBe(rebuildText(events));
    expect(task.usage.inputTokens).toBeGreaterThan(0);
    expect(task.usage.outputTokens).toBeGreaterThan(0);
  });

  test('an answer ends at its limit of tokens', async () => {
    const { task } = await run({ prompt: 'Count from 1 to 500.', parameters: { maxTokens: 8 } });
    expect(task.status, JSON.stringify(task.error)).toBe('COMPLETED');
    expect(task.usage.outputTokens).toBeLessThanOrEqual(8);
  });

  test('structured output meets its schema, or the task fails with the reason', async () => {
    const responseSchema = {
      type: 'object',
      properties: { colour: { enum: ['red', 'green', 'blue'] } },
      required: ['colour'],
      additionalProperties: false,
    };
    const { task } = await run({ prompt: 'Name one colour.', responseSchema });
    if (task.status === 'COMPLETED')
      expect(task.result.data).toEqual({ colour: expect.stringMatching(/^(red|green|blue)$/) });
    else expect(task.error.code).toBe('OUTPUT_INVALID');
  });

  test('a template asks the model', async () => {
    const steps = [{ key: 'hello', type: 'GENERATE', model, prompt: 'Say hello to {{ name }}.' }];
    const parameters = [{ name: 'name', type: 'STRING', required: true }];
    const { name } = await createTemplate(ann, { parameters, steps });
    const input = { kind: 'TEMPLATE', templateName: name, templateParameters: { name: 'Ann' } };
    const { task } = await run({ ...input, model: undefined });
    expect(task.status, JSON.stringify(task.error)).toBe('COMPLETED');
  });

  test('an agent uses its tools, fails with the reason, or is refused with a model that has none', async () => {
    const prompt = 'Write the word hello into the file hello.txt with your tools, then finish.';
    const input = { model, kind: 'AGENT', prompt, maxIterations: 3 };
    const create = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }';
    const answer = await ann.query(create, { input });
    if (answer.errors) {
      const { code, field } = answer.errors[0]!.extensions;
      return expect([code, field]).toEqual(['VALIDATION_ERROR', 'model']);
    }
    const { id } = data(answer).createTask.task;
    await ann.events(id);
    const task = await ann.task(id);
    if (task.status === 'COMPLETED') expect(task.toolCalls.length).toBeGreaterThan(0);
    else expect(task).toMatchObject({ status: 'FAILED', error: { code: expect.any(String) } });
  });

  test('an orchestration ends with an answer', async () => {
    const id = await start(ann, { preferredModels: [model], maxIterations: 1 });
    const events = await followOrchestration(ann, id);
    const orchestration = await read(ann, id);
    expect(typesOf(events).at(-1), JSON.stringify(orchestration.error)).toBe('RunCompleted');
    expect(orchestration.finalResponse).toEqual(expect.any(String));
  });

  test('a thread goes on beyond the context window', async ({ skip }) => {
    const window = provider === 'OLLAMA' ? OLLAMA_WINDOW : listed.contextWindow;
    if (window === null) return skip('its context window is not known');
    if (window > LARGEST_WINDOW) return skip(`its context window of ${window} tokens is not filled here`);
    const created = await ann.query('mutation { createThread(input: {}) { thread { id } } }');
    const threadId = data(created).createThread.thread.id;
    // 45 characters are about 10 tokens; a turn takes almost half of the window.
    const long = 'The quick brown fox jumps over the lazy dog. '.repeat(Math.floor(window / 25));
    const parameters = { maxTokens: 64, ...(provider === 'OLLAMA' && { numCtx: window }) };
    let isShortened = false;
    for (let turn = 0; turn < 3; turn += 1) {
      const prompt = `${long}\nHow many animals are there?`;
      const { task, events } = await run({ threadId, prompt, parameters });
      expect(task.status, JSON.stringify(task.error)).toBe('COMPLETED');
      isShortened ||= typesOf(events).some((type) => SHORTENED.includes(type));
    }
    expect(isShortened).toBe(true);
  });

  test('cancel in mid-answer: the connection is closed, and the server stops', async () => {
    const id = await begin('Count from 1 to 2000, one number per line.');
    const isWorking = await watchActivity(target.includes('://') ? target : `http://${target}`);
    await ann.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }', { id });
    expect((await ann.events(id)).at(-1)).toMatchObject({ __typename: 'RunCancelled' });
    await expect.poll(() => relay.open(), { timeout: 20_000 }).toBe(0);
    if (isWorking) await expect.poll(isWorking, { timeout: 20_000 }).toBe(false);
    const { task } = await run({ prompt: 'Name one colour.', parameters: { maxTokens: 8 } });
    expect(task.status, JSON.stringify(task.error)).toBe('COMPLETED');
  });

  test('a server that is gone in mid-answer and comes back later has lost no task', async () => {
    const id = await begin('Count from 1 to 200, one number per line.');
    relay.cut();
    setTimeout(relay.restore, 5_000);
    const events = await ann.events(id);
    const task = await ann.task(id);
    expect(typesOf(events), 'the answer was complete before the cut').toContain('ModelCallFailed');
    expect(task.status, JSON.stringify(task.error)).toBe('COMPLETED');
    expect(task.result.output).toBe(rebuildText(events));
  });
});
