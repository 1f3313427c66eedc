import { expect, test } from 'vitest';
import { rebuildText } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));

test('a task is created, carried out by a worker against the vendor, and followed to its end', async () => {
  const ann = await server.newUser();
  const model = 'gpt-4o@tokens=50,itl=1';
  const id = await ann.createTask({
    kind: 'PROMPT',
    prompt: 'Say fifty words.',
    systemPrompt: 'Be brief.',
    model,
    parameters: { temperature: 0.2, maxTokens: 500 },
  });
  const events = await ann.events(id);

  expect(events[0]).toMatchObject({ __typename: 'CurrentState', seq: 0 });
  expect(events.slice(1).map(({ seq }) => seq)).toEqual(events.slice(1).map((_, index) => index + 1));
  expect(rebuildText(events)).toBe(answerText(50));
  expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', result: { output: answerText(50) } });

  const task = await ann.task(id);
  expect(task).toMatchObject({
    status: 'COMPLETED',
    progress: 1,
    attempt: 1,
    error: null,
    costComplete: true,
  });
  expect(task.result.output).toBe(answerText(50));
  expect(task.usage).toEqual({ inputTokens: expect.any(Number), outputTokens: 50 });
  expect(task.modelCalls).toMatchObject([{ model, provider: 'OPENAI', status: 'COMPLETED' }]);
  expect(task.cost).toBeCloseTo((task.usage.inputTokens * 2.5 + 50 * 10) / 1e6, 12);

  const sent = vendor.requests.at(-1)!.body;
  expect(sent).toMatchObject({ model, temperature: 0.2, max_tokens: 500, stream: true });
});
