import { describe, expect, test } from 'vitest';
import { createOllamaProvider } from '../../../src/providers/ollama/provider.ts';
import type { ModelRequest } from '../../../src/providers/provider.ts';
import { createQuirkMemory } from '../../../src/providers/quirks/memory.ts';
import { fixture } from '../../harness/fixture.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { ABSURD_COUNTS, ANSWER_SCHEMA, CONVERSATION, never, REQUEST, WEATHER } from '../conversation.ts';
import { failureOf, type Heard, listen } from '../listen.ts';
import { type Saying, withServerSaying } from '../saying.ts';

const vendor = fixture(startVendor);
const provider = fixture(() => createOllamaProvider({ baseUrl: vendor.url }));

describe('what goes over the wire', () => {
  const send = async (more: Partial<ModelRequest>) => {
    expect((await listen(provider.stream({ ...REQUEST, ...more }, never()))).error).toBeNull();
    return vendor.requests.at(-1)!.body;
  };
  // Without them it drops what is too long, before the answer or in the middle of it, and says nothing.
  const ALWAYS = { model: 'm', messages: REQUEST.messages, stream: true, truncate: false, shift: false };

  test.each([
    { given: {}, wire: {} },
    { given: { temperature: 0, topP: 0.5 }, wire: { options: { temperature: 0, top_p: 0.5 } } },
    { given: { maxTokens: 9, seed: 0 }, wire: { options: { num_predict: 9, seed: 0 } } },
    { given: { stop: ['a'] }, wire: { options: { stop: ['a'] } } },
    { given: { tools: [WEATHER] }, wire: { tools: [{ type: 'function', function: WEATHER }] } },
    { given: { responseSchema: ANSWER_SCHEMA }, wire: { format: ANSWER_SCHEMA } },
  ])('given $given, the request has $wire and what every one has', async ({ given, wire }) => {
    expect(await send(given)).toEqual({ ...ALWAYS, ...wire });
  });

  test('a conversation with tools: arguments as objects, results by the name of their tool', async () => {
    expect((await send({ messages: CONVERSATION })).messages).toEqual([
      ...CONVERSATION.slice(0, 2),
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          { id: 'call_a', function: { name: 'weather', arguments: { city: 'Zürich' } } },
          { id: 'call_b', function: { name: 'weather', arguments: {} } },
        ],
      },
      { role: 'tool', content: 'rain', tool_name: 'weather', tool_call_id: 'call_a' },
      {
        role: 'tool',
        content: 'error: arguments are no JSON',
        tool_name: 'weather',
        tool_call_id: 'call_b',
      },
    ]);
  });
});

describe('the context that a model is loaded with', () => {
  /** `num_ctx` of one request after the other. */
  const sizes = async (window: number | null, ...requests: Partial<ModelRequest>[]) => {
    const quirks = createQuirkMemory({
      read: async () => [],
      add: async () => {},
      readLimits: async () => ({ window, firstTokenMs: null }),
    });
    const known = createOllamaProvider({ baseUrl: vendor.url }, undefined, quirks);
    const sent: unknown[] = [];
    for (const more of requests) {
      expect((await listen(known.stream({ ...REQUEST, ...more }, never()))).error).toBeNull();
      sent.push((vendor.requests.at(-1)!.body.options as { num_ctx?: number } | undefined)?.num_ctx ?? null);
    }
    return sent;
  };
  const long = (bytes: number) => ({ messages: [{ role: 'user' as const, content: 'x'.repeat(bytes) }] });

  test.each([
    { given: 'what is short', window: 131_072, requests: [{}], expected: [null] },
    {
      given: 'longer ones',
      window: 131_072,
      requests: [long(9_000), long(30_000)],
      expected: [8192, 16_384],
    },
    {
      given: 'a short one after a long one: the model stays loaded',
      window: 131_072,
      requests: [long(30_000), {}, { ...long(10), model: 'other' }],
      expected: [16_384, 16_384, null],
    },
    { given: 'more than the window', window: 10_000, requests: [long(90_000)], expected: [10_000] },
    {
      given: 'a window below the default',
      window: 2_048,
      requests: [{}, long(9_000)],
      expected: [null, null],
    },
    { given: 'an unknown window', window: null, requests: [long(30_000)], expected: [16_384] },
    { given: 'a long answer', window: 131_072, requests: [{ maxTokens: 5_000 }], expected: [8192] },
    {
      given: 'a setting',
      window: 10_000,
      requests: [{ numCtx: 2_048 }, { numCtx: 99_999 }, {}],
      expected: [2_048, 10_000, null],
    },
  ])('$given', async ({ window, requests, expected }) => {
    expect(await sizes(window, ...requests)).toEqual(expected);
  });
});

