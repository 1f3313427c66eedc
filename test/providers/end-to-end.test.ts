import { describe, expect, test } from 'vitest';
import { data, errorCode, rebuildText } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { answerText, countTokens, startVendor } from '../harness/vendor/server.ts';

const KEY = 'canary-key-1234567890';
const PROMPT = 'Où est 漢 🙂?';
const INPUT = countTokens(PROMPT);

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: {
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      ANTHROPIC_API_KEY: KEY,
      ANTHROPIC_BASE_URL: vendor.url,
      AZURE_OPENAI_API_KEY: KEY,
      AZURE_OPENAI_ENDPOINT: vendor.url,
      OLLAMA_HOST: vendor.url,
    },
  }),
);
const ann = fixture(() => server.newUser());

/** Dollars per million tokens. */
const PROVIDERS = [
  { provider: 'OPENAI', model: 'gpt-4o', sent: 'gpt-4o', input: 2.5, output: 10 },
  { provider: 'ANTHROPIC', model: 'claude-sonnet-5-5', sent: 'claude-sonnet-5-5', input: 2, output: 10 },
  { provider: 'AZURE', model: 'azure/gpt-4o', sent: 'gpt-4o', input: 2.5, output: 10 },
  { provider: 'OLLAMA', model: 'llama3.2:3b', sent: 'llama3.2:3b', input: 0, output: 0 },
];

async function carryOut(model: string) {
  const id = await ann.createTask({ prompt: PROMPT, model });
  const events = await ann.events(id);
  return { events, task: await ann.task(id) };
}

const requestsFor = (model: string) => vendor.requests.filter(({ body }) => body.model === model);

describe.each(PROVIDERS)('a task on $provider', ({ provider, model, sent, input, output }) => {
  test('is answered, counted and paid for', async () => {
    const { events, task } = await carryOut(`${model}@tokens=9`);
    const cost = expect.closeTo((INPUT * input + 9 * output) / 1e6, 12);
    expect(task).toMatchObject({
      status: 'COMPLETED',
      result: { output: answerText(9), model: `${sent}@tokens=9`, finishReason: 'stop' },
      usage: { inputTokens: INPUT, outputTokens: 9 },
      cost,
      costComplete: true,
      modelCalls: [{ provider, model: `${sent}@tokens=9`, status: 'COMPLETED', finishReason: 'STOP', cost }],
    });
    expect(rebuildText(events)).toBe(answerText(9));
  });

  test('outlasts two cut connections, and says so in its log', async () => {
    const settings = `tokens=6,fault=cut,times=2,key=${provider}`;
    const { events, task } = await carryOut(`${model}@${settings}`);
    expect(task).toMatchObject({ status: 'COMPLETED', result: { output: answerText(6) }, attempt: 3 });
    expect(rebuildText(events)).toBe(answerText(6));
    const failures = events.filter(({ __typename }) => __typename === 'ModelCallFailed');
    const expected = { error: { code: 'PROVIDER_STREAM_BROKEN' }, willRetry: true };
    expect(failures).toMatchObject([expected, expected]);
    // What a broken answer used nobody told.
    expect(task).toMatchObject({ costComplete: input === 0 });
  });

  test('fails at once when the key is refused', async () => {
    const settings = `fault=401,key=${provider}`;
    const { task } = await carryOut(`${model}@${settings}`);
    expect(task).toMatchObject({ status: 'FAILED', error: { code: 'PROVIDER_AUTH' }, attempt: 1, cost: 0 });
    expect(task.error.message).toMatch(/answered 401: .*\. Check /);
    expect(JSON.stringify(task)).not.toContain(KEY);
    expect(requestsFor(`${sent}@${settings}`)).toHaveLength(1);
  });

  test('fails after four tries when the vendor stays overloaded, each after the wait that it asked for', async () => {
    const settings = `fault=529,retryafter=0,key=${provider}`;
    const { task } = await carryOut(`${model}@${settings}`);
    expect(task).toMatchObject({ status: 'FAILED', error: { code: 'PROVIDER_UNAVAILABLE' }, attempt: 4 });
    expect(requestsFor(`${sent}@${settings}`)).toHaveLength(4);
  });
});

test('a wish for tools that nobody offered ends a prompt as it is', async () => {
  vendor.scripts.set('gpt-4o@key=tools', [{ text: 'Hm. ', toolCalls: [{ name: 'look', arguments: {} }] }]);
  const { task } = await carryOut('gpt-4o@key=tools');
  expect(task).toMatchObject({ status: 'COMPLETED', result: { output: 'Hm. ', finishReason: 'tool_calls' } });
});

test('the older name of a family is its newest model', async () => {
  const { task } = await carryOut('claude');
  expect(task).toMatchObject({ result: { model: 'claude-sonnet-5-5', provider: 'anthropic' } });
});

test('what Ollama has is in the catalog soon after the start, by its short name, too', async () => {
  await expect
    .poll(async () => {
      const answer = await ann.query(
        'mutation { createTask(input: { prompt: "Hi", model: "llama3.2" }) { task { model provider } } }',
      );
      return answer.data?.createTask?.task;
    })
    .toEqual({ model: 'llama3.2:latest', provider: 'OLLAMA' });
});

test('a model of nobody is refused with what there is', async () => {
  const answer = await ann.query(
    'mutation { createTask(input: { prompt: "Hi", model: "nobody-knows" }) { task { id } } }',
  );
  expect(errorCode(answer)).toBe('UNKNOWN_MODEL');
  const { allowed } = answer.errors![0]!.extensions;
  expect(allowed).toEqual(expect.arrayContaining(['gpt-4o', 'claude-opus-5-5', 'demo']));
});

test('a provider that is not configured is refused with what to set', async () => {
  const bare = await startTestServer({ worker: false });
  try {
    const bob = await bare.newUser();
    const ask = (model: string) =>
      bob.query(
        'mutation ($model: String) { createTask(input: { prompt: "Hi", model: $model }) { task { id } } }',
        {
          model,
        },
      );
    for (const [model, variable] of [
      ['claude-opus-5-5', 'ANTHROPIC_API_KEY'],
      ['azure/x', 'AZURE_OPENAI_ENDPOINT'],
    ] as const) {
      const answer = await ask(model);
      expect(errorCode(answer)).toBe('PROVIDER_NOT_CONFIGURED');
      expect(answer.errors![0]!.message).toContain(variable);
    }
    // It needs no key, so only trying tells.
    expect(data(await ask('llama3.2:3b')).createTask.task.id).toBeTruthy();
  } finally {
    await bare.stop();
  }
});
