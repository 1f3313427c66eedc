import { type Client, data } from '../harness/client.ts';
import { create, type World } from './world.ts';

type Fixture = (world: World) => Promise<string>;

const held =
  (more: object = {}): Fixture =>
  ({ admin }) =>
    admin.createTask({ prompt: 'Say hello.', model: 'demo', hold: true, ...more });

/** A task that has completed. */
const done =
  (more: object = {}): Fixture =>
  async ({ admin }) => {
    const id = await admin.createTask({ prompt: 'Say hello.', model: 'demo', ...more });
    await admin.events(id);
    return id;
  };

const failed: Fixture = async ({ admin }) => {
  const id = await held()({ admin } as World);
  await create(
    admin,
    'mutation ($id: ID!) { endTask(input: { id: $id, status: FAILED, error: "No." }) { task { id } } }',
    { id },
  );
  return id;
};

const AGENT_PROMPT =
  'Call write_file {"path":"hello.sh","content":"echo Hello\\n"}, then terminal {"command":"bash hello.sh"}, then finish {"summary":"hello.sh greets."}';

const session: Fixture = async ({ admin }) =>
  (await create(admin, 'mutation { createSession(input: { name: "Notes" }) { session { id } } }')).session.id;

const thread: Fixture = async ({ admin }) =>
  (await create(admin, 'mutation { createThread(input: { title: "The sky" }) { thread { id } } }')).thread.id;

const agent: Fixture = async ({ admin }) =>
  (
    await create(
      admin,
      'mutation { createAgent(input: { name: "Reviewer", type: "review", model: "demo" }) { agent { id } } }',
    )
  ).agent.id;

let templates = 0;

const template: Fixture = async ({ admin }) => {
  templates += 1;
  const input = {
    name: `template-${templates}`,
    steps: [{ id: 'sum', type: 'GENERATE', model: 'demo', prompt: 'Sum up.' }],
  };
  const mutation =
    'mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { template { id } } }';
  return (await create(admin, mutation, { input })).template.id;
};

const STEPS = `[
  { id: "facts", forEach: "input.topics", task: "One fact about {{ item }}.", model: "demo" }
  { id: "report", dependsOn: ["facts"], condition: "input.topics.size > 1", task: "Report: {{ steps.facts.output }}", model: "demo" }
]`;

const workflow: Fixture = async ({ admin }) =>
  (
    await create(
      admin,
      `mutation { createWorkflow(input: { name: "Briefing", steps: ${STEPS} }) { workflow { id } } }`,
    )
  ).workflow.id;

async function startExecution(world: World): Promise<string> {
  const workflowId = await workflow(world);
  const mutation = `mutation ($input: ExecuteWorkflowInput!) { executeWorkflow(input: $input) { execution { id } } }`;
  const input = { workflowId, input: { topics: ['Mars', 'Venus', 'Pluto'] } };
  return (await create(world.admin, mutation, { input })).execution.id;
}

async function finish(client: Client, field: string, argument: string, id: string): Promise<string> {
  const events = client.subscribe(`subscription ($id: ID!) { ${field}(${argument}: $id) { __typename } }`, {
    id,
  });
  for await (const payload of events) data(payload);
  return id;
}

const execution: Fixture = async (world) =>
  finish(world.admin, 'executionEvents', 'executionId', await startExecution(world));

/** Its only step fails. */
const failedExecution: Fixture = async (world) => {
  const input = { name: 'Fails', steps: [{ id: 'one', task: '{{ input.text }}', model: 'demo' }] };
  const made =
    'mutation ($input: CreateWorkflowInput!) { createWorkflow(input: $input) { workflow { id } } }';
  const workflowId = (await create(world.admin, made, { input })).workflow.id;
  const run = 'mutation ($id: ID!) { executeWorkflow(input: { workflowId: $id }) { execution { id } } }';
  const { id } = (await create(world.admin, run, { id: workflowId })).execution;
  return finish(world.admin, 'executionEvents', 'executionId', id);
};

const START =
  'mutation ($input: StartOrchestrationInput!) { startOrchestration(input: $input) { orchestration { id } } }';

/** Three rounds, of which each is better than the one before. */
const orchestration: Fixture = async (world) => {
  const { author, evaluator } = world.scriptOrchestration();
  const input = {
    prompt: 'Why is the sky blue?',
    preferredModels: [author, evaluator],
    evaluationThreshold: 8.5,
  };
  const { id } = (await create(world.admin, START, { input })).orchestration;
  return finish(world.admin, 'orchestrationEvents', 'orchestrationId', id);
};

/** Fails: no call fits its limit. */
const failedOrchestration: Fixture = async (world) => {
  const input = { prompt: 'Hello', preferredModels: ['gpt-4.1'], costLimit: 0.000001 };
  const { id } = (await create(world.admin, START, { input })).orchestration;
  return finish(world.admin, 'orchestrationEvents', 'orchestrationId', id);
};

const model: Fixture = async ({ admin }) => {
  const input = {
    provider: 'CUSTOM',
    modelId: `ours-${crypto.randomUUID()}`,
    baseUrl: 'https://models.example.com/v1',
  };
  const mutation = 'mutation ($input: CreateModelInput!) { createModel(input: $input) { model { id } } }';
  return (await create(admin, mutation, { input })).model.id;
};

