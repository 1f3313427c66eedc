import { expect, test } from 'vitest';
import { createClient, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());

const WORKFLOW = 'createWorkflow(input: { name: "w", steps: [{ key: "a", task: "x" }] }) { workflow { id } }';

/** Creates a run of each kind. */
async function mutations(): Promise<Record<string, string>> {
  const { agents } = data(await ann.query('{ agents(first: 1) { nodes { id } } }'));
  const { createWorkflow } = data(await ann.query(`mutation { ${WORKFLOW} }`));
  return {
    createTask:
      'createTask(input: { prompt: "x" }) { of: task { id } edge: taskEdge { cursor node { id } } }',
    executeAgent: `executeAgent(input: { agentId: "${agents.nodes[0].id}", prompt: "x" }) {
      of: task { id } edge: taskEdge { cursor node { id } } }`,
    executeWorkflow: `executeWorkflow(input: { workflowId: "${createWorkflow.workflow.id}" }) {
      of: execution { id } edge: executionEdge { cursor node { id } } }`,
    startOrchestration: `startOrchestration(input: { prompt: "x" }) {
      of: orchestration { id } edge: orchestrationEdge { cursor node { id } } }`,
  };
}

const LISTS: Record<string, string> = {
  createTask: 'tasks',
  executeAgent: 'tasks',
  executeWorkflow: 'executions',
  startOrchestration: 'orchestrations',
};

test('the edge of a new run is that of its list', async () => {
  for (const [name, mutation] of Object.entries(await mutations())) {
    const made = data(await ann.query(`mutation { made: ${mutation} }`)).made;
    const list = data(
      await ann.query(`{ list: ${LISTS[name]}(first: 1) { edges { cursor node { id } } } }`),
    ).list;
    expect(list.edges, name).toEqual([made.edge]);
    expect(made.edge.node, name).toEqual(made.of);
  }
});

test('a key that only runs selects the new run by its edge as well, and nothing behind it', async () => {
  const key = data(await ann.query('mutation { createApiKey(input: { name: "k", scopes: [RUN] }) { key } }'))
    .createApiKey.key;
  const narrow = createClient(server.url, { 'x-api-key': key });
  const make = (selection: string) =>
    narrow.query(
      `mutation { createTask(input: { prompt: "x" }) { taskEdge { cursor node { ${selection} } } } }`,
    );
  expect(data(await make('id prompt modelCalls { cost }')).createTask.taskEdge.node).toMatchObject({
    prompt: 'x',
  });
  expect(errorCode(await make('agent { name }'))).toBe('FORBIDDEN');
  expect(errorCode(await make('dependsOn { prompt }'))).toBe('FORBIDDEN');
});
