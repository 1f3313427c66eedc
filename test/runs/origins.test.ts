import { execute, parse } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import { createComputation } from '../../src/computation/computation.ts';
import type { Services } from '../../src/context.ts';
import { createSerializeLarge } from '../../src/http/overload/answer-size.ts';
import { createOperationLimits } from '../../src/http/overload/operation-limits.ts';
import { createContext } from '../../src/http/requests/context.ts';
import { schema } from '../../src/schema/index.ts';
import { createReading } from '../../src/store/database/read-limit.ts';
import type { Origin } from '../../src/vocabulary.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { follow as followOrchestration } from '../orchestrations/orchestra.ts';
import { follow as followExecution } from '../workflows/workflows.ts';

let userId: string;

const server = fixture(startTestServer);
const ann = fixture(() => server.newUser());
beforeAll(async () => {
  userId = plain(data(await ann.query('{ viewer { id } }')).viewer.id);
});

function plain(id: string): string {
  return Buffer.from(id, 'base64url').toString().split(':')[1]!;
}

/** As a dialect has its documents carried out: in this process, under its own origin. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
async function through(origin: Origin, document: string): Promise<any> {
  const { store, config } = server;
  const computation = createComputation(config.rateLimitFactor);
  const services = {
    store,
    config,
    providers: ['demo'],
    computation,
    operationLimits: createOperationLimits(config, null),
    reading: createReading(config.poolMax),
    serializeLarge: createSerializeLarge(),
  } as unknown as Services;
  const viewer = { userId, isAdmin: true, expiresAt: null };
  const contextValue = createContext(services, { viewer, address: '127.0.0.1' }, origin);
  const answer = await execute({ schema, document: parse(document), contextValue });
  expect(answer.errors).toBeUndefined();
  return answer.data;
}

const TASK =
  'mutation { createTask(input: { title: "x", model: "demo@tokens=2" }) { task { id origin status } } }';
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';

test.each([
  ['themachine', 'THEMACHINE', `^task-${UUID}$`],
  ['ai-task-orchestra', 'AI_TASK_ORCHESTRA', `^${UUID}$`],
  ['mini-devin', 'MINI_DEVIN', `^${UUID}$`],
  ['amas', 'AMAS', '^task_20\\d{6}_\\d{6}_[0-9a-f]{8}$'],
  ['orchestratex', 'ORCHESTRATEX', `^${UUID}$`],
] as const)('a task of %s has its origin and form of id, and is carried out', async (origin, word, form) => {
  const { task } = (await through(origin, TASK)).createTask;
  expect(plain(task.id)).toMatch(new RegExp(form));
  expect(task.origin).toBe(word);
  expect((await ann.events(task.id)).at(-1)).toMatchObject({ __typename: 'RunCompleted' });
  const found = data(await ann.query(`{ tasks(filter: { origins: [${word}] }) { nodes { id } } }`));
  expect(found.tasks.nodes).toEqual([{ id: task.id }]);
});

test('an agent at work in a folder of its own', async () => {
  const task = 'createTask(input: { kind: AGENT, title: "x", model: "demo" }) { task { id } }';
  for (const origin of ['amas', 'themachine'] as const) {
    const { id } = (await through(origin, `mutation { ${task} }`)).createTask.task;
    await ann.events(id);
    const { workingDirectory } = data(await ann.query(`{ task(id: "${id}") { workingDirectory } }`)).task;
    expect(workingDirectory).toContain(plain(id));
  }
});

test('of TheMachine: agents, workflows and executions', async () => {
  const agent = await through(
    'themachine',
    'mutation { createAgent(input: { name: "a" }) { agent { id } } }',
  );
  expect(plain(agent.createAgent.agent.id)).toMatch(new RegExp(`^agent-${UUID}$`));
  const workflow = await through(
    'themachine',
    'mutation { createWorkflow(input: { name: "w", steps: [{ key: "a", task: "x", model: "demo" }] }) { workflow { id } } }',
  );
  const workflowId = workflow.createWorkflow.workflow.id;
  expect(plain(workflowId)).toMatch(new RegExp(`^workflow-${UUID}$`));
  const { executeWorkflow } = await through(
    'themachine',
    `mutation { executeWorkflow(input: { workflowId: "${workflowId}" }) { execution { id } } }`,
  );
  const { id } = executeWorkflow.execution;
  expect(plain(id)).toMatch(new RegExp(`^execution-${UUID}$`));
  const events = await followExecution(ann, id);
  expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted' });
  const made = events.find(({ __typename: type }) => type === 'StepTaskCreated')!;
  expect(plain(String(made.taskId))).toMatch(new RegExp(`^task-${UUID}$`));
});

test('of OrchestrateX: sessions, threads and orchestrations', async () => {
  const session = await through(
    'orchestratex',
    'mutation { createSession(input: { userLabel: "u" }) { session { id } } }',
  );
  const sessionId = session.createSession.session.id;
  const thread = await through(
    'orchestratex',
    `mutation { createThread(input: { sessionId: "${sessionId}", domain: "coding" }) { thread { id } } }`,
  );
  const threadId = thread.createThread.thread.id;
  const { startOrchestration } = await through(
    'orchestratex',
    `mutation { startOrchestration(input: { prompt: "x", threadId: "${threadId}", preferredModels: ["demo"], maxIterations: 1 }) {
      orchestration { id origin } } }`,
  );
  const { id, origin } = startOrchestration.orchestration;
  expect(origin).toBe('ORCHESTRATEX');
  for (const one of [sessionId, threadId, id]) expect(plain(one)).toMatch(/^[0-9a-f]{24}$/);
  const events = await followOrchestration(ann, id);
  expect(events.at(-1)!.__typename).toMatch(/^Run(Completed|Failed)$/);
});
