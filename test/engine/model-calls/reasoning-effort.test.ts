import { expect, test } from 'vitest';
import { data, errorCode } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: {
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      ANTHROPIC_API_KEY: 'canary-key-1234567890',
      ANTHROPIC_BASE_URL: vendor.url,
    },
  }),
);
const ann = fixture(() => server.newUser());

const CREATE = `mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id
  parameters { reasoningEffort maxReasoningTokens } } } }`;
const create = (model: string, parameters: object) =>
  ann.query(CREATE, { input: { prompt: 'x', model, parameters } });

test.each([
  { model: 'gpt-4o@tokens=2,key=effort', sent: { reasoning_effort: 'high' } },
  {
    model: 'claude-sonnet-4-5@tokens=2,key=effort',
    sent: { thinking: { type: 'enabled', budget_tokens: 2048 } },
  },
  { model: 'claude-sonnet-5@tokens=2,key=effort', sent: { output_config: { effort: 'high' } } },
])('a task on $model is reasoned about as it says', async ({ model, sent }) => {
  const parameters = { reasoningEffort: 'HIGH', maxReasoningTokens: 2048 };
  const { task } = data(await create(model, parameters)).createTask;
  expect(task.parameters).toEqual(parameters);
  await ann.events(task.id);
  expect(await ann.task(task.id)).toMatchObject({ status: 'COMPLETED' });
  expect(vendor.requests.findLast(({ body }) => body.model === model)?.body).toMatchObject(sent);
});

test.each([
  { parameters: { reasoningEffort: 'HUGE' }, says: /ReasoningEffort/ },
  { parameters: { maxReasoningTokens: 1023 }, says: /at least 1024/ },
  { parameters: { maxReasoningTokens: 1_000_001 }, says: /at most 1000000/ },
])('$parameters is refused', async ({ parameters, says }) => {
  const before = vendor.stats().total;
  const answer = await create('gpt-4o', parameters);
  expect(errorCode(answer)).toBe('VALIDATION_ERROR');
  expect(answer.errors![0]!.message).toMatch(says);
  expect(vendor.stats().total).toBe(before);
});
