import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Client, data } from '../harness/client.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { bodyOf, chunk } from '../harness/vendor/behaviours/events.ts';

const usage = { choices: [], usage: { prompt_tokens: 1_000, completion_tokens: 1_000 } };
const HELLO = bodyOf({ sent: [chunk({ content: 'Hello' }, 'stop'), usage, '[DONE]'] });

let vendor: Server;
let list: { status: number; body: unknown };
/** Requests that it refuses before it answers. */
let refusals: number;
/** Whether it never answers. */
let isSilent: boolean;
let server: TestServer;
let ann: Client;

beforeEach(async () => {
  refusals = 0;
  isSilent = false;
  vendor = createServer(async (request, response) => {
    request.resume();
    if (request.method === 'POST') {
      if (isSilent) return vendor.emit('asked');
      if (refusals === 0) return response.end(HELLO);
      refusals -= 1;
      return response.writeHead(503).end();
    }
    response.writeHead(list.status, { 'content-type': 'application/json' }).end(JSON.stringify(list.body));
  });
  await once(vendor.listen(0, '127.0.0.1'), 'listening');
});
afterEach(async () => {
  await server?.stop();
  vendor.closeAllConnections();
  vendor.close();
});

/** A server of models that it lists so, and a user of it. */
async function serve(body: unknown, status = 200): Promise<void> {
  list = { status, body };
  const url = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}/v1`;
  server = await startTestServer({ variables: { OPENAI_BASE_URL: url } });
  ann = await server.newUser();
}

const run = async (input: object) => {
  const id = await ann.createTask({ prompt: 'x', ...input });
  expect((await ann.events(id)).at(-1)).toMatchObject({ __typename: 'RunCompleted' });
  return ann.task(id);
};
const offered = async () => {
  const query = `{ models(filter: { provider: OPENAI, isActive: true }, first: 100) { nodes {
    modelId contextWindow prices { input } } } }`;
  return data(await ann.query(query)).models.nodes;
};

const VLLM = { object: 'list', data: [{ id: 'Qwen/Qwen2.5-0.5B', owned_by: 'vllm', max_model_len: 32_768 }] };

test('a server of one’s own has the models that it lists, at no known price', async () => {
  await serve(VLLM);
  // What it is called does not make it OpenAI's.
  expect(await run({ model: 'gpt-4o' })).toMatchObject({ cost: 0, costComplete: false });
  await expect.poll(offered).toEqual([{ modelId: 'Qwen/Qwen2.5-0.5B', contextWindow: 32_768, prices: null }]);
  expect(await run({})).toMatchObject({ result: { model: 'Qwen/Qwen2.5-0.5B' }, costComplete: false });
});

test('one that lists a model under a name of OpenAI’s does not have its price either', async () => {
  await serve({ data: [{ id: 'gpt-4o', owned_by: 'openai' }] });
  expect(await run({ model: 'gpt-4o' })).toMatchObject({ costComplete: false });
  await expect.poll(offered).toMatchObject([{ modelId: 'gpt-4o', prices: null }]);
});

test('a gateway that passes OpenAI’s list on has its models and prices', async () => {
  await serve({ data: [{ id: 'gpt-4o-mini', owned_by: 'system' }] });
  const { cost, costComplete } = await run({ model: 'gpt-4o' });
  expect({ cost, costComplete }).toEqual({ cost: 0.0125, costComplete: true });
  expect(await offered()).toHaveLength(10);
});

test('without a list nothing is known: models stay, prices are not OpenAI’s', async () => {
  await serve({ detail: 'Not Found' }, 404);
  expect(await run({ model: 'gpt-4o' })).toMatchObject({ cost: 0, costComplete: false });
  expect(await offered()).toHaveLength(10);
});

test('a refused call costs nothing, also where no price is known', async () => {
  await serve(VLLM);
  const id = await ann.createTask({ prompt: 'x', model: 'openai/Qwen/Qwen2.5-0.5B' });
  await ann.events(id);
  expect(await ann.task(id)).toMatchObject({ costComplete: false });
  refusals = 99;
  const refused = await ann.createTask({ prompt: 'x', model: 'openai/Qwen/Qwen2.5-0.5B' });
  expect((await ann.events(refused)).at(-1)).toMatchObject({ __typename: 'RunFailed' });
  expect(await ann.task(refused)).toMatchObject({ cost: 0, costComplete: true });
});

test('a call that found no server costs nothing', async () => {
  await serve(VLLM);
  const closed = once(vendor, 'close');
  vendor.close();
  vendor.closeAllConnections();
  await closed;
  const id = await ann.createTask({ prompt: 'x', model: 'openai/other' });
  expect((await ann.events(id)).at(-1)).toMatchObject({ error: { code: 'PROVIDER_UNAVAILABLE' } });
  expect(await ann.task(id)).toMatchObject({ cost: 0, costComplete: true });
});

test('how long a model may take to its first token is a setting of the model', async () => {
  await serve(VLLM);
  const create = `mutation ($input: CreateModelInput!) { createModel(input: $input) {
    model { firstTokenSeconds } } }`;
  const input = { provider: 'OPENAI', modelId: 'slow', isBuiltIn: true, firstTokenSeconds: 1 };
  expect(data(await ann.query(create, { input })).createModel.model).toEqual({ firstTokenSeconds: 1 });
  isSilent = true;
  const id = await ann.createTask({ prompt: 'x', model: 'slow' });
  expect((await ann.events(id)).at(-1)).toMatchObject({
    error: { code: 'PROVIDER_TIMEOUT', message: expect.stringContaining('for 1 s') },
  });
});
