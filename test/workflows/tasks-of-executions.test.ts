import { expect, test } from 'vitest';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { carryOut } from './workflows.ts';

const server = fixture(() => startTestServer());

const LIST = `query ($filter: TaskFilter) { tasks(filter: $filter) { nodes { id execution { id workflowName } } } }`;

test('given the task of a step, then it names its execution, by id and in the list of the execution', async () => {
  const ann = await server.newUser();
  const { id: executionId } = await carryOut(ann, [{ key: 'a', task: 'x', model: 'demo@tokens=1,itl=0' }]);
  const execution = { id: executionId, workflowName: 'w' };
  const own = { executionId };
  const [listed] = data(await ann.query(LIST, { filter: own })).tasks.nodes;
  expect(listed.execution).toEqual(execution);
  const { task } = data(
    await ann.query('query ($id: ID!) { task(id: $id) { execution { id workflowName } } }', listed),
  );
  expect(task.execution).toEqual(execution);
});

test('given another task, then there is none', async () => {
  const ann = await server.newUser();
  const id = await ann.createTask({ prompt: 'x', hold: true });
  expect(data(await ann.query(LIST)).tasks.nodes).toEqual([{ id, execution: null }]);
});
