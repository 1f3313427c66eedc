import { describe, expect, test } from 'vitest';
import { data, errorCode, type TaskEvent } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { follow, ORCHESTRATION_EVENTS, read, scriptPair, start, typesOf, verdict } from './orchestra.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

const CANCEL = `mutation ($id: ID!, $reason: String) {
  cancelOrchestration(input: { id: $id, reason: $reason }) { orchestration { id status cancelReason } } }`;
const RETRY = `mutation ($id: ID!) { retryOrchestration(input: { id: $id }) { orchestration { id status error { code } } } }`;

/** Resolves at the first piece of text that follows an event of the type. */
async function textAfter(id: string, type: string): Promise<void> {
  let isThere = false;
  for await (const payload of ann.subscribe(ORCHESTRATION_EVENTS, { id })) {
    const event = data(payload).orchestrationEvents as TaskEvent;
    if (isThere && event.__typename === 'TokensGenerated') return;
    if (event.__typename === type) isThere = true;
  }
}

describe('cancelling', () => {
  test.each([
    { when: 'in the middle of an answer', slow: 'author', after: 'ModelSelected', rounds: [{ score: null }] },
    {
      when: 'in the middle of an evaluation',
      slow: 'evaluator',
      after: 'ResponseGenerated',
      rounds: [{ score: null }],
    },
  ])(
    '$when: nothing is written after it, and the provider is hung up on',
    async ({ slow, after, rounds }) => {
      const models: Record<string, string> = scriptPair(vendor, ['Eight.'], [verdict(9)]);
      const [author, evaluator] = ['author', 'evaluator'].map((role) =>
        role === slow ? 'gpt-4o@tokens=5000,itl=2' : models[role],
      );
      const id = await start(ann, { preferredModels: [author, evaluator] });
      const following = follow(ann, id);
      await textAfter(id, after);
      const abortedBefore = vendor.stats().aborted;
      const answer = await ann.query(CANCEL, { id, reason: 'enough' });
      expect(data(answer).cancelOrchestration.orchestration).toEqual({
        id,
        status: 'CANCELLED',
        cancelReason: 'enough',
      });
      const log = await follow(ann, id);
      await vendor.waitFor(({ aborted }) => aborted === abortedBefore + 1, 1000);
      expect(log.at(-1)).toMatchObject({ __typename: 'RunCancelled', cancelled: 'enough' });
      expect((await follow(ann, id)).slice(1)).toEqual(log.slice(1));
      expect((await following).at(-1)).toEqual(log.at(-1));
      expect(await read(ann, id)).toMatchObject({
        status: 'CANCELLED',
        finalResponse: null,
        stopReason: null,
        rounds,
      });
    },
  );

  test('twice is no error; what ended otherwise cannot be', async () => {
    const { author, evaluator } = scriptPair(vendor, ['Eight.'], [verdict(9)]);
    const id = await start(ann, { preferredModels: [author, evaluator] });
    await follow(ann, id);
    expect(errorCode(await ann.query(CANCEL, { id }))).toBe('INVALID_STATE');
    const other = await start(ann, { preferredModels: ['gpt-4o@tokens=5000,itl=2'] });
    data(await ann.query(CANCEL, { id: other }));
    expect(data(await ann.query(CANCEL, { id: other })).cancelOrchestration.orchestration.status).toBe(
      'CANCELLED',
    );
  });
});

describe('a vendor that fails', () => {
  test.each(['503', '401', 'cut', 'context'])(
    'with %s: another candidate answers in the same round',
    async (fault) => {
      const { author, evaluator } = scriptPair(vendor, ['Eight.'], [verdict(9)]);
      const broken = `gpt-4o@fault=${fault},key=${fault}`;
      const id = await start(ann, { preferredModels: [broken, author, evaluator] });
      const events = await follow(ann, id);
      expect(events.find(({ __typename: type }) => type === 'ModelCallFailed')).toMatchObject({
        willRetry: true,
      });
      expect(await read(ann, id)).toMatchObject({
        status: 'COMPLETED',
        iterations: 1,
        rounds: [{ selected: { model: broken }, model: { model: author } }],
      });
    },
  );

  test('at the evaluation: it is recorded, and the next answer is another’s to evaluate', async () => {
    const { author, evaluator } = scriptPair(vendor, ['Seven.'], ['Eight.']);
    const broken = 'gpt-4.1@fault=401';
    const third = 'gpt-4o-mini@key=third';
    vendor.scripts.set(third, [{ text: verdict(9) }]);
    const id = await start(ann, { preferredModels: [author, broken, third, evaluator] });
    const events = await follow(ann, id);
    expect(typesOf(events)).toContain('EvaluationFailed');
    const { rounds } = await read(ann, id);
    expect(rounds[0]).toMatchObject({
      evaluator: { model: broken },
      evaluationError: { code: 'PROVIDER_AUTH' },
    });
    expect(rounds[1].evaluator.model).not.toBe(broken);
  });

  test('at a later answer, and so do all others: the best answer before is taken', async () => {
    // Beyond its script a model refuses.
    const { author, evaluator } = scriptPair(vendor, ['Eight.'], [verdict(5)]);
    const others = [1, 2, 3].map((number) => `gpt-4.1@fault=401,key=down${number}`);
    const id = await start(ann, { preferredModels: [author, evaluator, ...others] });
    await follow(ann, id);
    expect(await read(ann, id)).toMatchObject({
      status: 'COMPLETED',
      stopReason: 'MODELS_FAILED',
      finalResponse: 'Eight.',
      finalScore: 5,
      iterations: 1,
      rounds: [{ error: null }, { response: null, error: { code: 'PROVIDER_AUTH' }, score: null }],
    });
  });

  test('and so do all candidates: it fails; a retry goes on where it was', async () => {
    const preferredModels = [1, 2, 3, 4, 5].map((number) => `gpt-4o@fault=401,times=1,key=again${number}`);
    const id = await start(ann, { preferredModels, maxIterations: 1 });
    expect((await follow(ann, id)).at(-1)).toMatchObject({
      __typename: 'RunFailed',
      error: { code: 'PROVIDER_AUTH' },
    });
    expect(await read(ann, id)).toMatchObject({
      status: 'FAILED',
      iterations: 0,
      error: { code: 'PROVIDER_AUTH' },
    });
    expect(data(await ann.query(RETRY, { id })).retryOrchestration.orchestration).toMatchObject({
      status: 'QUEUED',
      error: null,
    });
    const log = await follow(ann, id);
    expect(typesOf(log).filter((type) => type === 'ModelSelected')).toHaveLength(1);
    expect(log.at(-1)!.__typename).toBe('RunCompleted');
    expect(await read(ann, id)).toMatchObject({ status: 'COMPLETED', iterations: 1, error: null });
    expect(errorCode(await ann.query(RETRY, { id }))).toBe('INVALID_STATE');
  });
});

