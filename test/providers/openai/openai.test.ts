import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createOpenAiProvider } from '../../../src/providers/openai/provider.ts';
import { toChatRequest } from '../../../src/providers/openai/request.ts';
import type { ModelRequest } from '../../../src/providers/provider.ts';
import { fixture } from '../../harness/fixture.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { ABSURD_COUNTS, ANSWER_SCHEMA, CANARY, CONVERSATION, never, WEATHER } from '../conversation.ts';
import { failureOf, type Heard, listen } from '../listen.ts';
import { type Saying, withServerSaying } from '../saying.ts';

const MESSAGES: ModelRequest['messages'] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hello' },
];
const ORIGIN = { provider: 'openai', model: 'gpt-4o' } as const;
const REQUEST: ModelRequest = { model: 'gpt-4o', messages: MESSAGES };
const ALWAYS = { model: 'gpt-4o', messages: MESSAGES, stream: true, stream_options: { include_usage: true } };

describe('what goes over the wire', () => {
  const vendor = fixture(startVendor);
  const provider = fixture(() => createOpenAiProvider({ apiKey: CANARY, baseUrl: `${vendor.url}/v1` }));

  const send = async (more: Partial<ModelRequest>) => {
    await listen(provider.stream({ ...REQUEST, ...more }, never()));
    return vendor.requests.at(-1);
  };

  test.each([
    { given: {}, wire: {} },
    { given: { temperature: 0 }, wire: { temperature: 0 } },
    { given: { topP: 0.5 }, wire: { top_p: 0.5 } },
    { given: { maxTokens: 9 }, wire: { max_tokens: 9 } },
    { given: { stop: ['a', 'b'] }, wire: { stop: ['a', 'b'] } },
    { given: { seed: 0 }, wire: { seed: 0 } },
    { given: { tools: [] }, wire: {} },
    { given: { tools: [WEATHER] }, wire: { tools: [{ type: 'function', function: WEATHER }] } },
    {
      given: { responseSchema: ANSWER_SCHEMA },
      wire: {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', schema: ANSWER_SCHEMA, strict: true },
        },
      },
    },
    {
      given: { responseSchema: { type: 'object' } },
      wire: {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', schema: { type: 'object' }, strict: false },
        },
      },
    },
  ])(
    'given $given, the request has $wire and nothing else beside what every one has',
    async ({ given, wire }) => {
      expect((await send(given))?.body).toEqual({ ...ALWAYS, ...wire });
    },
  );

  test('a conversation with tools: arguments that parse as they were written, results by the id of their call', async () => {
    expect((await send({ messages: CONVERSATION }))?.body.messages).toEqual([
      ...CONVERSATION.slice(0, 2),
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":"Zürich"}' } },
          { id: 'call_b', type: 'function', function: { name: 'weather', arguments: '{}' } },
        ],
      },
      { role: 'tool', content: 'rain', tool_call_id: 'call_a' },
      { role: 'tool', content: 'error: arguments are no JSON', tool_call_id: 'call_b' },
    ]);
  });

  test('the key goes in its header', async () => {
    expect((await send({}))?.headers.authorization).toBe(`Bearer ${CANARY}`);
  });

  test('nothing of the environment goes along', async () => {
    process.env.OPENAI_ORG_ID = 'org-of-the-shell';
    try {
      const other = createOpenAiProvider({ apiKey: CANARY, baseUrl: `${vendor.url}/v1` });
      await listen(other.stream(REQUEST, never()));
    } finally {
      delete process.env.OPENAI_ORG_ID;
    }
    expect(vendor.requests.at(-1)?.headers).not.toHaveProperty('openai-organization');
  });

  test.each(['max_tokens', 'max_completion_tokens'] as const)('a limit may be called %s', (field) => {
    expect(
      toChatRequest({ ...REQUEST, maxTokens: 9 }, { origin: ORIGIN, usual: field, quirks: new Set() }),
    ).toEqual({ ...ALWAYS, [field]: 9 });
  });
});

