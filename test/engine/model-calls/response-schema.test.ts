import { expect, test } from 'vitest';
import { errorCode } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

const responseSchema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

async function ask(model: string, answers: string[], more: Record<string, unknown> = {}) {
  vendor.scripts.set(
    model,
    answers.map((text) => ({ text })),
  );
  const id = await ann.createTask({ prompt: 'Where?', model, responseSchema, ...more });
  return ann.events(id);
}

test('an answer that meets the schema is there as JSON, too; the vendor is sent the schema', async () => {
  const events = await ask('gpt-4o@key=good', ['{"city":"Bern"}']);
  expect(events.at(-1)).toMatchObject({
    __typename: 'RunCompleted',
    result: { output: '{"city":"Bern"}', data: { city: 'Bern' } },
  });
  expect(JSON.stringify(vendor.requests.at(-1)!.body)).toContain('"city"');
});

test('an answer that does not is asked for once more, and the first is void', async () => {
  const events = await ask('gpt-4o@key=second', ['It is Bern.', '{"city":"Bern"}']);
  expect(events.at(-1)).toMatchObject({
    __typename: 'RunCompleted',
    attempt: 2,
    result: { data: { city: 'Bern' } },
  });
  expect(events.find(({ __typename: type }) => type === 'AttemptStarted')).toMatchObject({
    restart: 'OUTPUT_INVALID',
  });
});

const textsOf = (model: string) =>
  vendor.requests
    .filter(({ body }) => body.model === model)
    .map(({ body }) => (body.messages as { role: string; content: string }[]).map(({ content }) => content));

test('a server may ignore the schema, so that it stands in the prompt; the second try says what was wrong', async () => {
  const model = 'gpt-4o@key=prompted';
  await ask(model, ['{"town":"Bern"}', '{"city":"Bern"}'], { systemPrompt: 'Be terse.' });
  const [first, second] = textsOf(model);
  expect(first).toEqual([
    expect.stringMatching(/^Be terse\.\n\nAnswer only with JSON .*"required":\["city"\]/s),
    'Where?',
  ]);
  expect(second).toEqual([
    'Be terse.',
    'Where?',
    '{"town":"Bern"}',
    expect.stringMatching(/must have required property 'city'.*"required":\["city"\]/s),
  ]);
});

test('a second one fails the task, and says what is wrong', async () => {
  const events = await ask('gpt-4o@key=never', ['It is Bern.', '{"town":"Bern"}', '{"city":"too late"}']);
  expect(events.at(-1)).toMatchObject({
    __typename: 'RunFailed',
    error: { code: 'OUTPUT_INVALID', message: expect.stringContaining("required property 'city'") },
  });
});

test('with a fallback model the next try is that model’s', async () => {
  const events = await ask('gpt-4o@key=other', ['no'], { fallbackModels: ['gpt-4.1@key=better'] });
  expect(
    events.find(({ __typename: type, attempt }) => type === 'ModelCallStarted' && attempt === 2),
  ).toMatchObject({
    model: 'gpt-4.1@key=better',
  });
});

test('an answer that no database can hold fails the task once, with its reason', async () => {
  const events = await ask('gpt-4o@key=nul', ['{"\\u0000":"x"}', '{"city":"\\u0000"}']);
  expect(events.at(-1)).toMatchObject({
    __typename: 'RunFailed',
    attempt: 2,
    error: { code: 'OUTPUT_INVALID' },
  });
});

test('a schema that is none is refused', async () => {
  const answer = await ann.query(
    'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }',
    { input: { prompt: 'x', responseSchema: { type: 'nonsense' } } },
  );
  expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([
    'VALIDATION_ERROR',
    'input.responseSchema',
  ]);
});
