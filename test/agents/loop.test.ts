import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, data, type TaskEvent } from '../harness/client.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { type ScriptedAnswer, startVendor, type Vendor } from '../vendor/server.ts';

let vendor: Vendor;
let server: TestServer;
let ann: Client;
let models = 0;

beforeAll(async () => {
  vendor = await startVendor();
  server = await startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } });
  ann = await server.newUser();
});
afterAll(async () => {
  await server?.stop();
  await vendor?.stop();
});

/** A model of its own that answers as the script says. */
function scripted(...answers: ScriptedAnswer[]): string {
  models += 1;
  const model = `gpt-4o@key=${models}`;
  vendor.scripts.set(model, answers);
  return model;
}

const call = (name: string, input: string | Record<string, unknown>): ScriptedAnswer => ({
  toolCalls: [{ name, arguments: input }],
});

const newAgent = (model: string, more: object = {}) =>
  ann.createTask({ kind: 'AGENT', prompt: 'Do it', model, ...more });

const types = (events: TaskEvent[]) => events.map(({ __typename: type }) => type);
const ofType = (events: TaskEvent[], type: string) => events.filter(({ __typename: name }) => name === type);

/** The messages of the model's requests, one list for each. */
function asked(model: string): { role: string; content: string; tool_calls?: unknown[] }[][] {
  return vendor.requests.filter(({ body }) => body.model === model).map(({ body }) => body.messages as never);
}

describe('the end of a task', () => {
  test('an answer without a tool call is the summary', async () => {
    const id = await newAgent(scripted({ text: 'All is well.' }));
    const events = await ann.events(id);
    expect(types(events).slice(1)).toEqual([
      'RunCreated',
      'AgentSelected',
      'RunStarted',
      'ModelCallStarted',
      ...types(ofType(events, 'TokensGenerated')),
      'ModelCallCompleted',
      'ProgressMade',
      'RunCompleted',
    ]);
    expect(await ann.task(id)).toMatchObject({
      status: 'COMPLETED',
      iterations: 1,
      plan: { steps: [] },
      agent: { name: 'Generalist' },
      result: { success: true, summary: 'All is well.', output: 'All is well.' },
    });
  });

  test('finish ends it with what the agent says of it', async () => {
    const summary = 'It cannot be done.';
    const model = scripted(call('finish', { summary, success: false }));
    const id = await newAgent(model);
    const events = await ann.events(id);
    expect(events.at(-1)).toMatchObject({ result: { success: false, summary, output: summary } });
    expect(ofType(events, 'ToolCallStarted')).toMatchObject([{ tool: 'finish', input: { summary } }]);
    expect(ofType(events, 'ToolCallCompleted')).toMatchObject([{ tool: 'finish', isError: false }]);
    expect(asked(model)).toHaveLength(1);
  });
});

test('ask, answer', async () => {
  const model = scripted(call('ask_user', { question: 'Which?' }), { text: 'done' });
  const id = await newAgent(model);
  const following = ann.events(id);
  for await (const payload of ann.subscribe(`subscription { taskEvents(taskId: "${id}") { __typename } }`)) {
    if (data(payload).taskEvents.__typename === 'InputRequested') break;
  }
  expect((await ann.task(id)).status).toBe('WAITING');
  await ann.query(
    'mutation ($input: ProvideTaskInputInput!) { provideTaskInput(input: $input) { task { status } } }',
    {
      input: { id, text: 'The red one' },
    },
  );
  const events = await following;
  console.log(
    JSON.stringify(
      events.map(({ at, ...e }) => e),
      null,
      0,
    ),
  );
  console.log(JSON.stringify(asked(model)));
});
