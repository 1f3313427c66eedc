import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';

const CANARY = 'canary-key-of-custom-1234';
const SHOWN = 'id modelId baseUrl hasApiKey isBuiltIn prices { input }';
const CREATE = `mutation ($input: CreateModelInput!) { createModel(input: $input) { model { ${SHOWN} } } }`;
const UPDATE = `mutation ($input: UpdateModelInput!) { updateModel(input: $input) { model { ${SHOWN} } } }`;

const vendor = fixture(startVendor);
const other = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: { OUTBOUND_ALLOW: '127.0.0.1', SECRETS_KEY: Buffer.alloc(32, 7).toString('base64') },
  }),
);
const admin = fixture(() => server.newUser());
const ann = fixture(() => server.newUser());

const create = (who: Client, input: object) => who.query(CREATE, { input: { provider: 'CUSTOM', ...input } });
const created = async (input: object) => data(await create(admin, input)).createModel.model;
const update = async (input: object) => data(await admin.query(UPDATE, { input })).updateModel.model;

async function run(model: string) {
  const id = await ann.createTask({ prompt: 'x', model });
  const events = await ann.events(id);
  return { last: events.at(-1), events, task: await ann.task(id) };
}

describe('a custom model', () => {
  test('is served at its address, with its key, to everybody', async () => {
    const made = await created({
      modelId: 'our-llama@tokens=5',
      aliases: ['llama'],
      baseUrl: `${vendor.url}/v1/`,
      apiKey: CANARY,
    });
    expect(made).toMatchObject({
      baseUrl: `${vendor.url}/v1`,
      hasApiKey: true,
      isBuiltIn: true,
      prices: null,
    });
    const { last, task } = await run('llama');
    expect(last).toMatchObject({ __typename: 'RunCompleted', result: { output: answerText(5) } });
    expect(task).toMatchObject({ costComplete: false, modelCalls: [{ provider: 'CUSTOM' }] });
    expect(vendor.requests.at(-1)).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${CANARY}` },
      body: { model: 'our-llama@tokens=5' },
    });
  });

  test('costs what its row says', async () => {
    await created({
      modelId: 'priced',
      baseUrl: `${vendor.url}/v1`,
      apiKey: CANARY,
      prices: { input: 1, output: 2 },
    });
    const { task } = await run('custom/priced@tokens=5');
    expect(task.costComplete).toBe(true);
    expect(task.cost).toBeCloseTo((task.usage.inputTokens + 5 * 2) / 1e6, 12);
  });

  test('is resolved when it runs: another address, another key, none', async () => {
    const { id } = await created({ modelId: 'moves', baseUrl: `${vendor.url}/v1`, apiKey: CANARY });
    await run('moves');
    await update({ id, baseUrl: `${other.url}/v1`, apiKey: 'another-key' });
    const before = vendor.stats().total;
    expect((await run('moves')).last).toMatchObject({ __typename: 'RunCompleted' });
    expect(other.requests.at(-1)?.headers.authorization).toBe('Bearer another-key');
    expect(vendor.stats().total).toBe(before);
    expect(await update({ id, apiKey: null })).toMatchObject({ hasApiKey: false });
    expect((await run('moves')).last).toMatchObject({ error: { code: 'PROVIDER_AUTH' } });
    expect(other.requests.at(-1)?.headers).not.toHaveProperty('authorization');
  });

  test('that is gone when its run begins is MODEL_NOT_FOUND', async () => {
    const { id } = await created({ modelId: 'goes', baseUrl: `${vendor.url}/v1` });
    const task = await ann.createTask({ prompt: 'x', model: 'goes', hold: true });
    data(await admin.query('mutation ($id: ID!) { deleteModel(input: { id: $id }) { deletedId } }', { id }));
    await ann.query('mutation ($id: ID!) { executeTask(input: { id: $id }) { task { id } } }', { id: task });
    expect((await ann.events(task)).at(-1)).toMatchObject({ error: { code: 'MODEL_NOT_FOUND' } });
    const answer = await ann.query(
      'mutation { createTask(input: { prompt: "x", model: "custom/goes" }) { task { id } } }',
    );
    expect(errorCode(answer)).toBe('UNKNOWN_MODEL');
  });
});

describe('its key', () => {
  test('stands nowhere: not in answers, events, errors or the database', async () => {
    const { id } = await created({
      modelId: 'secret@fault=401',
      baseUrl: `${vendor.url}/v1`,
      apiKey: CANARY,
    });
    const { events, task } = await run('secret@fault=401');
    const seen = await admin.query(`query ($id: ID!) { model(by: { id: $id }) { ${SHOWN} } }`, { id });
    const { rows } = await server.store.database.pool.query(
      `select to_jsonb(model) as row from model union all select to_jsonb(run_event) from run_event union all select to_jsonb(run_text) from run_text
       union all select to_jsonb(task) from task union all select to_jsonb(model_call) from model_call`,
    );
    expect(task.error.code).toBe('PROVIDER_AUTH');
    expect(task.error.message).toContain('Check the apiKey of the model');
    expect(JSON.stringify([events, task, seen, rows])).not.toContain(CANARY);
  });

  test('sealed under another SECRETS_KEY says so', async () => {
    await created({ modelId: 'foreign', baseUrl: `${vendor.url}/v1`, apiKey: CANARY });
    await server.store.database.pool.query(
      `update model set sealed_api_key = 'deadbeef' || substr(sealed_api_key, 9) where model_id = 'foreign'`,
    );
    expect((await run('foreign')).last).toMatchObject({
      error: { code: 'PROVIDER_NOT_CONFIGURED', message: expect.stringContaining('set it again') },
    });
  });
});

describe('its address', () => {
  test.each(['127.0.0.2', '[::1]', '[::ffff:127.0.0.2]', '0.0.0.0', '169.254.169.254', '2130706434'])(
    '%s is not reached unless OUTBOUND_ALLOW names it',
    async (host) => {
      const { port } = new URL(vendor.url);
      const modelId = `private ${host}`;
      await created({ modelId, baseUrl: `http://${host}:${port}/v1`, apiKey: CANARY });
      const before = vendor.stats().total;
      const { last } = await run(modelId);
      expect(last).toMatchObject({ __typename: 'RunFailed', error: { code: 'ADDRESS_REFUSED' } });
      expect(vendor.stats().total).toBe(before);
    },
  );

  test('that redirects is not followed', async () => {
    const redirecting = createServer((_request, response) => {
      response.writeHead(307, { location: `${vendor.url}/v1/chat/completions` }).end();
    });
    await once(redirecting.listen(0, '127.0.0.1'), 'listening');
    const { port } = redirecting.address() as AddressInfo;
    await created({ modelId: 'redirects', baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: CANARY });
    const before = vendor.stats().total;
    expect((await run('redirects')).last).toMatchObject({ error: { code: 'PROVIDER_BAD_REQUEST' } });
    expect(vendor.stats().total).toBe(before);
    redirecting.closeAllConnections();
    redirecting.close();
  });

  test('is shown to admins alone', async () => {
    const { id } = await created({ modelId: 'shown', baseUrl: 'https://models.example.com/v1' });
    const ask = async (who: Client) =>
      data(await who.query('query ($id: ID!) { model(by: { id: $id }) { baseUrl } }', { id })).model.baseUrl;
    expect([await ask(admin), await ask(ann)]).toEqual(['https://models.example.com/v1', null]);
  });

  test.each([
    { given: {}, field: 'input.baseUrl' },
    { given: { baseUrl: 'models.example.com' }, field: 'input.baseUrl' },
    { given: { baseUrl: 'ftp://models.example.com' }, field: 'input.baseUrl' },
    { given: { baseUrl: 'https://me:secret@models.example.com' }, field: 'input.baseUrl' },
    { given: { baseUrl: 'https://models.example.com?key=1' }, field: 'input.baseUrl' },
    { given: { baseUrl: 'https://models.example.com', apiKey: 'a\nb' }, field: 'input.apiKey' },
    { given: { provider: 'OPENAI', baseUrl: 'https://models.example.com' }, field: 'input.baseUrl' },
    { given: { provider: 'OPENAI', apiKey: 'k' }, field: 'input.apiKey' },
  ])('is refused: $given', async ({ given, field }) => {
    const answer = await create(admin, { modelId: 'refused', isBuiltIn: true, ...given });
    expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual(['VALIDATION_ERROR', field]);
  });

  test('is an admin’s to give', async () => {
    const answer = await create(ann, { modelId: 'mine', baseUrl: `${vendor.url}/v1` });
    expect(errorCode(answer)).toBe('FORBIDDEN');
  });
});
