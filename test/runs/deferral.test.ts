import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type ChatAnswer, startChat } from '../agents/chat.ts';
import { ofType, seen, startAgent, types } from '../agents/script.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';

import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import {
  follow as followOrchestration,
  read,
  start as startOrchestration,
  verdict,
} from '../orchestrations/orchestra.ts';
import { createTemplate, taskOf } from '../templates/template.ts';

let models = 0;

const chat = fixture(startChat);
const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: {
      OPENAI_BASE_URL: chat.url,
      ANTHROPIC_BASE_URL: vendor.url,
      OLLAMA_HOST: vendor.url,
      WORKER_CONCURRENCY: '1',
      PROVIDER_RETRY_SECONDS: '150',
    },
  }),
);
const ann = fixture(() => server.newUser());

/** Its tries follow each other at once. */
const DOWN: ChatAnswer = {
  refusal: { status: 503, error: { message: 'no healthy upstream' }, headers: { 'retry-after': '0' } },
};
/** Requests of a run before it is put back. */
const TRIES = 4;

/** A model of its own. @param answers after so many refusals. */
function modelThat(answers: (nth: number) => ChatAnswer): string {
  models += 1;
  const model = `gpt-4o@${models}`;
  chat.answer(model, (_request, nth) => answers(nth));
  return model;
}

const localOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;

const down = () => modelThat(() => DOWN);
const downAtFirst = (text: string) => modelThat((nth) => (nth <= TRIES ? DOWN : { text }));

const sql = async (text: string, values: unknown[]) =>
  (await server.store.database.pool.query(text, values)).rows;
const rowOf = async (id: string) =>
  (
    await sql('select status, blockers, deferred_until, unavailable_since from run where id = $1', [
      localOf(id),
    ])
  )[0];

/** Resolves when the run has been put back, the nth time. */
async function deferred(id: string, nth = 1): Promise<void> {
  await seen(ann, id, 'RunQueued', nth);
  expect(await rowOf(id)).toMatchObject({ status: 'queued', blockers: 1, deferred_until: expect.any(Date) });
}

/** As if its time had come. */
const wake = (id: string) =>
  sql('update run set deferred_until = clock_timestamp() where id = $1', [localOf(id)]);
/** As if the outage had begun so many seconds earlier. */
const age = (id: string, seconds: number) =>
  sql('update run set unavailable_since = unavailable_since - make_interval(secs => $2) where id = $1', [
    localOf(id),
    seconds,
  ]);

