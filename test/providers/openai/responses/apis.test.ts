import { describe, expect, test } from 'vitest';
import { createAzureProvider } from '../../../../src/providers/azure/provider.ts';
import { usesResponses } from '../../../../src/providers/openai/responses/choose-api.ts';
import { createServed } from '../../../../src/providers/openai/served.ts';
import type { ModelRequest } from '../../../../src/providers/provider.ts';
import type { Quirk } from '../../../../src/providers/quirks/quirk.ts';
import { CONNECT } from '../../connect.ts';
import { never, REQUEST, WEATHER } from '../../conversation.ts';
import { failureOf, listen } from '../../listen.ts';
import { CHAT_OK } from '../../short-answers.ts';
import { refusal, startGateway } from './gateway.ts';

const O3: ModelRequest = { ...REQUEST, model: 'o3', tools: [WEATHER] };
const CHAT = '/v1/chat/completions';
const RESPONSES = '/v1/responses';

describe('which API a request goes to', () => {
  const uses = (more: Partial<ModelRequest>, ...known: Quirk[]) =>
    usesResponses({ ...REQUEST, ...more }, new Set(known));

  test.each([
    ...['o1', 'o3', 'o4-mini', 'o3-pro', 'gpt-5', 'gpt-5.4-mini', 'gpt-5.1-codex', 'codex-mini-latest'].map(
      (model) => ({ model, expected: true }),
    ),
    { model: 'ft:o4-mini:acme', expected: true },
    ...['gpt-4o', 'gpt-4.1', 'gpt-5-chat-latest', 'chatgpt-4o-latest', 'my-o3'].map((model) => ({
      model,
      expected: false,
    })),
  ])('$model: Responses, $expected', ({ model, expected }) => {
    expect(uses({ model })).toBe(expected);
  });

  test.each([
    { given: { stop: ['END'] }, quirk: 'no_stop' },
    { given: { seed: 0 }, quirk: 'no_seed' },
  ] as const)('$given is for chat completions alone, unless those refuse it', ({ given, quirk }) => {
    expect(uses({ model: 'o3', ...given })).toBe(false);
    expect(uses({ model: 'o3', ...given }, quirk)).toBe(true);
    expect(uses({ model: 'o3', ...given }, 'no_chat_completions')).toBe(true);
  });

  test('a limit that is too low for it, and a model without it', () => {
    expect(uses({ model: 'o3', maxTokens: 15 })).toBe(false);
    expect(uses({ model: 'o3', maxTokens: 16 })).toBe(true);
    expect(uses({ model: 'o3' }, 'no_responses')).toBe(false);
    expect(uses({ model: 'o3', stop: [] })).toBe(true);
  });
});

describe('where it is', () => {
  const isOpenAi = (baseUrl: string) => createServed(null!, null!, baseUrl).isOpenAi();

  test.each([
    { baseUrl: 'https://api.openai.com/v1', expected: true },
    { baseUrl: 'https://eu.api.openai.com/v1', expected: true },
    { baseUrl: 'https://our.openai.azure.com/openai/v1', expected: false },
  ])('$baseUrl: $expected, and nothing is asked for it', async ({ baseUrl, expected }) => {
    expect(await isOpenAi(baseUrl)).toBe(expected);
  });

  test.each([
    { given: "OpenAI's list", models: undefined, path: RESPONSES },
    { given: 'an empty list', models: { data: [] }, path: CHAT },
    { given: 'a list of its own', models: { data: [{ id: 'o3', owned_by: 'vllm' }] }, path: CHAT },
    { given: 'no list', models: null, path: CHAT },
  ])('behind a gateway with $given, $path', async ({ models, path }) => {
    const { provider, asked } = await startGateway({ ...(models !== undefined && { models }) });
    expect(await listen(provider.stream(O3, never()))).toMatchObject({ text: 'ok', error: null });
    expect(asked.map((one) => one.path)).toEqual([path]);
  });

  test('a custom model and Azure are asked through chat completions', async () => {
    const { url, asked } = await startGateway();
    const azure = createAzureProvider({ apiKey: 'k', endpoint: url, apiVersion: '2024-10-21' });
    for (const provider of [CONNECT.custom!(url), azure]) {
      expect(await listen(provider.stream(O3, never()))).toMatchObject({ text: 'ok', error: null });
    }
    expect(asked.map(({ path }) => path.split('?')[0])).toEqual([
      CHAT,
      '/openai/deployments/o3/chat/completions',
    ]);
  });

  test('a model that does not reason is not looked up', async () => {
    const { provider, asked } = await startGateway();
    await listen(provider.stream({ ...O3, model: 'gpt-4o' }, never()));
    expect(asked.map((one) => one.path)).toEqual([CHAT]);
  });
});