describe('the memory of a model', () => {
  test('is that of its own entry in /api/ps, whether or not its name says `:latest`', async () => {
    expect(await provider.memoryOf!('qwen3:8b', never())).toBe(6_654_289_920);
    expect(await provider.memoryOf!('llama3.2', never())).toBe(3_421_000_000);
  });

  test('is not known of one that is not loaded', async () => {
    expect(await provider.memoryOf!('llama3', never())).toBeNull();
  });

  test('is a failure where there is no answer', async () => {
    const asking = withServerSaying({ status: 200, body: '<html>' }, (baseUrl) =>
      createOllamaProvider({ baseUrl }).memoryOf!('m', never()),
    );
    await expect(asking).rejects.toMatchObject({ name: 'ProviderError' });
  });
});

describe('its models', () => {
  test('are what /api/tags says', async () => {
    const listed = (await provider.models!(never()))!;
    expect(listed.map(({ id }) => id)).toEqual(['llama3.2:latest', 'qwen3:8b']);
    expect(listed.map(({ digest }) => digest)).toEqual(
      [...vendor.ollamaModels.values()].map(({ digest }) => digest),
    );
  });

  const ask = (saying: Saying) =>
    withServerSaying(saying, (baseUrl) => createOllamaProvider({ baseUrl }).models!(never()));

  test('names that cannot be stored are left out', async () => {
    const models = [{ name: 'a\0b' }, { name: 'c:1' }, { name: '\uD83D' }];
    expect(await ask({ status: 200, body: JSON.stringify({ models }) })).toEqual([
      { id: 'c:1', digest: null, traits: null },
    ]);
  });

  test.each([
    { given: { status: 500, body: '{"error":"no"}' }, code: 'PROVIDER_UNAVAILABLE' },
    { given: { status: 200, body: '<html>' }, code: 'PROVIDER_STREAM_BROKEN' },
    { given: { status: 200, body: '{}' }, code: 'PROVIDER_STREAM_BROKEN' },
  ])('$given is $code', async ({ given, code }) => {
    await expect(ask(given)).rejects.toMatchObject({ code });
  });
});

describe('what one of its models is', () => {
  const show = (body: object) =>
    withServerSaying({ status: 200, body: JSON.stringify(body) }, (baseUrl) =>
      createOllamaProvider({ baseUrl }).traitsOf!('m', never()),
    );
  const info = (window: unknown) => ({ 'general.architecture': 'bert', 'bert.context_length': window });

  test.each([
    {
      given: {
        capabilities: ['completion', 'tools', 'thinking', 'vision', 'insert'],
        model_info: info(8192),
      },
      traits: { contextWindow: 8192, capabilities: ['text', 'reasoning', 'vision'], callsTools: true },
    },
    {
      given: { capabilities: ['embedding'], model_info: info(2048) },
      traits: { contextWindow: 2048, capabilities: ['embedding'], callsTools: false },
    },
    {
      given: { model_info: { ...info(10), 'general.architecture': 'llama' } },
      traits: { contextWindow: null, capabilities: ['text'], callsTools: null },
    },
    ...[0, -1, 1.5, '4096', 1e12, null].map((window) => ({
      given: { capabilities: ['completion'], model_info: info(window) },
      traits: { contextWindow: null, capabilities: ['text'], callsTools: false },
    })),
  ])('$given', async ({ given, traits }) => {
    expect(await show(given)).toEqual(traits);
  });

  test('is an error where there is no such answer', async () => {
    await expect(show([])).rejects.toMatchObject({ name: 'ProviderError' });
  });
});