describe('given a provider that is unavailable', () => {
  test('then a task is put back into the queue, holds no slot, and completes when the provider is back', async () => {
    const id = await ann.createTask({ prompt: 'x', model: downAtFirst('Here I am.') });
    await deferred(id);
    expect((await ann.task(id)).status).toBe('QUEUED');
    // The worker has one slot.
    const other = await ann.createTask({ prompt: 'x', model: modelThat(() => ({ text: 'quick' })) });
    expect((await ann.events(other)).at(-1)).toMatchObject({ __typename: 'RunCompleted' });
    await wake(id);
    const events = await ann.events(id);
    expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', result: { output: 'Here I am.' } });
    const failures = ofType(events, 'ModelCallFailed');
    expect(failures).toHaveLength(TRIES);
    for (const failure of failures)
      expect(failure).toMatchObject({ error: { code: 'PROVIDER_UNAVAILABLE' }, willRetry: true });
    const { modelCalls } = await ann.task(id);
    expect(modelCalls.map(({ cost }: { cost: number }) => cost > 0)).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  test('then the worker wakes it by itself after some seconds', async () => {
    const id = await ann.createTask({ prompt: 'x', model: downAtFirst('by itself') });
    await deferred(id);
    expect((await ann.events(id)).at(-1)).toMatchObject({ __typename: 'RunCompleted' });
  });

  test('then tries end with the reach, and the last failure says so', async () => {
    const model = down();
    const id = await ann.createTask({ prompt: 'x', model });
    await deferred(id);
    await age(id, 100);
    await wake(id);
    await deferred(id, 2);
    await age(id, 100);
    await wake(id);
    const events = await ann.events(id);
    expect(events.at(-1)).toMatchObject({ __typename: 'RunFailed', error: { code: 'PROVIDER_UNAVAILABLE' } });
    expect(ofType(events, 'ModelCallFailed').at(-1)).toMatchObject({ willRetry: false });
    expect(chat.asked(model)).toHaveLength(3 * TRIES);
  });

  test('then a task that is cancelled meanwhile stays cancelled', async () => {
    const id = await ann.createTask({ prompt: 'x', model: down() });
    await deferred(id);
    data(await ann.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }', { id }));
    await wake(id);
    await expect.poll(async () => (await rowOf(id)).deferred_until).toBeNull();
    expect(await rowOf(id)).toMatchObject({ status: 'cancelled' });
  });

  test('then one that is ended by hand and retried is ready at once, and is woken no second time', async () => {
    const model = downAtFirst('again');
    const id = await ann.createTask({ prompt: 'x', model });
    await deferred(id);
    data(
      await ann.query('mutation ($id: ID!) { endTask(input: { id: $id, status: FAILED }) { task { id } } }', {
        id,
      }),
    );
    data(await ann.query('mutation ($id: ID!) { retryTask(input: { id: $id }) { task { id } } }', { id }));
    expect((await ann.events(id)).at(-1)).toMatchObject({ __typename: 'RunCompleted' });
    expect(await rowOf(id)).toMatchObject({ blockers: 0, deferred_until: null, unavailable_since: null });
  });

  test('then later turns of its thread wait for it', async () => {
    const made = await ann.query('mutation { createThread(input: {}) { thread { id } } }');
    const threadId = data(made).createThread.thread.id;
    const first = await ann.createTask({ prompt: 'one', model: downAtFirst('first'), threadId });
    await deferred(first);
    const model = modelThat(() => ({ text: 'second' }));
    const second = await ann.createTask({ prompt: 'two', model, threadId });
    await wake(first);
    await ann.events(second);
    const said = chat.asked(model)[0]!.messages.map(({ content }) => content);
    expect(said).toEqual(['one', 'first', 'two']);
  });

  test('then an agent goes on after its last turn, and a second outage is reckoned anew', async () => {
    const model = modelThat((nth) => {
      if (nth === 1) return { calls: [['write_file', { path: 'a.txt', content: 'a' }]] };
      if (nth <= 1 + TRIES) return DOWN;
      if (nth === 2 + TRIES) return { calls: [['read_file', { path: 'a.txt' }]] };
      return nth <= 2 + 2 * TRIES ? DOWN : { text: 'Done.' };
    });
    const id = await startAgent(ann, model);
    await deferred(id);
    await age(id, 149);
    await wake(id);
    // The first outage would leave no time for another wait.
    await deferred(id, 2);
    await wake(id);
    const events = await ann.events(id);
    expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', result: { summary: 'Done.' } });
    const tools = ofType(events, 'ToolCallStarted');
    expect(tools).toHaveLength(2);
  });

  test('then a prompt that pays for another model in each round is tried for no longer', async () => {
    const responseSchema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const model = modelThat(() => ({ text: 'no JSON' }));
    const id = await ann.createTask({ prompt: 'x', model, fallbackModels: [down()], responseSchema });
    await deferred(id);
    await age(id, 151);
    await wake(id);
    const events = await ann.events(id);
    expect(events.at(-1)).toMatchObject({ __typename: 'RunFailed', error: { code: 'PROVIDER_UNAVAILABLE' } });
    expect(chat.asked(model)).toHaveLength(2);
  });

  test('then its call is settled although the wait cannot be planned', async () => {
    const { pool } = server.store.database;
    const query = pool.query.bind(pool) as (...given: unknown[]) => unknown;
    const spy = vi.spyOn(pool, 'query').mockImplementation(((...given: unknown[]) => {
      if ((given[0] as { name?: string }).name === 'read-outage')
        return Promise.reject(new Error('no outage'));
      return query(...given);
    }) as never);
    onTestFinished(() => spy.mockRestore());
    const id = await ann.createTask({ prompt: 'x', model: down() });
    expect((await ann.events(id)).at(-1)).toMatchObject({ __typename: 'RunFailed' });
    const { modelCalls } = await ann.task(id);
    expect(modelCalls.map(({ status, cost }: { status: string; cost: number }) => [status, cost])).toEqual(
      Array.from({ length: TRIES }, () => ['FAILED', 0]),
    );
  });

  test.each([408, 504, 524])(
    'then a gateway that gave up on the model (%i) is not asked later',
    async (status) => {
      const refusal = { status, error: { message: 'upstream timed out' }, headers: { 'retry-after': '0' } };
      const id = await ann.createTask({ prompt: 'x', model: modelThat(() => ({ refusal })) });
      const events = await ann.events(id);
      expect(types(events)).not.toContain('RunQueued');
      expect(events.at(-1)).toMatchObject({ __typename: 'RunFailed' });
    },
  );

  test('then the time limit of an agent holds', async () => {
    const made = await ann.query(
      'mutation { createAgent(input: { name: "Hasty", limits: { timeoutSeconds: 2 } }) { agent { id } } }',
    );
    const id = await startAgent(ann, down(), { agentId: data(made).createAgent.agent.id });
    const events = await ann.events(id);
    expect(types(events)).not.toContain('RunQueued');
    expect(events.at(-1)).toMatchObject({ __typename: 'RunFailed' });
  });

  test('then an orchestration waits for its evaluator, and keeps the answer that it has', async () => {
    const author = modelThat(() => ({ text: 'Eight.' }));
    const evaluator = downAtFirst(verdict(9));
    const preferredModels = [author, evaluator];
    const id = await startOrchestration(ann, { preferredModels, maxIterations: 1 });
    await expect.poll(async () => (await rowOf(id)).deferred_until, { timeout: 20_000 }).not.toBeNull();
    await wake(id);
    await followOrchestration(ann, id);
    expect(await read(ann, id)).toMatchObject({
      status: 'COMPLETED',
      finalResponse: 'Eight.',
      finalScore: 9,
      rounds: [{ evaluationError: null }],
    });
    expect(chat.asked(author)).toHaveLength(1);
  });

  test('then a template goes on with the step it was in, and its earlier steps are not done again', async () => {
    const steps = await createTemplate(ann, {
      steps: [
        { key: 'one', type: 'RUN_SCRIPT', script: 'echo first >file' },
        { key: 'two', type: 'GENERATE', model: downAtFirst('second'), prompt: 'x' },
        { key: 'three', type: 'RUN_SCRIPT', script: 'cat file' },
      ],
    });
    const id = await ann.createTask({ templateName: steps.name });
    await deferred(id);
    await wake(id);
    const events = await ann.events(id);
    expect(ofType(events, 'StepCompleted')).toHaveLength(3);
    expect(await taskOf(ann, id)).toMatchObject({ status: 'COMPLETED', result: { output: 'first\n' } });
  });
});

test.each(['503', 'cut'])(
  'given an Ollama that fails (%s) while it fetches a model, then it is asked again later',
  async (fault) => {
    const admin = await server.newUser();
    await sql(
      'update app_user set is_admin = true where id = (select id from app_user order by created_at desc limit 1)',
      [],
    );
    // Broken off at once each time: what has got on would begin to count its tries anew.
    const model = `later@fault=${fault},times=${TRIES},at=1`;
    const made = await admin.query(
      'mutation ($input: PullModelInput!) { pullModel(input: $input) { task { id } } }',
      { input: { model } },
    );
    const { id } = data(made).pullModel.task;
    await seen(admin, id, 'RunQueued');
    await wake(id);
    expect((await admin.events(id)).at(-1)).toMatchObject({ __typename: 'RunCompleted' });
  },
);

test('given answers that break off, which may be charged, then a task fails after its tries', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'claude-sonnet-5-5@fault=cut' });
  const events = await ann.events(id);
  expect(types(events)).not.toContain('RunQueued');
  expect(events.at(-1)).toMatchObject({ __typename: 'RunFailed', error: { code: 'PROVIDER_STREAM_BROKEN' } });
});