const ask = (saying: Saying): Promise<Heard> =>
  withServerSaying(saying, (url) =>
    listen(createOpenAiProvider({ apiKey: CANARY, baseUrl: url }).stream(REQUEST, never())),
  );

const refusal = (error: object): string => JSON.stringify({ error });

const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();

describe('refusals that other servers send', () => {
  test.each([
    {
      given: 'a 403',
      saying: {
        status: 403,
        body: refusal({ message: 'Country not supported', code: 'unsupported_country' }),
      },
      code: 'PROVIDER_AUTH',
      message: 'OpenAI answered 403: Country not supported. Check OPENAI_API_KEY and its permissions.',
    },
    {
      given: 'a 404 of a server that is no vendor',
      saying: { status: 404, body: '<h1>Not  Found</h1>\n' },
      code: 'MODEL_NOT_FOUND',
      message: "OpenAI answered 404: <h1>Not Found</h1>. Check the model's name and OPENAI_BASE_URL.",
    },
    {
      given: 'a 502 of a proxy',
      saying: { status: 502, body: `<html>${'x'.repeat(5000)}` },
      code: 'PROVIDER_UNAVAILABLE',
      message: `OpenAI answered 502: <html>${'x'.repeat(294)}…. Try again later.`,
    },
    {
      given: 'an empty 500',
      saying: { status: 500, body: '' },
      code: 'PROVIDER_UNAVAILABLE',
      message: 'OpenAI answered 500: no reason given. Try again later.',
    },
    {
      given: 'a redirect to nowhere',
      saying: { status: 304, body: '' },
      code: 'PROVIDER_BAD_REQUEST',
      message: 'OpenAI answered 304: no reason given. Check the parameters; this model may not support them.',
    },
    {
      given: 'a number for a code',
      saying: { status: 429, body: refusal({ message: 'Slow down', code: 429 }) },
      code: 'PROVIDER_RATE_LIMITED',
      message:
        'OpenAI answered 429: Slow down. Try again later, or raise the limits of the account at OpenAI.',
    },
    {
      given: 'a code like a method of objects',
      saying: { status: 400, body: refusal({ message: 'No', code: 'constructor', type: 'toString' }) },
      code: 'PROVIDER_BAD_REQUEST',
      message: 'OpenAI answered 400: No. Check the parameters; this model may not support them.',
    },
    {
      given: 'text that cannot be stored',
      saying: { status: 400, body: refusal({ message: 'a\0b\uD83D' }) },
      code: 'PROVIDER_BAD_REQUEST',
      message: 'OpenAI answered 400: a\uFFFDb\uFFFD. Check the parameters; this model may not support them.',
    },
  ])('$given', async ({ saying, code, message }) => {
    const headers = { 'content-type': saying.body.startsWith('{') ? 'application/json' : 'text/html' };
    const error = failureOf(await ask({ ...saying, headers }));
    expect(error).toMatchObject({ code, message, status: saying.status });
  });

  test.each([
    { given: '12', expected: 12_000 },
    { given: '0.5', expected: 500 },
    { given: '-3', expected: 0 },
    { given: 'Wed, 21 Oct 2015 07:28:00 GMT', expected: 0 },
    { given: 'soon', expected: null },
    { given: '', expected: null },
  ])('retry-after "$given" is a wait of $expected ms', async ({ given, expected }) => {
    const error = failureOf(await ask({ status: 429, body: '', headers: { 'retry-after': given } }));
    expect(error.retryAfterMs).toBe(expected);
  });

  test('retry-after may be a date', async () => {
    const error = failureOf(await ask({ status: 429, body: '', headers: { 'retry-after': inAnHour } }));
    expect(error.retryAfterMs).toBeGreaterThan(3_590_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(3_600_000);
  });
});

describe('a key that the vendor repeats is not passed on', () => {
  test.each([
    {
      given: 'our key',
      said: `Incorrect API key provided: ${CANARY}.`,
      says: 'Incorrect API key provided: [key]',
    },
    {
      given: 'our key in its header',
      said: `Bad header "Bearer ${CANARY}"`,
      says: 'Bad header "Bearer [key]"',
    },
    {
      given: 'any key in a header',
      said: 'Bad header "bearer abc/def+1="',
      says: 'Bad header "bearer [key]"',
    },
    {
      given: 'a masked key',
      said: 'Incorrect API key provided: sk-proj-ab****wxyz. You can',
      says: 'Incorrect API key provided: [key]. You can',
    },
    { given: 'somebody’s key', said: 'key sk-abc_DEF-123 is revoked', says: 'key [key] is revoked' },
    { given: 'no key', said: 'task-force asks: risk-free?', says: 'task-force asks: risk-free?' },
  ])('$given', async ({ said, says }) => {
    const error = failureOf(
      await ask({
        status: 401,
        body: refusal({ message: said }),
        headers: { 'content-type': 'application/json' },
      }),
    );
    expect(error.message).toBe(`OpenAI answered 401: ${says}. Check OPENAI_API_KEY and its permissions.`);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(CANARY);
  });
});

const EVENT_STREAM = { 'content-type': 'text/event-stream' };
const events = (...data: object[]): string => data.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('');
const chunk = (delta: object, finish: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason: finish }],
});

