import { expect, test } from 'vitest';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { createTemplate } from '../templates/template.ts';
import { createWorkflow } from '../workflows/workflows.ts';

const server = fixture(() => startTestServer());
const ann = fixture(() => server.newUser());

const LOG = `query ($id: ID!) { task(id: $id) { template { name version parameters } artifacts { id }
  events(first: 100) { nodes { __typename
    ... on ArtifactSaved { artifactId artifact { id name sha256 } } ... on AgentSelected { agentId agent { id name } } } } } }`;
const logOf = async (id: string) => {
  await ann.events(id);
  return data(await ann.query(LOG, { id })).task;
};

test('a task tells what it was made from, and its events what they saved', async () => {
  const { name } = await createTemplate(ann, {
    parameters: [{ name: 'who', type: 'STRING' }],
    steps: [{ key: 'a', type: 'STORE_OUTPUT', name: 'a.txt', content: 'for {{who}}' }],
  });
  const task = await logOf(await ann.createTask({ templateName: name, templateParameters: { who: 'Ann' } }));
  expect(task.template).toEqual({ name, version: 1, parameters: { who: 'Ann' } });
  const saved = task.events.nodes.find(
    ({ __typename }: { __typename: string }) => __typename === 'ArtifactSaved',
  );
  expect(saved.artifact).toEqual({ id: saved.artifactId, name: 'a.txt', sha256: expect.any(String) });
  expect(saved.artifactId).toBe(task.artifacts[0].id);
  expect(
    (await logOf(await ann.createTask({ prompt: 'x', model: 'demo@tokens=1,itl=0' }))).template,
  ).toBeNull();
});

test('an agent is found where it was selected, and in the step that it performs', async () => {
  const task = await logOf(
    await ann.createTask({ kind: 'AGENT', prompt: 'x', model: 'demo@tokens=1,itl=0' }),
  );
  const [selected] = task.events.nodes.filter(
    ({ __typename }: { __typename: string }) => __typename === 'AgentSelected',
  );
  expect(selected.agent).toEqual({ id: selected.agentId, name: expect.any(String) });
  const { agentId } = selected;
  const workflow = await createWorkflow(ann, [
    { key: 'a', task: 'x', agentId },
    { key: 'b', task: 'x' },
  ]);
  const document = 'query ($id: ID!) { workflow(id: $id) { steps { agentId agent { id } } } }';
  expect(data(await ann.query(document, { id: workflow })).workflow.steps).toEqual([
    { agentId, agent: { id: agentId } },
    { agentId: null, agent: null },
  ]);
});
