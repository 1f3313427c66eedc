import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { data, rebuildText } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { bodyOf, chunk } from '../../harness/vendor/behaviours/events.ts';

type Json = Record<string, unknown>;

let vendor: Server;
let url: string;
const asked: Json[] = [];

const usage = { choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } };
const REFUSAL = bodyOf({ sent: [chunk({ refusal: 'I cannot help.' }), chunk({}, 'stop'), usage, '[DONE]'] });
/** As SGLang and LiteLLM say it when the answer has begun. */
const TOO_LONG = {
  error: { message: 'context length of 4096 tokens exceeded', code: 'context_length_exceeded' },
};
const OVERFLOWING = bodyOf({ sent: [chunk({ content: 'Half of ' }), TOO_LONG] });
const HELLO = bodyOf({ sent: [chunk({ content: 'Hello' }, 'stop'), usage, '[DONE]'] });

beforeAll(async () => {
  vendor = createServer(async (request, response) => {
    const body = request.method === 'POST' ? ((await json(request)) as Json) : {};
    asked.push(body);
    if ('seed' in body) {
      const error = { message: "Unsupported parameter: 'seed'", param: 'seed' };
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
    } else if (String(body.model).includes('overflows') && (body.messages as unknown[]).length > 1) {
      response.writeHead(200).end(OVERFLOWING);
    } else response.writeHead(200).end(String(body.model).includes('refuses') ? REFUSAL : HELLO);
  });
  await once(vendor.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}/v1`;
});
const server = fixture(() =>
  startTestServer({ variables: { OPENAI_BASE_URL: url, OUTBOUND_ALLOW: '127.0.0.1' } }),
);
const admin = fixture(() => server.newUser());
afterAll(async () => {
  vendor?.closeAllConnections();
  vendor?.close();
});

const countOf = (model: string) => asked.filter((body) => body.model === model).length;
const quirksOf = async (name: string) =>
  data(await admin.query('query ($name: String!) { model(by: { name: $name }) { id quirks } }', { name }))
    .model;

test('what a server refused is left out, remembered, and shown with the model', async () => {
  for (const expected of [2, 3]) {
    const id = await admin.createTask({ prompt: 'x', model: 'gpt-4.1', parameters: { seed: 7 } });
    expect((await admin.events(id)).at(-1)).toMatchObject({ __typename: 'RunCompleted', attempt: 1 });
    expect(countOf('gpt-4.1')).toBe(expected);
  }
  expect(await quirksOf('gpt-4.1')).toMatchObject({ quirks: ['no_seed'] });
  expect(await quirksOf('gpt-4o')).toMatchObject({ quirks: [] });
});

test('an admin has the quirks of a model forgotten', async () => {
  const { id } = await quirksOf('gpt-4.1');
  const update = 'mutation ($input: UpdateModelInput!) { updateModel(input: $input) { model { quirks } } }';
  const change = async (input: object) => data(await admin.query(update, { input })).updateModel.model;
  expect(await change({ id, forgetQuirks: false })).toEqual({ quirks: ['no_seed'] });
  expect(await change({ id, forgetQuirks: true })).toEqual({ quirks: [] });
});

test('a custom model at another address has no quirks yet', async () => {
  const input = { provider: 'CUSTOM', modelId: 'ours', baseUrl: url, isBuiltIn: true };
  data(
    await admin.query(
      'mutation ($input: CreateModelInput!) { createModel(input: $input) { model { id } } }',
      { input },
    ),
  );
  const id = await admin.createTask({ prompt: 'x', model: 'custom/ours', parameters: { seed: 7 } });
  expect((await admin.events(id)).at(-1)).toMatchObject({ __typename: 'RunCompleted' });
  const model = await quirksOf('custom/ours');
  expect(model.quirks).toEqual(['no_seed']);
  data(
    await admin.query(
      'mutation ($input: UpdateModelInput!) { updateModel(input: $input) { model { id } } }',
      {
        input: { id: model.id, baseUrl: `${url}/other` },
      },
    ),
  );
  expect((await quirksOf('custom/ours')).quirks).toEqual([]);
});

test('a refusal is the answer: a schema does not have it asked for again', async () => {
  const responseSchema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const id = await admin.createTask({ prompt: 'x', model: 'gpt-4o@refuses', responseSchema });
  expect((await admin.events(id)).at(-1)).toMatchObject({
    __typename: 'RunCompleted',
    attempt: 1,
    result: { output: 'I cannot help.', finishReason: 'content_filter' },
  });
  expect(countOf('gpt-4o@refuses')).toBe(1);
});

test('text before a context that is too long does not count when the thread is asked with less', async () => {
  const { createThread } = data(await admin.query('mutation { createThread(input: {}) { thread { id } } }'));
  const input = { prompt: 'x', threadId: createThread.thread.id };
  await admin.events(await admin.createTask({ ...input, model: 'gpt-4o' }));
  const events = await admin.events(await admin.createTask({ ...input, model: 'gpt-4o@overflows' }));
  expect(events.map(({ __typename: type }) => type)).toEqual(
    expect.arrayContaining(['TokensGenerated', 'AttemptStarted', 'ThreadTruncated', 'RunCompleted']),
  );
  expect(rebuildText(events)).toBe('Hello');
});