describe('failures inside an answer', () => {
  test.each([
    { given: { type: 'server_error' }, code: 'PROVIDER_UNAVAILABLE' },
    { given: { type: 'overloaded_error' }, code: 'PROVIDER_UNAVAILABLE' },
    { given: { type: 'requests', code: 'rate_limit_exceeded' }, code: 'PROVIDER_RATE_LIMITED' },
    { given: { type: 'invalid_request_error', code: 'context_length_exceeded' }, code: 'CONTEXT_TOO_LONG' },
    { given: { type: 'insufficient_quota' }, code: 'PROVIDER_AUTH' },
    { given: { type: 'invalid_request_error' }, code: 'PROVIDER_BAD_REQUEST' },
    { given: { code: 502 }, code: 'PROVIDER_UNAVAILABLE' },
    { given: { code: 400, type: 'BadRequestError' }, code: 'PROVIDER_BAD_REQUEST' },
    { given: { type: 'something_new' }, code: 'PROVIDER_STREAM_BROKEN' },
    { given: {}, code: 'PROVIDER_STREAM_BROKEN' },
  ])('an event with $given is $code', async ({ given, code }) => {
    const body = events(chunk({ content: 'Hi' }), { error: { message: 'Oh no', ...given } });
    const heard = await ask({ status: 200, body, headers: EVENT_STREAM });
    expect(heard.text).toBe('Hi');
    // No status: an answer had begun, and may be charged.
    expect(failureOf(heard)).toMatchObject({ code, status: null });
    expect(failureOf(heard).message).toMatch(/^OpenAI interrupted its answer: Oh no\. \w/);
  });
});