const integration: Fixture = async ({ admin, receiverUrl: url }) => {
  const mutation =
    'mutation ($url: String!) { createIntegration(input: { platform: WEBHOOK, url: $url }) { integration { id } } }';
  return (await create(admin, mutation, { url })).integration.id;
};

/** An integration that has been notified of the end of a task. */
const notified: Fixture = async (world) => {
  const id = await integration(world);
  await done()(world);
  await deliveryOf(world, id);
  return id;
};

async function deliveryOf({ admin }: World, id: string): Promise<string> {
  const query = 'query ($id: ID!) { integration(id: $id) { deliveries { nodes { id status } } } }';
  for (;;) {
    const { nodes } = data(await admin.query(query, { id })).integration.deliveries;
    if (nodes[0]?.status === 'DELIVERED') return nodes[0].id;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const person: Fixture = async ({ server }) =>
  data(await (await server.newUser()).query('{ viewer { id } }')).viewer.id;

const apiKey: Fixture = async ({ admin }) =>
  (await create(admin, 'mutation { createApiKey(input: { name: "ci" }) { apiKey { id } } }')).apiKey.id;

const REGISTER = 'mutation ($input: RegisterInput!) { register(input: $input) { refreshToken } }';

const refreshToken: Fixture = async ({ server }) => {
  const input = { email: 'carol@example.com', password: 'a good password', name: 'Carol' };
  return (await create(server.anonymous, REGISTER, { input })).refreshToken;
};

const inviteToken: Fixture = async ({ admin }) =>
  (await create(admin, 'mutation { inviteUser(input: { email: "bob@example.com" }) { inviteToken } }'))
    .inviteToken;

const resetToken: Fixture = async (world) => {
  const mutation = 'mutation ($id: ID!) { createPasswordReset(input: { id: $id }) { resetToken } }';
  return (await create(world.admin, mutation, { id: await person(world) })).resetToken;
};

/** What the variables of the pages' documents stand for, by their names. */
const BY_NAME: Record<string, Fixture> = {
  taskId: done(),
  sessionId: session,
  threadId: thread,
  agentId: agent,
  templateId: template,
  workflowId: workflow,
  executionId: execution,
  orchestrationId: orchestration,
  modelId: model,
  integrationId: integration,
  deliveryId: async (world) => deliveryOf(world, await notified(world)),
  userId: person,
  keyId: apiKey,
  url: async ({ receiverUrl }) => receiverUrl,
  refreshToken,
  inviteToken,
  resetToken,
};

/** The same for fields that need an object in a certain state: `executeTask.taskId`. */
const BY_FIELD: Record<string, Fixture> = {
  'executeTask.taskId': held(),
  'updateTask.taskId': held(),
  'updateTaskPriority.taskId': held(),
  'endTask.taskId': held(),
  'cancelTask.taskId': held(),
  'deleteTask.taskId': done(),
  'retryTask.taskId': failed,
  'provideTaskInput.taskId': held({ kind: 'AGENT' }),
  'executeWorkflow.workflowId': workflow,
  'cancelExecution.executionId': startExecution,
  'retryExecution.executionId': failedExecution,
  'cancelOrchestration.orchestrationId': async ({ admin }) =>
    (await create(admin, START, { input: { prompt: 'Hello', preferredModels: ['gpt-4.1@ttft=60000'] } }))
      .orchestration.id,
  'retryOrchestration.orchestrationId': failedOrchestration,
  'integration.integrationId': notified,
};

/** Of pages that are about tasks of a certain kind. */
const BY_PAGE: Record<string, Record<string, Fixture>> = {
  'README.md': { taskId: done({ model: null }) },
  'docs/guide/agents.md': { taskId: done({ kind: 'AGENT', type: 'code', prompt: AGENT_PROMPT }) },
};

/** What a page's examples find there. */
const SET_UPS: Record<string, Fixture> = {
  'docs/guide/prediction.md': done({
    kind: 'AGENT',
    type: 'security_scan',
    predict: true,
    prompt: 'Call finish {"summary":"Safe."}',
  }),
  'docs/guide/analytics.md': orchestration,
};

export async function setUp(world: World, page: string): Promise<void> {
  await SET_UPS[page]?.(world);
}

/** @returns what a variable of a page's document is given. @param field the first one of the document */
export async function fixtureFor(world: World, page: string, field: string, name: string): Promise<string> {
  const fixture = BY_FIELD[`${field}.${name}`] ?? BY_PAGE[page]?.[name] ?? BY_NAME[name];
  if (!fixture) throw new Error(`test/docs/fixtures.ts has nothing for the variable $${name} of ${field}`);
  return fixture(world);
}

/** They end logins, so they are another account's. */
const ENDING_LOGINS = ['logout', 'logoutEverywhere', 'changePassword'];

export async function clientOf({ admin, server }: World, field: string): Promise<Client> {
  return ENDING_LOGINS.includes(field) ? server.newUser() : admin;
}