const hear = (...lines: (string | object)[]): Promise<Heard> => {
  const body = lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join('');
  return withServerSaying({ status: 200, body }, (baseUrl) =>
    listen(createOllamaProvider({ baseUrl }).stream(REQUEST, never())),
  );
};
const said = (content: string) => ({ message: { role: 'assistant', content }, done: false });
const done = (more: object = {}) => ({ message: { content: '' }, done: true, done_reason: 'stop', ...more });

describe('answers', () => {
  test.each([
    { given: 'no line end at the end', lines: [said('Hi'), JSON.stringify(done())] },
    {
      given: 'empty lines and Windows line ends',
      lines: [said('Hi'), '\r\n\n', `${JSON.stringify(done())}\r\n`],
    },
    { given: 'lines after the last one', lines: [said('Hi'), done(), 'garbage'] },
  ])('$given', async ({ lines }) => {
    expect(await hear(...lines)).toMatchObject({ text: 'Hi', error: null });
  });

  test.each([
    { given: 'length', reason: 'length', rawReason: 'length' },
    { given: 'a\0b', reason: 'other', rawReason: 'a\uFFFDb' },
    { given: null, reason: 'unknown', rawReason: null },
    { given: '', reason: 'unknown', rawReason: null },
  ])('the end by $given is $reason', async ({ given, reason, rawReason }) => {
    expect((await hear(said('Hi'), done({ done_reason: given }))).parts.at(-1)).toMatchObject({
      reason,
      rawReason,
    });
  });

  test.each(ABSURD_COUNTS)('a count of %j is unknown', async (count) => {
    const { parts, error } = await hear(said('Hi'), done({ prompt_eval_count: count, eval_count: count }));
    expect(error).toBeNull();
    expect(parts.at(-1)).toMatchObject({ usage: { inputTokens: null, outputTokens: null } });
  });
});

describe('what is no line of the API is an error', () => {
  test.each([
    { given: 'cut JSON', line: '{"message":\n' },
    { given: 'a list', line: '[]\n' },
    { given: 'a word', line: 'hello\n' },
    { given: 'an image', line: '{"message":{"content":[{"type":"image","url":"x"}]}}\n' },
  ])('$given', async ({ line }) => {
    const heard = await hear(said('Hi'), line, done());
    expect(heard.text).toBe('Hi');
    expect(failureOf(heard)).toMatchObject({ code: 'PROVIDER_STREAM_BROKEN', status: null });
  });
});

describe('refusals', () => {
  const refuse = async (status: number, body: string) =>
    failureOf(
      await withServerSaying({ status, body }, (baseUrl) =>
        listen(createOllamaProvider({ baseUrl }).stream(REQUEST, never())),
      ),
    );

  test.each([
    { given: 'a proxy', status: 502, body: '<html>', code: 'PROVIDER_UNAVAILABLE' },
    { given: 'nothing said', status: 500, body: '', code: 'PROVIDER_UNAVAILABLE' },
  ])('$given: $code', async ({ status, body, code }) => {
    expect(await refuse(status, body)).toMatchObject({ code, status });
  });

  test('a key that something before it repeats is not passed on', async () => {
    expect((await refuse(401, '{"error":"bad key sk-abcdef123"}')).message).toBe(
      'Ollama answered 401: bad key [key]. Check OLLAMA_HOST and its permissions.',
    );
  });
});