describe('answers of other servers', () => {
  test.each([
    {
      given: 'no [DONE]',
      chunks: [chunk({ content: 'Hi' }), chunk({}, 'stop')],
      text: 'Hi',
      finish: { reason: 'stop' },
    },
    {
      given: 'a reason of its own',
      chunks: [chunk({ content: 'Hi' }, 'ready')],
      text: 'Hi',
      finish: { reason: 'other', rawReason: 'ready' },
    },
    {
      given: 'a reason like a method of objects',
      chunks: [chunk({}, 'constructor')],
      text: '',
      finish: { reason: 'other', rawReason: 'constructor' },
    },
    {
      given: 'the older word for tools',
      chunks: [chunk({}, 'function_call')],
      text: '',
      finish: { reason: 'tool_calls' },
    },
    {
      given: 'chunks without choices, choices without delta',
      chunks: [
        {},
        { choices: [] },
        { choices: [{ index: 0 }] },
        chunk({ content: null }),
        chunk({ content: 'Hi' }, 'stop'),
      ],
      text: 'Hi',
      finish: { reason: 'stop' },
    },
    {
      given: 'usage without details',
      chunks: [chunk({}, 'stop'), { choices: [], usage: { prompt_tokens: 4, completion_tokens: 2 } }],
      text: '',
      finish: { usage: { inputTokens: 4, cachedInputTokens: null, outputTokens: 2, reasoningTokens: null } },
    },
    {
      given: 'usage that counts nothing whole',
      chunks: [
        chunk({ content: 'Hi' }, 'stop'),
        { choices: [], usage: { prompt_tokens: 4.5, completion_tokens: -2 } },
      ],
      text: 'Hi',
      finish: { usage: { inputTokens: null, outputTokens: null } },
    },
    {
      given: 'a reason that cannot be stored',
      chunks: [chunk({}, 'a\0b\uD83D')],
      text: '',
      finish: { reason: 'other', rawReason: 'a\uFFFDb\uFFFD' },
    },
  ])('$given', async ({ chunks, text, finish }) => {
    const heard = await ask({ status: 200, body: events(...chunks), headers: EVENT_STREAM });
    expect(heard.error).toBeNull();
    expect(heard.text).toBe(text);
    expect(heard.parts.at(-1)).toMatchObject({ type: 'finish', ...finish });
  });
});

describe('calls of tools as other servers send them', () => {
  const called = (...toolCalls: object[]) => chunk({ tool_calls: toolCalls });
  const named = (name: string, json: string) => ({ function: { name, arguments: json } });

  test.each([
    {
      given: 'whole, without index or id',
      chunks: [called({ ...named('a', '{}'), id: '' }), called({ ...named('b', '{"x":1}'), id: 'b1' })],
      calls: [
        { id: expect.stringMatching(/^call_/), name: 'a', arguments: '{}' },
        { id: 'b1', name: 'b', arguments: '{"x":1}' },
      ],
    },
    {
      given: 'without arguments',
      chunks: [called({ index: 0, id: 'a1', function: { name: 'a' } })],
      calls: [{ id: 'a1', name: 'a', arguments: '{}' }],
    },
    {
      given: 'with an id and a name on every piece',
      chunks: [
        called({ index: 0, id: 'a1', ...named('a', '{"x"') }),
        called({ index: 0, id: 'a1', ...named('a', ':1}') }),
      ],
      calls: [{ id: 'a1', name: 'a', arguments: '{"x":1}' }],
    },
    {
      given: 'mixed',
      chunks: [
        called({ index: 0, id: 'a1', ...named('a', '{') }, { index: 1, id: 'b1', ...named('b', '[') }),
        called({ index: 1, ...named('', ']') }, { index: 0, ...named('', '}') }),
      ],
      calls: [
        { id: 'a1', name: 'a', arguments: '{}' },
        { id: 'b1', name: 'b', arguments: '[]' },
      ],
    },
  ])('$given', async ({ chunks, calls }) => {
    const body = events(...chunks, chunk({}, 'tool_calls'));
    const heard = await ask({ status: 200, body, headers: EVENT_STREAM });
    expect(heard.parts.slice(0, -1)).toEqual(calls.map((call) => ({ type: 'tool_call', ...call })));
  });
});

test.each(ABSURD_COUNTS)('a count of %j is unknown', async (count) => {
  const usage = {
    prompt_tokens: count,
    completion_tokens: count,
    prompt_tokens_details: { cached_tokens: count },
  };
  const body = events(chunk({ content: 'Hi' }, 'stop'), { choices: [], usage });
  const heard = await ask({ status: 200, body, headers: EVENT_STREAM });
  expect(heard.parts.at(-1)).toMatchObject({
    usage: { inputTokens: null, cachedInputTokens: null, outputTokens: null, reasoningTokens: null },
  });
});
