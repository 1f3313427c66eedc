import { expect, test } from 'vitest';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

const server = fixture(startTestServer);
const ann = fixture(() => server.newUser());

const NUMBER = '7615917337495251231';
const MUTATION = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { prompt } } }';

/** A body as text, since JavaScript could not write the number. */
async function post(path: string, body: string) {
  const headers = { authorization: `Bearer ${ann.token}`, 'content-type': 'application/json' };
  const response = await fetch(`${server.url}${path}`, { method: 'POST', headers, body });
  return { status: response.status, answer: await response.json() };
}

const refusal = (field: string) => ({
  errors: [
    {
      message: expect.stringContaining('must be a number that JSON can hold'),
      extensions: { code: 'VALIDATION_ERROR', field },
    },
  ],
});

test('in a literal', async () => {
  const answer = await ann.query(
    `mutation { createTask(input: { title: "x", taskParameters: { a: [{ id: ${NUMBER} }] } }) { task { id } } }`,
  );
  expect(answer).toMatchObject(refusal('input.taskParameters.a.0.id'));
});

test('in a variable', async () => {
  const variables = `{"input":{"title":"x","context":{"id":${NUMBER}}}}`;
  const { status, answer } = await post(
    '/graphql',
    `{"query":${JSON.stringify(MUTATION)},"variables":${variables}}`,
  );
  expect(status).toBe(400);
  expect(answer).toMatchObject(refusal('input.context.id'));
});

test('in the variables of a GET', async () => {
  const query = 'query ($id: ID!) { task(id: $id) { id } }';
  const parameters = new URLSearchParams({ query, variables: `{"id":${NUMBER}}` });
  const answer = await (
    await fetch(`${server.url}/graphql?${parameters}`, { headers: { authorization: `Bearer ${ann.token}` } })
  ).json();
  expect(answer).toMatchObject(refusal('id'));
});

test.each([
  ['/themachine/api/v1/tasks', `{"title":"x","type":"analysis","parameters":{"id":${NUMBER}}}`],
  ['/amas/api/v1/tasks', `{"type":"x","description":"x","parameters":{"id":${NUMBER}}}`],
  ['/ai-task-orchestra/api/v1/tasks', `{"template":"x","parameters":{"id":${NUMBER}}}`],
])('%s refuses it in its own form', async (path, body) => {
  const { status, answer } = await post(path, body);
  expect([400, 422]).toContain(status);
  expect(JSON.stringify(answer)).toContain('parameters.id');
  expect(JSON.stringify(answer)).not.toContain(NUMBER);
});

test('as text, and numbers that are kept, pass', async () => {
  const input = {
    title: 'x',
    model: 'demo',
    hold: true,
    taskParameters: { id: NUMBER, size: 9007199254740991, far: 1e21 },
  };
  const answer = await ann.query(MUTATION, { input });
  expect(data(answer).createTask.task.prompt).toContain(NUMBER);
});
