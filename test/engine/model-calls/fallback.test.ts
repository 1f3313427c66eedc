import { expect, test } from 'vitest';
import { errorCode, rebuildText } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { answerText, startVendor } from '../../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, ANTHROPIC_BASE_URL: vendor.url },
  }),
);
const ann = fixture(() => server.newUser());

test.each([
  ['before the first token', 'gpt-4o@fault=503'],
  ['in the middle of its text', 'gpt-4o@tokens=9,fault=cut,at=4'],
])('a model that fails %s gives way to the next; the seam is in the log', async (_when, model) => {
  const fallbackModels = ['gpt-4o-mini@fault=529', 'gpt-4.1@tokens=5'];
  const id = await ann.createTask({ prompt: 'x', model, fallbackModels });
  const events = await ann.events(id);
  expect(rebuildText(events)).toBe(answerText(5));
  expect(events.at(-1)).toMatchObject({
    __typename: 'RunCompleted',
    attempt: 3,
    result: { output: answerText(5), model: 'gpt-4.1@tokens=5' },
  });
  const asked = events.filter(({ __typename: type }) => type === 'ModelCallStarted');
  expect(asked.map((event) => event.model)).toEqual([model, ...fallbackModels]);
});

test.each(['context', '404'])('a failure of one model alone (%s) is given to the next', async (failure) => {
  const model = `gpt-4o@fault=${failure}`;
  const id = await ann.createTask({ prompt: 'x', model, fallbackModels: ['gpt-4.1@tokens=5'] });
  expect((await ann.events(id)).at(-1)).toMatchObject({
    __typename: 'RunCompleted',
    result: { output: answerText(5), model: 'gpt-4.1@tokens=5' },
  });
});

test('the schema stands in the prompt for the next model alone, whose server may ignore it', async () => {
  vendor.scripts.set('gpt-4o@key=schema', [{ text: '{"city":"Bern"}' }]);
  const id = await ann.createTask({
    prompt: 'x',
    model: 'claude-sonnet-5-5@fault=529',
    fallbackModels: ['gpt-4o@key=schema'],
    responseSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  });
  expect((await ann.events(id)).at(-1)).toMatchObject({ __typename: 'RunCompleted', attempt: 2 });
  const sent = (model: string) =>
    JSON.stringify(vendor.requests.find(({ body }) => body.model === model)?.body);
  expect(sent('claude-sonnet-5-5@fault=529')).not.toContain('conforms to the following JSON Schema');
  expect(sent('gpt-4o@key=schema')).toContain('conforms to the following JSON Schema');
});

test('a failure that another model would not mend is final', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@fault=401', fallbackModels: ['gpt-4.1'] });
  expect((await ann.events(id)).at(-1)).toMatchObject({
    __typename: 'RunFailed',
    attempt: 1,
    error: { code: 'PROVIDER_AUTH' },
  });
});

test('a fallback model that there is not is refused with its place', async () => {
  const answer = await ann.query(
    'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }',
    { input: { prompt: 'x', model: 'gpt-4o', fallbackModels: ['gpt-4.1', 'no such model'] } },
  );
  expect(errorCode(answer)).toBe('UNKNOWN_MODEL');
  expect(answer.errors![0]!.extensions.field).toBe('input.fallbackModels.1');
});
