import { describe, expect, test } from 'vitest';
import { data } from '../../harness/client.ts';
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
const admin = fixture(() => server.newUser());

/** 1,000 tokens of the played vendors. */
const PROMPT = 'abcd'.repeat(1000);
const TOKENS = 'inputTokens cachedInputTokens cacheWriteTokens outputTokens';
const TASK = `query ($id: ID!) { task(id: $id) { status cost costComplete usage { ${TOKENS} }
  budget { spent reserved } modelCalls { ${TOKENS} cost } } }`;

async function taskOn(model: string, input: object = {}) {
  const id = await admin.createTask({ prompt: PROMPT, model, ...input });
  const events = await admin.events(id);
  return { last: events.at(-1)!, task: data(await admin.query(TASK, { id })).task };
}

/** Dollars per million: 2 for input, 0.2 for what is read, 2.5 and 4 for what is written, 10 for output. */
const SONNET = 'claude-sonnet-5-5';

describe('what is read from a cache and written to it', () => {
  test.each([
    {
      model: `${SONNET}@tokens=9,cached=300,written=600`,
      cost: (100 * 2 + 300 * 0.2 + 600 * 2.5 + 90) / 1e6,
    },
    {
      model: `${SONNET}@tokens=9,cached=300,written=600,hour=200`,
      cost: (100 * 2 + 300 * 0.2 + 400 * 2.5 + 200 * 4 + 90) / 1e6,
    },
    // It has no price for writing.
    { model: 'gpt-4o@tokens=9,cached=300,written=600', cost: (700 * 2.5 + 300 * 1.25 + 90) / 1e6 },
  ])('of $model is counted and paid for', async ({ model, cost }) => {
    const { task } = await taskOn(model);
    const counts = { inputTokens: 1000, cachedInputTokens: 300, cacheWriteTokens: 600, outputTokens: 9 };
    const exact = expect.closeTo(cost, 12);
    expect(task).toMatchObject({
      status: 'COMPLETED',
      cost: exact,
      costComplete: true,
      usage: counts,
      modelCalls: [{ ...counts, cost: exact }],
    });
  });

  test('is within the reservation, all of the input written for an hour', async () => {
    const { task } = await taskOn(`${SONNET}@tokens=256,written=1000,hour=1000`, { costLimit: 0.05 });
    expect(task).toMatchObject({ status: 'COMPLETED', cost: expect.closeTo((1000 * 4 + 2560) / 1e6, 12) });
    expect(task.budget).toEqual({ spent: task.cost, reserved: 0 });
  });

  test('what could cost more than the limit when it is written is not asked', async () => {
    const before = vendor.stats().total;
    // More than 4,000 bytes at $2 and 256 tokens of output are covered, at $4 they are not.
    const { last } = await taskOn(`${SONNET}@tokens=9`, { costLimit: 0.015 });
    expect(last).toMatchObject({ __typename: 'RunFailed', error: { code: 'BUDGET_EXCEEDED' } });
    expect(vendor.stats().total).toBe(before);
  });
});

describe("an admin's prices", () => {
  const UPDATE = `mutation ($input: UpdateModelInput!) { updateModel(input: $input) { model {
    prices { input cachedInput cacheWrite cacheWriteHour output } } } }`;
  const change = async (name: string, prices: object | null) => {
    const { model } = data(
      await admin.query('query ($name: String!) { model(by: { name: $name }) { id } }', { name }),
    );
    return data(await admin.query(UPDATE, { input: { id: model.id, prices } })).updateModel.model.prices;
  };

  test('of writing are kept, shown and paid', async () => {
    const prices = { input: 1, cachedInput: 0.5, cacheWrite: 3, cacheWriteHour: 7, output: 2 };
    expect(await change(SONNET, prices)).toEqual(prices);
    const { task } = await taskOn(`${SONNET}@tokens=9,cached=300,written=600,hour=200`);
    expect(task.cost).toBeCloseTo((100 + 150 + 1200 + 1400 + 18) / 1e6, 12);
    await change(SONNET, null);
  });

  test("without those of writing mean Anthropic's multiples of the input", async () => {
    const prices = { input: 1, output: 2 };
    expect(await change(SONNET, prices)).toEqual({
      ...prices,
      cachedInput: null,
      cacheWrite: 1.25,
      cacheWriteHour: 2,
    });
    const { task } = await taskOn(`${SONNET}@tokens=9,written=600,hour=200`);
    expect(task.cost).toBeCloseTo((400 + 500 + 400 + 18) / 1e6, 12);
    await change(SONNET, null);
  });
});