describe('a server without it is asked once, and then for chat completions', () => {
  test.each([
    { given: 'OpenAI', reply: refusal(404, 'Invalid URL (POST /v1/responses)') },
    { given: 'nginx', reply: { status: 404, body: '<html><h1>404 Not Found</h1></html>' } },
    { given: 'Go', reply: { status: 404, body: '404 page not found' } },
    { given: 'FastAPI', reply: { status: 404, body: { detail: 'Not Found' } } },
    { given: 'Express', reply: { status: 404, body: 'Cannot POST /v1/responses' } },
    { given: 'an empty 404', reply: { status: 404, body: '' } },
    { given: 'a 405', reply: { status: 405, body: { detail: 'Method Not Allowed' } } },
    { given: 'a 501', reply: { status: 501, body: 'Not Implemented' } },
    {
      given: 'a key without its scope',
      reply: refusal(
        401,
        "You have insufficient permissions for this operation. Missing scopes: api.responses.write. Check that you have the correct role in your organization (Reader, Writer, Owner) and project (Member, Owner), and if you're using a restricted API key, that it has the necessary scopes.",
      ),
    },
    {
      given: 'a model without it',
      reply: refusal(404, 'This model is only supported in v1/chat/completions and not in v1/responses.', {
        param: 'model',
      }),
    },
    {
      given: 'a project without it',
      reply: refusal(403, 'Project `proj_x` does not have access to the v1/responses endpoint.'),
    },
    {
      given: 'a model that does not reason',
      reply: refusal(400, 'Encrypted content is not supported with this model.', { param: 'include' }),
    },
    {
      given: 'a model of which nothing can be included',
      reply: refusal(400, "Invalid value: 'reasoning.encrypted_content'.", { param: 'include[0]' }),
    },
    {
      given: 'a gateway with one route',
      reply: refusal(400, "Missing required parameter: 'messages'.", { param: 'messages' }),
    },
    {
      given: 'LiteLLM, in the words of pydantic',
      reply: { status: 422, body: { detail: [{ loc: ['body', 'messages'], msg: 'Field required' }] } },
    },
    { given: 'a gateway that answers as chat completions', reply: { body: CHAT_OK } },
  ])('$given', async ({ reply }) => {
    const { provider, quirks, asked } = await startGateway({ responses: () => reply });
    for (let time = 0; time < 2; time += 1) {
      expect(await listen(provider.stream(O3, never()))).toMatchObject({ text: 'ok', error: null });
    }
    expect(asked.map(({ path }) => path)).toEqual([RESPONSES, CHAT, CHAT]);
    expect(await quirks.of({ provider: 'openai', model: 'o3' })).toEqual(new Set(['no_responses']));
  });
});