describe('a cost limit', () => {
  const long = 'word '.repeat(300).trim();

  test('that does not cover another answer: the best so far is taken', async () => {
    const { author, evaluator } = scriptPair(vendor, [long, 'Better.'], [verdict(5), verdict(9)]);
    const id = await start(ann, { preferredModels: [author, evaluator], costLimit: 0.0108 });
    await follow(ann, id);
    const orchestration = await read(ann, id);
    expect(orchestration).toMatchObject({
      status: 'COMPLETED',
      stopReason: 'COST_LIMIT',
      iterations: 1,
      finalScore: 5,
      finalResponse: long,
      rounds: [{ score: 5 }, { response: null, error: { code: 'BUDGET_EXCEEDED' } }],
      budget: { limit: 0.0108, reserved: 0 },
    });
    expect(orchestration.budget.spent).toBeCloseTo(orchestration.cost, 12);
    expect(orchestration.cost).toBeLessThan(0.0108);
  });

  test('that does not cover the evaluation: the answer is taken, without a score', async () => {
    const { author, evaluator } = scriptPair(vendor, [long], [verdict(5)]);
    const id = await start(ann, { preferredModels: [author, evaluator], costLimit: 0.005 });
    await follow(ann, id);
    expect(await read(ann, id)).toMatchObject({
      status: 'COMPLETED',
      stopReason: 'COST_LIMIT',
      finalScore: null,
      finalResponse: long,
      rounds: [{ evaluationError: { code: 'BUDGET_EXCEEDED' } }],
    });
  });

  test('passes over models whose price nobody knows', async () => {
    const { author, evaluator } = scriptPair(vendor, ['Eight.'], [verdict(9)]);
    const preferredModels = ['openai/unheard-of', 'openai/nor-of-this', author, evaluator];
    const id = await start(ann, { preferredModels, costLimit: 1, maxIterations: 1 });
    await follow(ann, id);
    expect(await read(ann, id)).toMatchObject({
      status: 'COMPLETED',
      rounds: [{ selected: { model: 'unheard-of' }, model: { model: author } }],
    });
  });

  test('that covers nothing: it fails before anything is asked', async () => {
    const before = vendor.stats().total;
    const { author, evaluator } = scriptPair(vendor, [long], [verdict(5)]);
    const id = await start(ann, { preferredModels: [author, evaluator], costLimit: 0.0001 });
    expect((await follow(ann, id)).at(-1)).toMatchObject({ error: { code: 'BUDGET_EXCEEDED' } });
    expect(vendor.stats().total).toBe(before);
    expect(await read(ann, id)).toMatchObject({ status: 'FAILED', modelCalls: [], iterations: 0 });
  });
});

test('what is wrong with the input is told with its field', async () => {
  const refused = async (input: Record<string, unknown>) => {
    const document =
      'mutation ($input: StartOrchestrationInput!) { startOrchestration(input: $input) { orchestration { id } } }';
    const answer = await ann.query(document, { input: { prompt: 'x', ...input } });
    return [errorCode(answer), answer.errors![0]!.extensions.field];
  };
  const wrong: [Record<string, unknown>, string][] = [
    [{ prompt: '  ' }, 'input.prompt'],
    [{ prompt: 'a\u0000b' }, 'input.prompt'],
    [{ domain: '' }, 'input.domain'],
    [{ maxIterations: 0 }, 'input.maxIterations'],
    [{ maxIterations: 101 }, 'input.maxIterations'],
    [{ evaluationThreshold: 10.1 }, 'input.evaluationThreshold'],
    [{ evaluationThreshold: -1 }, 'input.evaluationThreshold'],
    [{ costLimit: 0 }, 'input.costLimit'],
    [{ preferredModels: ['a\nb'] }, 'input.preferredModels.0'],
    [{ preferredModels: Array.from({ length: 21 }, () => 'gpt-4o') }, 'input.preferredModels'],
    [{ priority: 11 }, 'input.priority'],
  ];
  for (const [input, field] of wrong) expect(await refused(input)).toEqual(['VALIDATION_ERROR', field]);
  expect(await refused({ threadId: 'nothing' })).toEqual(['NOT_FOUND', 'input.threadId']);
});
