import { expect } from 'vitest';
import { type Client, data } from '../harness/client.ts';
import { create, type World } from './world.ts';

/** Makes an object that an example needs. @returns its id, or the text that the example is given. */
export type Fixture = (world: World) => Promise<string>;

export const held =
  (more: object = {}): Fixture =>
  ({ admin }) =>
    admin.createTask({ prompt: 'Say hello.', model: 'demo', hold: true, ...more });

/** A bulk operation. */
export const bulk: Fixture = async ({ admin }) => {
  const document =
    'mutation { cancelRuns(input: { filter: { tags: ["nightly"] } }) { bulkOperation { id } } }';
  return data(await admin.query(document)).cancelRuns.bulkOperation.id;
};

/** A task that has completed. */
export const done =
  (more: object = {}): Fixture =>
  async ({ admin }) => {
    const id = await admin.createTask({ prompt: 'Say hello.', model: 'demo', ...more });
    await admin.events(id);
    return id;
  };

export const failed: Fixture = async ({ admin }) => {
  const id = await held()({ admin } as World);
  await create(
    admin,
    'mutation ($id: ID!) { endTask(input: { id: $id, status: FAILED, error: "No." }) { task { id } } }',
    { id },
  );
  return id;
};

export const session: Fixture = async ({ admin }) =>
  (await create(admin, 'mutation { createSession(input: { name: "Notes" }) { session { id } } }')).session.id;

export const thread: Fixture = async ({ admin }) =>
  (await create(admin, 'mutation { createThread(input: { title: "The sky" }) { thread { id } } }')).thread.id;

export const agent: Fixture = async ({ admin }) =>
  (
    await create(
      admin,
      'mutation { createAgent(input: { name: "Reviewer", type: "review", model: "demo" }) { agent { id } } }',
    )
  ).agent.id;

let templates = 0;

export const template: Fixture = async ({ admin }) => {
  templates += 1;
  const input = {
    name: `template-${templates}`,
    steps: [{ generate: { key: 'sum', model: 'demo', prompt: 'Sum up.' } }],
  };
  const mutation =
    'mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { template { id } } }';
  return (await create(admin, mutation, { input })).template.id;
};

const STEPS = `[
  { key: "facts", forEach: "input.topics", task: "One fact about {{ item }}.", model: "demo" }
  { key: "report", dependsOn: ["facts"], condition: "input.topics.size > 1", task: "Report: {{ steps.facts.output }}", model: "demo" }
]`;

export const workflow: Fixture = async ({ admin }) =>
  (
    await create(
      admin,
      `mutation { createWorkflow(input: { name: "Briefing", steps: ${STEPS} }) { workflow { id } } }`,
    )
  ).workflow.id;

const EXECUTE =
  'mutation ($input: ExecuteWorkflowInput!) { executeWorkflow(input: $input) { execution { id } } }';
const CREATE_WORKFLOW =
  'mutation ($input: CreateWorkflowInput!) { createWorkflow(input: $input) { workflow { id } } }';

/** An execution of one step. */
async function executeStep({ admin }: World, step: { task: string; model: string }): Promise<string> {
  const input = { name: 'One step', steps: [{ key: 'one', ...step }] };
  const workflowId = (await create(admin, CREATE_WORKFLOW, { input })).workflow.id;
  return (await create(admin, EXECUTE, { input: { workflowId } })).execution.id;
}

/** Of a model that takes a minute to answer. */
const SLOW = 'gpt-4.1@ttft=60000';

export const runningExecution: Fixture = (world) => executeStep(world, { task: 'Hello', model: SLOW });

async function finish(client: Client, field: string, argument: string, id: string): Promise<string> {
  const events = client.subscribe(`subscription ($id: ID!) { ${field}(${argument}: $id) { __typename } }`, {
    id,
  });
  for await (const payload of events) data(payload);
  return id;
}

