import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { createAnthropicProvider } from '../../../src/providers/anthropic/provider.ts';
import { createOpenAiProvider } from '../../../src/providers/openai/provider.ts';
import type { ModelRequest } from '../../../src/providers/provider.ts';
import { createQuirkMemory } from '../../../src/providers/quirks/memory.ts';
import { actorOf } from '../../harness/vendor/behaviours/actors.ts';
import { CONNECT } from '../connect.ts';
import { ANSWER_SCHEMA, never, REQUEST } from '../conversation.ts';
import { failureOf, listen } from '../listen.ts';
import { CHAT_OK, CLAUDE_OK } from '../short-answers.ts';

type Json = Record<string, unknown>;

const EVERYTHING: Partial<ModelRequest> = {
  temperature: 0.2,
  topP: 0.9,
  maxTokens: 50,
  stop: ['END'],
  seed: 7,
  responseSchema: ANSWER_SCHEMA,
};

const PARAMETERS = ['temperature', 'top_p', 'stop', 'seed', 'stream_options', 'response_format'];

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

async function serve(refuse: (body: Json) => { status: number; body: unknown } | null, ok = CHAT_OK) {
  const asked: Json[] = [];
  server = createServer(async (request, response) => {
    // It is not OpenAI's: it has no list of models.
    if (request.method === 'GET') return response.writeHead(404).end();
    const body = (await json(request)) as Json;
    asked.push(body);
    const refusal = refuse(body);
    if (refusal)
      response
        .writeHead(refusal.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(refusal.body));
    else response.writeHead(200).end(ok);
    return response;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test('a model that takes none of the parameters is asked without them, one after the other', async () => {
  const { url, asked } = await serve((body) => {
    const name = PARAMETERS.find((one) => one in body);
    return name ? actorOf('Groq').lacks!(name) : null;
  });
  const heard = await listen(CONNECT.custom!(url).stream({ ...REQUEST, ...EVERYTHING }, never()));
  expect(heard).toMatchObject({ text: 'ok', error: null });
  expect(asked).toHaveLength(PARAMETERS.length + 1);
  // The model reads the schema that its server does not hold it to.
  expect(JSON.stringify(asked.at(-1)?.messages)).toContain('JSON Schema');
});

describe('what is no such refusal is asked once', () => {
  test.each([
    {
      given: 'a value that is too high',
      message: "Invalid 'temperature': decimal above maximum value. Expected a value <= 2.",
      param: 'temperature',
    },
    {
      given: 'a limit that is too high',
      message: 'max_tokens is too large: 100000. This model supports at most 16384 completion tokens.',
      param: 'max_tokens',
    },
    {
      given: 'a parameter that was not sent',
      message: "Unsupported parameter: 'logit_bias'",
      param: 'logit_bias',
    },
    { given: 'nothing said', message: '', param: null },
  ])('$given', async ({ message, param }) => {
    const { url, asked } = await serve(() => ({ status: 400, body: { error: { message, param } } }));
    const heard = await listen(CONNECT.openai!(url).stream({ ...REQUEST, ...EVERYTHING }, never()));
    expect(failureOf(heard)).toMatchObject({ code: 'PROVIDER_BAD_REQUEST', status: 400 });
    expect(asked).toHaveLength(1);
  });
});

test.each(['gpt-5', 'openai/gpt-5-mini', 'o3', 'azure:o4-mini'])(
  'the limit of %s has its newer name at once',
  async (model) => {
    const { url, asked } = await serve(() => null);
    await listen(CONNECT.openai!(url).stream({ ...REQUEST, model, maxTokens: 50 }, never()));
    expect(asked[0]).toMatchObject({ max_completion_tokens: 50 });
  },
);

test('Anthropic: parameters that exclude each other', async () => {
  const { url, asked } = await serve(
    (body) =>
      'top_p' in body && 'temperature' in body
        ? {
            status: 400,
            body: {
              type: 'error',
              error: {
                type: 'invalid_request_error',
                message: '`temperature` and `top_p` cannot both be specified for this model.',
              },
            },
          }
        : null,
    CLAUDE_OK,
  );
  const provider = createAnthropicProvider({ apiKey: 'k', baseUrl: url });
  expect(await listen(provider.stream({ ...REQUEST, temperature: 0.2, topP: 0.5 }, never()))).toMatchObject({
    text: 'ok',
  });
  expect(asked).toHaveLength(2);
});

test('a gateway that is overloaded teaches nothing, whatever its words', async () => {
  const { url, asked } = await serve(
    () => ({
      status: 503,
      body: { error: { message: 'The service is unavailable, please stop sending requests.' } },
    }),
    CHAT_OK,
  );
  const heard = await listen(CONNECT.openai!(url).stream({ ...REQUEST, stop: ['END'] }, never()));
  expect(failureOf(heard)).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  expect(asked).toHaveLength(1);
});

test('what is kept is read once, and what is learned is kept for the model', async () => {
  const reads: string[] = [];
  const added: string[] = [];
  const memory = createQuirkMemory({
    read: async ({ provider, model }) => {
      reads.push(`${provider}/${model}`);
      return ['no_seed'];
    },
    add: async ({ model }, quirk) => void added.push(`${model} ${quirk}`),
  });
  const { url, asked } = await serve((body) => ('stop' in body ? actorOf('OpenAI').lacks!('stop') : null));
  const provider = createOpenAiProvider({ apiKey: 'k', baseUrl: url }, undefined, memory);
  await listen(provider.stream({ ...REQUEST, seed: 1, stop: ['a'] }, never()));
  await listen(provider.stream({ ...REQUEST, seed: 1, stop: ['a'] }, never()));
  expect(asked.map((body) => ['seed' in body, 'stop' in body])).toEqual([
    [false, true],
    [false, false],
    [false, false],
  ]);
  expect(reads).toEqual(['openai/m']);
  expect(added).toEqual(['m no_stop']);
});
