import { describe, expect, test } from 'vitest';
import { type Answer, type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';

const MODEL = `id modelId provider name aliases version capabilities specialties contextWindow maxOutput hasOwnPrices
  prices { input cachedInput output } supportsVision supportsFunctionCalling isActive isBuiltIn`;
const LIST = `query ($filter: ModelFilter, $first: Int, $after: String) { models(filter: $filter, first: $first, after: $after) {
  nodes { ${MODEL} } pageInfo { hasNextPage endCursor } } }`;
const CREATE = `mutation ($input: CreateModelInput!) { createModel(input: $input) { model { ${MODEL} } } }`;
const UPDATE = `mutation ($input: UpdateModelInput!) { updateModel(input: $input) { model { ${MODEL} } } }`;
const DELETE = 'mutation ($input: DeleteModelInput!) { deleteModel(input: $input) { deletedId } }';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const admin = fixture(() => server.newUser());
const ann = fixture(() => server.newUser());
const bob = fixture(() => server.newUser());

const list = async (who: Client, filter: object = {}) =>
  data(await who.query(LIST, { filter, first: 100 })).models.nodes as Record<string, unknown>[];
const create = (who: Client, input: object) => who.query(CREATE, { input });
const created = async (who: Client, input: object) => data(await create(who, input)).createModel.model;
const update = (who: Client, input: object) => who.query(UPDATE, { input });
const find = (who: Client, name: string) =>
  who.query(`query ($name: String!) { model(by: { name: $name }) { ${MODEL} } }`, { name });
const idOf = async (name: string) => data(await find(admin, name)).model.id as string;
const fieldOf = (answer: Answer) => [errorCode(answer), answer.errors?.[0]?.extensions.field];

/** What a task that names it becomes: `provider/model`, or the code of the refusal. */
async function named(who: Client, model: string): Promise<string> {
  const answer = await who.query(
    'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { provider model } } }',
    { input: { prompt: 'x', model, hold: true } },
  );
  if (answer.errors) return String(errorCode(answer));
  const { task } = data(answer).createTask;
  return `${task.provider}/${task.model}`;
}

describe('what is in it', () => {
  test('the built-in models are everybody’s to read, with the prices of the list', async () => {
    expect((await list(ann)).find(({ modelId }) => modelId === 'gpt-4o')).toMatchObject({
      provider: 'OPENAI',
      name: 'GPT-4o',
      aliases: ['gpt4'],
      capabilities: ['TEXT', 'CODE', 'VISION'],
      contextWindow: 128_000,
      prices: { input: 2.5, cachedInput: 1.25, output: 10 },
      hasOwnPrices: false,
      isActive: true,
      isBuiltIn: true,
    });
  });

  test.each([
    { filter: { provider: 'ANTHROPIC' }, has: 'claude-sonnet-5-5', hasNot: 'gpt-4o' },
    { filter: { capability: 'REASONING' }, has: 'o3', hasNot: 'gpt-4o' },
    { filter: { search: 'GPT4' }, has: 'gpt-4o', hasNot: 'gpt-4o-mini' },
    { filter: { search: 'opus 5' }, has: 'claude-opus-5-5', hasNot: 'gpt-4o' },
    { filter: { search: '%' }, has: null, hasNot: 'gpt-4o' },
    { filter: { isActive: false }, has: null, hasNot: 'gpt-4o' },
  ])('a filter: $filter', async ({ filter, has, hasNot }) => {
    const ids = (await list(ann, filter)).map(({ modelId }) => modelId);
    if (has) expect(ids).toContain(has);
    expect(ids).not.toContain(hasNot);
  });

  test('page by page, everything comes once', async () => {
    const seen: unknown[] = [];
    let page = { endCursor: null, hasNextPage: true };
    while (page.hasNextPage) {
      const { models } = data(await ann.query(LIST, { first: 4, after: page.endCursor }));
      seen.push(...models.nodes.map(({ id }: { id: string }) => id));
      page = models.pageInfo;
    }
    expect(seen.toSorted()).toEqual((await list(ann)).map(({ id }) => id).toSorted());
  });

  test('one by its id, and by each of its names', async () => {
    const id = await idOf('gpt-4o');
    for (const name of ['gpt4', 'openai/gpt-4o']) expect(await idOf(name)).toBe(id);
    const byId = await ann.query('query ($id: ID!) { model(by: { id: $id }) { modelId } }', { id });
    expect(data(byId).model.modelId).toBe('gpt-4o');
    expect(fieldOf(await find(ann, 'gpt-99'))).toEqual(['NOT_FOUND', 'by.name']);
    const both = '{ model(by: { name: "gpt-4o", id: "x" }) { id } }';
    expect(errorCode(await ann.query(both))).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});

describe('a model of one’s own', () => {
  test('is found by its names, by its owner alone; and gone when it is deleted', async () => {
    const input = { provider: 'OPENAI', modelId: 'ft:gpt-4o:acme', aliases: ['acme'], specialties: ['Law'] };
    const made = await created(ann, input);
    expect(made).toMatchObject({ name: 'ft:gpt-4o:acme', specialties: ['law'], isBuiltIn: false });
    expect([await named(ann, 'acme'), await named(bob, 'acme')]).toEqual([
      'OPENAI/ft:gpt-4o:acme',
      'UNKNOWN_MODEL',
    ]);
    const changed = await update(ann, { id: made.id, aliases: ['acme-law'] });
    expect(data(changed).updateModel.model.aliases).toEqual(['acme-law']);
    expect([await named(ann, 'acme'), await named(ann, 'acme-law')]).toEqual([
      'UNKNOWN_MODEL',
      'OPENAI/ft:gpt-4o:acme',
    ]);
    expect(errorCode(await update(bob, { id: made.id, name: 'x' }))).toBe('NOT_FOUND');
    expect(errorCode(await bob.query(DELETE, { input: { id: made.id } }))).toBe('NOT_FOUND');
    data(await ann.query(DELETE, { input: { id: made.id } }));
    expect(await named(ann, 'acme-law')).toBe('UNKNOWN_MODEL');
  });

  test('two users may call different models the same', async () => {
    await created(ann, { provider: 'OPENAI', modelId: 'ft:ann', aliases: ['ours'] });
    await created(bob, { provider: 'OPENAI', modelId: 'ft:bob', aliases: ['ours'] });
    expect([await named(ann, 'ours'), await named(bob, 'ours')]).toEqual(['OPENAI/ft:ann', 'OPENAI/ft:bob']);
  });

  test.each([
    { given: { provider: 'ANTHROPIC', modelId: 'gpt-4o' }, field: 'input.modelId' },
    { given: { modelId: 'gpt4' }, field: 'input.modelId' },
    { given: { modelId: 'x', aliases: ['y', 'gpt4'] }, field: 'input.aliases' },
    { given: { modelId: 'x', aliases: ['claude-opus-5-5'] }, field: 'input.aliases' },
  ])('never shadows a built-in one: $given', async ({ given, field }) => {
    expect(fieldOf(await create(ann, { provider: 'OPENAI', ...given }))).toEqual(['CONFLICT', field]);
    expect(await named(ann, 'gpt4')).toBe('OPENAI/gpt-4o');
  });

  test('may describe a built-in one anew for its owner, at the same rank; what an admin disables stays so', async () => {
    const [cat, bob] = [await server.newUser(), await server.newUser()];
    const input = { provider: 'OPENAI', modelId: 'gpt-4.1-nano', prices: { input: 7, output: 9 } };
    const { id } = await created(cat, { ...input, name: 'Nano of mine', capabilities: ['TEXT', 'PLANNING'] });
    const { capabilities: _, ...described } = data(await find(bob, 'gpt-4.1-nano')).model;
    expect(data(await find(cat, 'gpt-4.1-nano')).model).toMatchObject({
      id,
      name: 'Nano of mine',
      capabilities: ['TEXT', 'PLANNING'],
      contextWindow: described.contextWindow,
      maxOutput: described.maxOutput,
      supportsFunctionCalling: true,
    });
    expect(data(await find(bob, 'gpt-4.1-nano')).model.name).not.toBe('Nano of mine');
    const select = `{ selectModel(input: { requiredCapabilities: [PLANNING], contextWindow: 1000 }) {
      selected { model { id prices { input } } } alternatives { model { modelId } } } }`;
    const { selected, alternatives } = data(await cat.query(select)).selectModel;
    const offered = [selected, ...alternatives].map(({ model }) => model.modelId ?? model.id);
    expect(new Set(offered).size).toBe(offered.length);
    const builtIn = data(await find(bob, 'gpt-4.1-nano')).model.id;
    data(await update(admin, { id: builtIn, isActive: false }));
    expect(await named(cat, 'gpt-4.1-nano')).toBe('UNKNOWN_MODEL');
    expect(fieldOf(await create(bob, input))).toEqual(['CONFLICT', 'input.modelId']);
    data(await update(admin, { id: builtIn, isActive: true }));
    expect(await named(cat, 'gpt-4.1-nano')).toBe('OPENAI/gpt-4.1-nano');
  });

  test('is there once', async () => {
    const input = { provider: 'OPENAI', modelId: 'twice' };
    const codes = (await Promise.all([create(ann, input), create(ann, input)])).map(
      ({ errors }) => errors?.[0]?.extensions.code,
    );
    expect(codes.toSorted()).toEqual(['CONFLICT', undefined]);
  });
});

describe('what is the admin’s', () => {
  test.each([
    { given: { isBuiltIn: true }, field: 'input.isBuiltIn' },
    { given: { firstTokenSeconds: 9 }, field: 'input.firstTokenSeconds' },
  ])('others are refused $field', async ({ given, field }) => {
    const input = { provider: 'OPENAI', modelId: 'mine', ...given };
    expect(fieldOf(await create(ann, input))).toEqual(['FORBIDDEN', field]);
  });

  test('built-in models cannot be changed or deleted by others', async () => {
    const id = await idOf('o3');
    expect(errorCode(await update(ann, { id, name: 'mine' }))).toBe('FORBIDDEN');
    expect(errorCode(await ann.query(DELETE, { input: { id } }))).toBe('FORBIDDEN');
  });

  test('a built-in model that he makes is everybody’s, until he deletes it', async () => {
    const made = await created(admin, { provider: 'OPENAI', modelId: 'house-model', isBuiltIn: true });
    expect(await named(ann, 'house-model')).toBe('OPENAI/house-model');
    data(await admin.query(DELETE, { input: { id: made.id } }));
    expect(await named(ann, 'house-model')).toBe('UNKNOWN_MODEL');
  });

  test('one that comes with the build is not deleted, but taken out of use; under no name is it accepted then', async () => {
    const id = await idOf('o4-mini');
    expect(fieldOf(await admin.query(DELETE, { input: { id } }))).toEqual(['INVALID_STATE', 'input.id']);
    data(await update(admin, { id, isActive: false }));
    for (const name of ['o4-mini', 'openai/o4-mini', 'o4-mini@tokens=1']) {
      expect(await named(ann, name)).toBe('UNKNOWN_MODEL');
      expect(data(await find(ann, name)).model).toMatchObject({ modelId: 'o4-mini', isActive: false });
    }
    data(await update(admin, { id, isActive: true }));
    expect(await named(ann, 'o4-mini')).toBe('OPENAI/o4-mini');
  });

  test('what he changed outlives the next start', async () => {
    const { seedCatalog } = await import('../../src/store/models/built-in-models.ts');
    data(await update(admin, { id: await idOf('gpt-4.1'), name: 'Our workhorse' }));
    await seedCatalog(server.store.database);
    expect(data(await find(ann, 'gpt-4.1')).model.name).toBe('Our workhorse');
    expect(data(await find(ann, 'gpt-4o')).model.name).toBe('GPT-4o');
  });
});

describe('prices of a model', () => {
  const estimate = (name: string, tokens: number) =>
    ann.query(
      'query ($name: String!, $tokens: Int!) { model(by: { name: $name }) { estimatedCost(inputTokens: $tokens) } }',
      {
        name,
        tokens,
      },
    );

  test.each([
    { name: 'gpt-4o', tokens: 0, expected: 0 },
    { name: 'gpt-4o', tokens: 10_000, expected: 0.025 },
    { name: 'demo', tokens: 10_000, expected: 0 },
  ])('to send $tokens tokens to $name costs $expected', async ({ name, tokens, expected }) => {
    expect(data(await estimate(name, tokens)).model.estimatedCost).toBe(expected);
  });

  test('what a model costs whose price nobody knows is not known', async () => {
    const { modelId } = await created(ann, { provider: 'OPENAI', modelId: 'unheard-of' });
    expect(data(await estimate(modelId, 10)).model.estimatedCost).toBeNull();
  });

  test('nobody sends less than nothing', async () => {
    expect(fieldOf(await estimate('gpt-4o', -1))).toEqual(['VALIDATION_ERROR', 'inputTokens']);
  });

  const run = async (who: Client, input: object) => {
    const id = await who.createTask({ prompt: 'one two three', ...input });
    await who.events(id);
    return { id, ...(await who.task(id)) };
  };
  const price = async (name: string, prices: object | null) =>
    data(await update(admin, { id: await idOf(name), prices })).updateModel.model;
  const expected = ({ inputTokens, outputTokens }: Record<string, number>, input: number, output: number) =>
    (inputTokens! * input + outputTokens! * output) / 1e6;

  test('those of the list, then an admin’s, then those of the list again', async () => {
    const model = 'gpt-4o@tokens=7';
    const before = await run(ann, { model });
    expect(before.cost).toBeCloseTo(expected(before.usage, 2.5, 10), 12);
    expect(await price('gpt-4o', { input: 100, output: 0.000001 })).toMatchObject({
      hasOwnPrices: true,
      prices: { input: 100, cachedInput: null, output: 0.000001 },
    });
    const changed = await run(ann, { model });
    expect(changed.cost).toBeCloseTo(expected(changed.usage, 100, 0.000001), 12);
    expect(await price('gpt-4o', null)).toMatchObject({ hasOwnPrices: false, prices: { input: 2.5 } });
    expect((await run(ann, { model })).cost).toBe(before.cost);
  });

  test('known to be free, and unknown', async () => {
    await created(admin, { provider: 'OPENAI', modelId: 'unheard-of', isBuiltIn: true });
    expect(data(await find(ann, 'unheard-of')).model.prices).toBeNull();
    expect(await run(ann, { model: 'unheard-of' })).toMatchObject({ cost: 0, costComplete: false });
    const refused = await run(ann, { model: 'unheard-of', costLimit: 1 });
    expect(refused.error.code).toBe('PRICE_UNKNOWN');
    await price('unheard-of', { input: 0, output: 0 });
    expect(await run(ann, { model: 'unheard-of', costLimit: 1 })).toMatchObject({
      status: 'COMPLETED',
      cost: 0,
      costComplete: true,
    });
  });

  test('an own model’s are shown and compared; cost limits and costs do not follow them', async () => {
    const cat = await server.newUser();
    const prices = { input: 0.000001, output: 0.000001 };
    const { modelId } = await created(cat, { provider: 'OPENAI', modelId: 'priced-by-cat', prices });
    expect(data(await find(cat, modelId)).model).toMatchObject({ hasOwnPrices: true, prices });
    expect(await run(cat, { model: modelId })).toMatchObject({ cost: 0, costComplete: false });
    expect((await run(cat, { model: modelId, costLimit: 1 })).error.code).toBe('PRICE_UNKNOWN');
    await created(cat, { provider: 'OPENAI', modelId: 'gpt-4o-mini', prices });
    await price('gpt-4o-mini', { input: 1, output: 1_000_000 });
    expect((await run(cat, { model: 'gpt-4o-mini', costLimit: 100 })).error.code).toBe('BUDGET_EXCEEDED');
    const { cost, usage } = await run(cat, { model: 'gpt-4o-mini@tokens=3' });
    expect(cost).toBeCloseTo(expected(usage, 1, 1_000_000), 9);
    await price('gpt-4o-mini', null);
  });

  test('a cost limit reserves by them', async () => {
    await price('gpt-4o-mini', { input: 1, output: 1_000_000 });
    const { error } = await run(ann, { model: 'gpt-4o-mini', costLimit: 100 });
    expect(error.code).toBe('BUDGET_EXCEEDED');
    await price('gpt-4o-mini', null);
  });

  test('a run goes on at the price that it began with', async () => {
    const model = 'gpt-4.1-mini@tokens=5,fault=cut,times=1,itl=100,key=constant';
    await price('gpt-4.1-mini', { input: 10, output: 20 });
    const id = await ann.createTask({ prompt: 'one two', model });
    await vendor.waitFor(({ faults }) => faults > 0, 5000);
    await price('gpt-4.1-mini', { input: 1000, output: 2000 });
    await ann.events(id);
    const { cost, usage, modelCalls } = await ann.task(id);
    expect(modelCalls).toHaveLength(2);
    expect(cost).toBeCloseTo(expected(usage, 10, 20), 12);
    const next = await run(ann, { model: 'gpt-4.1-mini@tokens=5' });
    expect(next.cost).toBeCloseTo(expected(next.usage, 1000, 2000), 12);
    const { rows } = await server.store.database.pool.query(
      `select distinct price_source, input_price::float8 as input from model_call where model = $1`,
      [model],
    );
    expect(rows).toEqual([{ price_source: 'catalog', input: 10 }]);
    await price('gpt-4.1-mini', null);
  });
});

describe('what is refused', () => {
  test.each([
    { given: { modelId: '' }, field: 'input.modelId' },
    { given: { modelId: 'a\u0000b' }, field: 'input.modelId' },
    { given: { modelId: ' x' }, field: 'input.modelId' },
    { given: { modelId: 'x'.repeat(201) }, field: 'input.modelId' },
    { given: { aliases: ['ok', ''] }, field: 'input.aliases.1' },
    { given: { specialties: ['\ud800'] }, field: 'input.specialties.0' },
    { given: { contextWindow: 0 }, field: 'input.contextWindow' },
    { given: { firstTokenSeconds: 0 }, field: 'input.firstTokenSeconds' },
    { given: { firstTokenSeconds: 86_401 }, field: 'input.firstTokenSeconds' },
    { given: { prices: { input: -1, output: 1 } }, field: 'input.prices.input' },
    { given: { prices: { input: 1, output: 0.0000001 } }, field: 'input.prices.output' },
    { given: { prices: { input: 1e7, output: 1 } }, field: 'input.prices.input' },
    { given: { name: '' }, field: 'input.name' },
  ])('$given', async ({ given, field }) => {
    const answer = await create(admin, { provider: 'OPENAI', modelId: 'ok', isBuiltIn: true, ...given });
    expect(fieldOf(answer)).toEqual(['VALIDATION_ERROR', field]);
  });

  test('a filter that no database could hold', async () => {
    const answer = await ann.query(LIST, { filter: { search: '\u0000' } });
    expect(fieldOf(answer)).toEqual(['VALIDATION_ERROR', 'filter.search']);
  });
});