export const execution: Fixture = async (world) => {
  const input = { workflowId: await workflow(world), input: { topics: ['Mars', 'Venus', 'Pluto'] } };
  const { id } = (await create(world.admin, EXECUTE, { input })).execution;
  return finish(world.admin, 'executionEvents', 'executionId', id);
};

/** What its text reads is not there. */
export const failedExecution: Fixture = async (world) => {
  const id = await executeStep(world, { task: '{{ input.text }}', model: 'demo' });
  return finish(world.admin, 'executionEvents', 'executionId', id);
};

const START =
  'mutation ($input: StartOrchestrationInput!) { startOrchestration(input: $input) { orchestration { id } } }';

/** Three rounds, of which each is better than the one before. */
export const orchestration: Fixture = async (world) => {
  const { author, evaluator } = world.scriptOrchestration();
  const input = {
    prompt: 'Why is the sky blue?',
    preferredModels: [author, evaluator],
    evaluationThreshold: 8.5,
  };
  const { id } = (await create(world.admin, START, { input })).orchestration;
  return finish(world.admin, 'orchestrationEvents', 'orchestrationId', id);
};

export const runningOrchestration: Fixture = async ({ admin }) =>
  (await create(admin, START, { input: { prompt: 'Hello', preferredModels: [SLOW] } })).orchestration.id;

/** Fails: no call fits its limit. */
export const failedOrchestration: Fixture = async (world) => {
  const input = { prompt: 'Hello', preferredModels: ['gpt-4.1'], costLimit: 0.000001 };
  const { id } = (await create(world.admin, START, { input })).orchestration;
  return finish(world.admin, 'orchestrationEvents', 'orchestrationId', id);
};

export const model: Fixture = async ({ admin }) => {
  const input = {
    provider: 'CUSTOM',
    modelId: `ours-${crypto.randomUUID()}`,
    baseUrl: 'https://models.example.com/v1',
  };
  const mutation = 'mutation ($input: CreateModelInput!) { createModel(input: $input) { model { id } } }';
  return (await create(admin, mutation, { input })).model.id;
};

export const integration: Fixture = async ({ admin, receiverUrl: url }) => {
  const mutation =
    'mutation ($url: String!) { createIntegration(input: { platform: WEBHOOK, url: $url }) { integration { id } } }';
  return (await create(admin, mutation, { url })).integration.id;
};

/** An integration that has been notified of the end of a task. */
export const notified: Fixture = async (world) => {
  const id = await integration(world);
  await done()(world);
  await deliveryOf(world, id);
  return id;
};

async function deliveryOf({ admin }: World, id: string): Promise<string> {
  const query = 'query ($id: ID!) { integration(id: $id) { deliveries { nodes { id status } } } }';
  const read = async () => data(await admin.query(query, { id })).integration.deliveries.nodes[0];
  await expect.poll(async () => (await read())?.status).toBe('DELIVERED');
  return (await read()).id;
}

export const delivery: Fixture = async (world) => deliveryOf(world, await notified(world));

export const person: Fixture = async ({ server }) =>
  data(await (await server.newUser()).query('{ viewer { id } }')).viewer.id;

export const apiKey: Fixture = async ({ admin }) =>
  (await create(admin, 'mutation { createApiKey(input: { name: "ci" }) { apiKey { id } } }')).apiKey.id;

const REGISTER = 'mutation ($input: RegisterInput!) { register(input: $input) { refreshToken } }';

export const refreshToken: Fixture = async ({ server }) => {
  const input = { email: 'carol@example.com', password: 'a good password', name: 'Carol' };
  return (await create(server.anonymous, REGISTER, { input })).refreshToken;
};

export const inviteToken: Fixture = async ({ admin }) =>
  (await create(admin, 'mutation { inviteUser(input: { email: "bob@example.com" }) { inviteToken } }'))
    .inviteToken;

export const resetToken: Fixture = async (world) => {
  const mutation = 'mutation ($id: ID!) { createPasswordReset(input: { id: $id }) { resetToken } }';
  return (await create(world.admin, mutation, { id: await person(world) })).resetToken;
};