describe('what is no such refusal ends the call, and nothing is learned', () => {
  test.each([
    {
      given: 'no such model',
      reply: refusal(404, 'The model `o3` does not exist or you do not have access to it.', {
        code: 'model_not_found',
      }),
      code: 'MODEL_NOT_FOUND',
    },
    {
      given: 'a refused key',
      reply: refusal(401, 'Incorrect API key provided.', { code: 'invalid_api_key' }),
      code: 'PROVIDER_AUTH',
    },
    {
      given: 'an endpoint that is overloaded',
      reply: refusal(503, 'The v1/responses endpoint is not available right now. Try again later.'),
      code: 'PROVIDER_UNAVAILABLE',
    },
    {
      given: 'a rate limit',
      reply: refusal(429, 'Rate limit reached for o3: not more than 3 requests to v1/responses a minute.'),
      code: 'PROVIDER_RATE_LIMITED',
    },
    {
      given: 'a prompt that is too long',
      reply: refusal(400, 'Your input exceeds the context window of this model.', {
        code: 'context_length_exceeded',
        param: 'input',
      }),
      code: 'CONTEXT_TOO_LONG',
    },
    {
      given: 'a setting of its own',
      reply: refusal(400, "Invalid 'input': that is not valid in the Responses API.", { param: 'input' }),
      code: 'PROVIDER_BAD_REQUEST',
    },
    {
      given: 'an organisation that may not stream',
      reply: refusal(400, 'Your organization must be verified to stream this model.', {
        param: 'stream',
        code: 'unsupported_value',
      }),
      code: 'PROVIDER_BAD_REQUEST',
    },
  ])('$given', async ({ reply, code }) => {
    const { provider, quirks, asked } = await startGateway({ responses: () => reply });
    expect(failureOf(await listen(provider.stream(O3, never())))).toMatchObject({ code });
    expect(asked).toHaveLength(1);
    expect((await quirks.of({ provider: 'openai', model: 'o3' })).size).toBe(0);
  });
});

describe('settings that it lacks', () => {
  test('a stop sequence goes to chat completions; a model that takes none there goes to Responses from then on', async () => {
    const { provider, asked } = await startGateway({
      chat: (body) =>
        'stop' in body
          ? refusal(400, "Unsupported parameter: 'stop' is not supported with this model.", { param: 'stop' })
          : null,
    });
    for (let time = 0; time < 2; time += 1) {
      expect(await listen(provider.stream({ ...O3, stop: ['END'] }, never()))).toMatchObject({ text: 'ok' });
    }
    expect(asked.map(({ path }) => path)).toEqual([CHAT, RESPONSES, RESPONSES]);
    expect(JSON.stringify(asked.slice(1))).not.toContain('stop');
  });

  test('a model of Responses alone is asked without them', async () => {
    const { provider, quirks, asked } = await startGateway({
      chat: () =>
        refusal(404, 'This model is only supported in v1/responses and not in v1/chat/completions.', {
          param: 'model',
        }),
    });
    const request = { ...O3, model: 'o3-pro', seed: 1, stop: ['END'] };
    for (let time = 0; time < 2; time += 1) {
      expect(await listen(provider.stream(request, never()))).toMatchObject({ text: 'ok', error: null });
    }
    expect(asked.map(({ path }) => path)).toEqual([CHAT, RESPONSES, RESPONSES]);
    const known = await quirks.of({ provider: 'openai', model: 'o3-pro' });
    expect(known).toEqual(new Set(['no_chat_completions']));
  });

  test('a model that has neither fails with what was said', async () => {
    const { provider, asked } = await startGateway({
      responses: () => refusal(404, 'Invalid URL (POST /v1/responses)'),
      chat: () => refusal(404, 'This model is only supported in v1/responses.', { param: 'model' }),
    });
    const heard = await listen(provider.stream(O3, never()));
    expect(failureOf(heard)).toMatchObject({ code: 'MODEL_NOT_FOUND' });
    expect(failureOf(heard).message).toContain('only supported in v1/responses');
    expect(asked).toHaveLength(2);
  });

  test('that tools and an effort do not go together is no refusal of chat completions', async () => {
    const { provider, quirks } = await startGateway({
      models: { data: [] },
      chat: (body) =>
        'reasoning_effort' in body
          ? refusal(
              400,
              'Function tools with reasoning_effort are not supported for gpt-5.4 in /v1/chat/completions. Please use /v1/responses instead.',
              { param: 'reasoning_effort' },
            )
          : null,
    });
    const request = { ...O3, reasoningEffort: 'low' } as const;
    expect(await listen(provider.stream(request, never()))).toMatchObject({ text: 'ok', error: null });
    expect((await quirks.of({ provider: 'openai', model: 'o3' })).size).toBe(0);
  });
});
