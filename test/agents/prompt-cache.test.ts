import { describe, expect, test } from 'vitest';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { type ScriptedAnswer, startVendor } from '../harness/vendor/server.ts';
import { call, calling, startAgent } from './script.ts';

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: {
      ANTHROPIC_API_KEY: 'canary-key-1234567890',
      ANTHROPIC_BASE_URL: vendor.url,
    },
  }),
);
const ann = fixture(() => server.newUser());

interface Counted {
  inputTokens: number;
  cachedInputTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  cost: number;
}

const CALLS = `query ($id: ID!) { task(id: $id) { status usage { inputTokens cachedInputTokens cacheWriteTokens }
  modelCalls { inputTokens cachedInputTokens cacheWriteTokens outputTokens cost } } }`;

async function callsOf(id: string): Promise<Counted[]> {
  await ann.events(id);
  const { task } = data(await ann.query(CALLS, { id }));
  expect(task.status).toBe('COMPLETED');
  const sum = (name: keyof Counted) =>
    task.modelCalls.reduce((all: number, one: Counted) => all + one[name], 0);
  expect(task.usage).toEqual({
    inputTokens: sum('inputTokens'),
    cachedInputTokens: sum('cachedInputTokens'),
    cacheWriteTokens: sum('cacheWriteTokens'),
  });
  return task.modelCalls;
}

let models = 0;
function scripted(answers: readonly ScriptedAnswer[]): string {
  models += 1;
  const model = `claude-sonnet-4-5@key=cache${models}`;
  vendor.scripts.set(model, answers);
  return model;
}

/** Dollars, at $3 and $15 a million. */
const uncached = (calls: readonly Counted[]) =>
  calls.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens * 3 + outputTokens * 15, 0) / 1e6;
const costOf = (calls: readonly Counted[]) => calls.reduce((sum, { cost }) => sum + cost, 0);

const share = (calls: readonly Counted[]) =>
  calls.reduce((sum, one) => sum + one.cachedInputTokens, 0) /
  calls.reduce((sum, one) => sum + one.inputTokens, 0);

const marksIn = (model: string): number[] =>
  vendor.requests
    .filter(({ body }) => body.model === model)
    .map(({ body }) => JSON.stringify(body).split('"cache_control"').length - 1);

/** The files that an agent reads have so many characters. */
const write = (turn: number) =>
  call('write_file', { path: `notes-${turn}.txt`, content: `note ${turn} ${'lorem ipsum '.repeat(30)}` });

describe('an agent of 20 turns', () => {
  test.each([
    { given: 'one call a turn', turn: write },
    {
      given: 'so many calls a turn that the last mark is more than 20 blocks back',
      turn: (turn: number) =>
        calling(
          ...Array.from({ length: 12 }, (_, index): [string, Record<string, unknown>] => [
            'update_plan',
            { steps: [{ description: `step ${turn} ${index}`, status: 'pending' }] },
          ]),
        ),
    },
  ])('with $given reads at least 80 % of its input from the cache, at 0.35 of the cost', async ({ turn }) => {
    const turns = Array.from({ length: 19 }, (_, index) => turn(index + 1));
    const model = scripted([...turns, call('finish', { summary: 'Done.', success: true })]);
    const id = await startAgent(ann, model, { prompt: `Write notes. ${'Each has a text. '.repeat(100)}` });
    const calls = await callsOf(id);
    expect(calls).toHaveLength(20);
    const later = calls.slice(1);
    expect(share(later)).toBeGreaterThanOrEqual(0.8);
    for (const one of later) expect(one.cachedInputTokens).toBeGreaterThan(0);
    expect(costOf(calls)).toBeLessThanOrEqual(0.35 * uncached(calls));
    expect(Math.max(...marksIn(model))).toBe(4);
  });
});

describe('what is never sent again is not written', () => {
  const LONG = 'A long question. '.repeat(1_000);

  test('a prompt', async () => {
    const model = scripted([{ text: 'An answer.' }]);
    const [only] = await callsOf(await ann.createTask({ prompt: LONG, model }));
    expect(marksIn(model)).toEqual([0]);
    expect(only).toMatchObject({ cachedInputTokens: 0, cacheWriteTokens: 0 });
  });

  test('an agent of one turn', async () => {
    const model = scripted([call('finish', { summary: 'Done.', success: true })]);
    const id = await startAgent(ann, model, { prompt: LONG, maxIterations: 1 });
    await callsOf(id);
    expect(marksIn(model)).toEqual([0]);
  });
});

test('a thread is written from its second turn on, and read from its third', async () => {
  const model = scripted(Array.from({ length: 4 }, () => ({ text: 'An answer. '.repeat(50) })));
  const made = await ann.query('mutation { createThread(input: { title: "t" }) { thread { id } } }');
  const threadId = data(made).createThread.thread.id;
  const calls: Counted[] = [];
  for (const turn of [1, 2, 3, 4]) {
    const prompt = `Question ${turn}. ${'It is long. '.repeat(500)}`;
    calls.push(...(await callsOf(await ann.createTask({ prompt, model, threadId }))));
  }
  expect(marksIn(model)).toEqual([0, 2, 2, 2]);
  expect(calls.map(({ cacheWriteTokens }) => cacheWriteTokens > 0)).toEqual([false, true, true, true]);
  expect(calls.map(({ cachedInputTokens }) => cachedInputTokens > 0)).toEqual([false, false, true, true]);
});
