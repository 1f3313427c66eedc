import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { createAnthropicProvider } from '../../src/providers/anthropic/provider.ts';
import { createOpenAiProvider } from '../../src/providers/openai/provider.ts';
import type { ModelRequest } from '../../src/providers/provider.ts';
import { createQuirkMemory } from '../../src/providers/quirks/memory.ts';
import { CONNECT } from './connect.ts';
import { ANSWER_SCHEMA, never, REQUEST } from './conversation.ts';
import { failureOf, listen } from './listen.ts';
import { CHAT_OK, CLAUDE_OK } from './short-answers.ts';

type Json = Record<string, unknown>;

const OLLAMA_OK = `${JSON.stringify({ message: { content: 'ok' }, done: true, done_reason: 'stop' })}\n`;

const EVERYTHING: Partial<ModelRequest> = {
  temperature: 0.2,
  topP: 0.9,
  maxTokens: 50,
  stop: ['END'],
  seed: 7,
  responseSchema: ANSWER_SCHEMA,
};

/** How servers say that they do not take a parameter: its name is put in. */
const WAYS: readonly { who: string; status: number; say: (name: string) => unknown }[] = [
  {
    who: 'OpenAI',
    status: 400,
    say: (name) => ({
      error: {
        message: `Unsupported parameter: '${name}' is not supported with this model.`,
        param: name,
        code: 'unsupported_parameter',
      },
    }),
  },
  {
    who: 'OpenAI, of a value',
    status: 400,
    say: (name) => ({
      error: {
        message: `Unsupported value: '${name}' does not support 0.2 with this model. Only the default (1) value is supported.`,
        param: name,
        code: 'unsupported_value',
      },
    }),
  },
  {
    who: 'Azure',
    status: 400,
    say: (name) => ({ error: { message: `Unrecognized request argument supplied: ${name}` } }),
  },
  {
    who: 'Mistral',
    status: 422,
    say: (name) => ({
      detail: [{ type: 'extra_forbidden', loc: ['body', name], msg: 'Extra inputs are not permitted' }],
    }),
  },
  { who: 'Groq', status: 400, say: (name) => ({ error: { message: `property '${name}' is unsupported` } }) },
  {
    who: 'Gemini',
    status: 400,
    say: (name) => [
      {
        error: {
          code: 400,
          message: `Invalid JSON payload received. Unknown name "${name}": Cannot find field.`,
          status: 'INVALID_ARGUMENT',
        },
      },
    ],
  },
  {
    who: 'Together',
    status: 400,
    say: (name) => ({ error: { message: `${name}: field not recognized` } }),
  },
  {
    who: 'xAI',
    status: 400,
    say: (name) => ({ code: 'invalid', error: `Argument not supported on this model: ${name}` }),
  },
  {
    who: 'vLLM',
    status: 500,
    say: (name) => ({ object: 'error', message: `unexpected keyword argument '${name}'`, code: 500 }),
  },
  {
    who: 'LiteLLM',
    status: 400,
    say: (name) => ({
      error: {
        message: `litellm.UnsupportedParamsError: openai does not support parameters: ['${name}'], for model=x`,
        code: '400',
      },
    }),
  },
];

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

const refusing =
  (names: readonly string[], { status, say }: (typeof WAYS)[number]) =>
  (body: Json) => {
    const name = names.find((one) => one in body);
    return name ? { status, body: say(name) } : null;
  };

describe.each(WAYS)('a parameter that is refused as by $who', (way) => {
  test.each(PARAMETERS)('%s is left out, from then on', async (name) => {
    const { url, asked } = await serve(refusing([name], way));
    const provider = CONNECT.openai!(url);
    for (const expected of [2, 3]) {
      expect(await listen(provider.stream({ ...REQUEST, ...EVERYTHING }, never()))).toMatchObject({
        text: 'ok',
        error: null,
      });
      expect(asked).toHaveLength(expected);
    }
    const { [name]: _refused, messages: _messages, ...others } = asked[0]!;
    expect(asked[1]).toMatchObject(others);
    expect(asked[1]).not.toHaveProperty(name);
  });

  test('a limit goes under its other name, and never without one', async () => {
    const { url, asked } = await serve(refusing(['max_tokens'], way));
    const provider = CONNECT.openai!(url);
    expect(await listen(provider.stream({ ...REQUEST, maxTokens: 50 }, never()))).toMatchObject({
      text: 'ok',
    });
    expect(asked.map(({ max_tokens, max_completion_tokens }) => [max_tokens, max_completion_tokens])).toEqual(
      [
        [50, undefined],
        [undefined, 50],
      ],
    );
    server?.close();
    const neither = await serve(refusing(['max_tokens', 'max_completion_tokens'], way));
    const heard = await listen(CONNECT.openai!(neither.url).stream({ ...REQUEST, maxTokens: 50 }, never()));
    expect(failureOf(heard).code).toMatch(/^PROVIDER_/);
    expect(neither.asked).toHaveLength(2);
  });

  test('all of them, one after the other', async () => {
    const { url, asked } = await serve(refusing(PARAMETERS, way));
    const heard = await listen(CONNECT.custom!(url).stream({ ...REQUEST, ...EVERYTHING }, never()));
    expect(heard).toMatchObject({ text: 'ok', error: null });
    expect(asked).toHaveLength(PARAMETERS.length + 1);
    // The model reads the schema that its server does not hold it to.
    expect(JSON.stringify(asked.at(-1)?.messages)).toContain('JSON schema');
  });
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

test('Ollama: a schema that it cannot make a grammar of is put into words', async () => {
  const { url, asked } = await serve(
    (body) => ('format' in body ? { status: 500, body: { error: 'invalid JSON schema in format' } } : null),
    OLLAMA_OK,
  );
  const heard = await listen(
    CONNECT.ollama!(url).stream({ ...REQUEST, responseSchema: ANSWER_SCHEMA }, never()),
  );
  expect(heard).toMatchObject({ text: 'ok', error: null });
  expect(JSON.stringify(asked[1]?.messages)).toContain('JSON schema');
});

test('a schema that a server refuses for itself is left out of that request alone', async () => {
  const { url, asked } = await serve(
    (body) =>
      JSON.stringify(body.response_format ?? {}).includes('answer')
        ? {
            status: 400,
            body: {
              error: { message: "Invalid schema for response_format 'answer': 'uri' is not a valid format." },
            },
          }
        : null,
    CHAT_OK,
  );
  const provider = CONNECT.openai!(url);
  for (const expected of [2, 4]) {
    const heard = await listen(provider.stream({ ...REQUEST, responseSchema: ANSWER_SCHEMA }, never()));
    expect(heard).toMatchObject({ text: 'ok', error: null });
    expect(asked).toHaveLength(expected);
  }
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
  const { url, asked } = await serve(refusing(['stop'], WAYS[0]!));
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
