import { describe, expect, test } from 'vitest';
import { type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';

const SELECT = `query ($input: SelectModelInput!) { selectModel(input: $input) { reason estimatedCost { tokens cost }
  selected { score circuit model { modelId provider } } alternatives { score circuit model { modelId } } } }`;
const CREATE_TASK = `mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id model fallbackModels } } }`;

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const admin = fixture(() => server.newUser());
const ann = fixture(() => server.newUser());

const select = async (input: object, who = ann) => data(await who.query(SELECT, { input })).selectModel;
const chosen = async (input: object, who = ann) => (await select(input, who)).selected.model.modelId;
const own = async (who: Client, input: object) =>
  data(
    await who.query('mutation ($input: CreateModelInput!) { createModel(input: $input) { model { id } } }', {
      input: { provider: 'OPENAI', ...input },
    }),
  ).createModel.model.id as string;

describe('selectModel', () => {
  test('an empty input: the one that a task gets which names none', async () => {
    const { task } = data(await ann.query(CREATE_TASK, { input: { prompt: 'x', hold: true } })).createTask;
    expect(await chosen({})).toBe(task.model);
    expect(task.model).toBe('gpt-4o');
  });

  test('what TheMachine documents', async () => {
    const selection = await select({
      type: 'code',
      requiredCapabilities: ['CODE', 'REASONING'],
      contextWindow: 10_000,
      costSensitivity: 0.7,
      preferredProvider: 'OPENAI',
    });
    expect(selection.selected).toMatchObject({
      circuit: 'CLOSED',
      model: { provider: 'OPENAI', modelId: 'gpt-5-nano' },
    });
    expect(selection.estimatedCost).toEqual({ tokens: 10_000, cost: expect.closeTo(0.0005, 9) });
    expect(
      selection.alternatives.map(({ model }: { model: { modelId: string } }) => model.modelId),
    ).toContain('o3');
    expect(selection.reason).toMatch(
      /openai, which is preferred; capable of code, reasoning; good at code; at \$0.05/,
    );
  });

  test('only models that are large enough', async () => {
    expect(await chosen({ contextWindow: 500_000 })).toBe('gpt-4.1');
    expect(
      await chosen({ contextWindow: 500_000, requiredCapabilities: ['TEXT'], specialties: ['chat'] }),
    ).toBe('gpt-4.1');
  });

  test('one’s own models, and nobody else’s', async () => {
    await own(ann, { modelId: 'anns', capabilities: ['AUDIO'] });
    expect(await chosen({ requiredCapabilities: ['AUDIO'] })).toBe('anns');
    const answer = await admin.query(SELECT, { input: { requiredCapabilities: ['AUDIO'] } });
    expect(errorCode(answer)).toBe('UNKNOWN_MODEL');
  });

  test.each([
    { input: { costSensitivity: 1.1 }, field: 'input.costSensitivity' },
    { input: { contextWindow: 0 }, field: 'input.contextWindow' },
    { input: { type: '\u0000' }, field: 'input.type' },
    { input: { specialties: [''] }, field: 'input.specialties.0' },
  ])('refuses $input', async ({ input, field }) => {
    const answer = await ann.query(SELECT, { input });
    expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual(['VALIDATION_ERROR', field]);
  });
});

describe('a task that names no model', () => {
  test('gets one that is good at its type', async () => {
    const modelFor = async (input: object) => {
      const given = { prompt: 'x', hold: true, ...input };
      return data(await ann.query(CREATE_TASK, { input: given })).createTask.task.model;
    };
    expect(await modelFor({ type: 'Analysis' })).toBe(await chosen({ type: 'analysis' }));
    expect(await modelFor({ type: 'analysis' })).toBe('gpt-5');
    expect(await modelFor({ type: 'security_scan' })).toBe('gpt-4o');
    expect(await modelFor({ type: 'analysis', model: 'o3' })).toBe('o3');
  });

  test('goes on with the next one when the chosen one fails', async () => {
    const bob = await server.newUser();
    // The first in the catalog, and broken: what is built in is taken out of use for a moment.
    const { rows } = await server.store.database.pool.query(
      `update model set is_active = false where owner_id is null and provider = 'openai' returning id`,
    );
    await own(bob, { modelId: 'a-broken@fault=503' });
    await own(bob, { modelId: 'b-works@tokens=4' });
    const { task } = data(await bob.query(CREATE_TASK, { input: { prompt: 'x' } })).createTask;
    expect(task).toMatchObject({ model: 'a-broken@fault=503', fallbackModels: ['openai/b-works@tokens=4'] });
    const events = await bob.events(task.id);
    expect(events.at(-1)).toMatchObject({
      __typename: 'RunCompleted',
      attempt: 2,
      result: { output: answerText(4), model: 'b-works@tokens=4' },
    });
    await server.store.database.pool.query('update model set is_active = true where id = any($1)', [
      rows.map(({ id }) => id),
    ]);
  });

  test('and is then given one is never answered by another', async () => {
    const { task } = data(await ann.query(CREATE_TASK, { input: { prompt: 'x', hold: true } })).createTask;
    expect(task.fallbackModels.length).toBeGreaterThan(0);
    const update = `mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task { model fallbackModels } } }`;
    const answer = await ann.query(update, { input: { id: task.id, model: 'o3' } });
    expect(data(answer).updateTask.task).toEqual({ model: 'o3', fallbackModels: [] });
  });

  test('keeps the fallback models that its caller named', async () => {
    const input = { prompt: 'x', hold: true, fallbackModels: ['o3'] };
    const { task } = data(await ann.query(CREATE_TASK, { input })).createTask;
    expect(task.fallbackModels).toEqual(['openai/o3']);
    const update = `mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task { fallbackModels } } }`;
    const answer = await ann.query(update, { input: { id: task.id, model: 'gpt-4.1' } });
    expect(data(answer).updateTask.task.fallbackModels).toEqual(['openai/o3']);
  });
});

describe('a model that fails again and again', () => {
  const needs = { requiredCapabilities: ['PLANNING'], specialties: ['weather'] };
  const flaky = 'flaky@fault=503,times=5,key=breaker,tokens=3';
  const failing = async (who: Client) => {
    const id = await who.createTask({ prompt: 'x', model: flaky, fallbackModels: ['gpt-4.1@tokens=1'] });
    return who.events(id);
  };

  test('is avoided by whoever names none, tried again after a while, and chosen again when it answers', async () => {
    const carl = await server.newUser();
    await own(carl, { modelId: flaky, capabilities: ['PLANNING'], specialties: ['weather'] });
    expect(await chosen(needs, carl)).toBe(flaky);
    for (let times = 0; times < 5; times += 1) await failing(carl);
    await expect.poll(() => chosen(needs, carl), { timeout: 5000 }).not.toBe(flaky);
    expect((await select(needs, carl)).reason).toContain('without openai/flaky');
    // Half a minute goes by.
    await server.store.database.pool.query(
      `update model_call set started_at = started_at - interval '31 seconds' where model = $1`,
      [flaky],
    );
    await expect
      .poll(async () => (await select(needs, carl)).selected, { timeout: 5000 })
      .toMatchObject({
        circuit: 'HALF_OPEN',
        model: { modelId: flaky },
      });
    expect((await failing(carl)).at(-1)).toMatchObject({ __typename: 'RunCompleted', attempt: 1 });
    await expect
      .poll(async () => (await select(needs, carl)).selected, { timeout: 5000 })
      .toMatchObject({
        circuit: 'CLOSED',
        model: { modelId: flaky },
      });
  });

  test('is still asked by whoever names it', async () => {
    const model = 'named@fault=503,times=5,key=named';
    for (let times = 0; times < 5; times += 1) {
      await ann.events(
        await ann.createTask({ prompt: 'x', model: `openai/${model}`, fallbackModels: ['gpt-4.1@tokens=1'] }),
      );
    }
    const events = await ann.events(await ann.createTask({ prompt: 'x', model: `openai/${model}` }));
    expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', attempt: 1, result: { model } });
  });
});

test('the last calls of all models are read by an index alone', async () => {
  const { pool } = server.store.database;
  await pool.query(
    `insert into model_call (id, run_id, attempt, provider, model, status)
     select 'call-' || n, 'run-' || n, 1, 'openai', 'model-' || n % 10, 'completed' from generate_series(1, 20000) as n`,
  );
  await pool.query('analyze model_call');
  const { rows } = await pool.query(
    `explain select call.status from unnest(array['openai', 'openai'], array['model-1', 'model-2']) as wanted (provider, model),
     lateral (select status from model_call where provider = wanted.provider and model = wanted.model
       and started_at > clock_timestamp() - interval '1 day' order by started_at desc limit 20) as call`,
  );
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('Index Scan Backward using model_call_model');
  expect(plan).not.toMatch(/Seq Scan|Sort/);
});
