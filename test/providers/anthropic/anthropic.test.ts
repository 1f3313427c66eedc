import { describe, expect, test, vi } from 'vitest';
import { createAnthropicProvider } from '../../../src/providers/anthropic/provider.ts';
import type { ModelRequest } from '../../../src/providers/provider.ts';
import { fixture } from '../../harness/fixture.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import {
  ABSURD_COUNTS,
  ANSWER_SCHEMA,
  CANARY,
  CONVERSATION,
  never,
  REQUEST,
  WEATHER,
} from '../conversation.ts';
import { failureOf, type Heard, listen } from '../listen.ts';
import { withServerSaying } from '../saying.ts';

describe('what goes over the wire', () => {
  const vendor = fixture(startVendor);
  const provider = fixture(() => createAnthropicProvider({ apiKey: CANARY, baseUrl: vendor.url }));

  const send = async (more: Partial<ModelRequest>) => {
    const heard = await listen(provider.stream({ ...REQUEST, ...more }, never()));
    expect(heard.error).toBeNull();
    return vendor.requests.at(-1)!;
  };
  const ALWAYS = { model: 'm', messages: REQUEST.messages, max_tokens: 32_000, stream: true };

  test.each([
    { given: {}, wire: {} },
    { given: { temperature: 0 }, wire: { temperature: 0 } },
    { given: { topP: 0.5 }, wire: { top_p: 0.5 } },
    { given: { maxTokens: 9 }, wire: { max_tokens: 9 } },
    { given: { stop: ['a', 'b'] }, wire: { stop_sequences: ['a', 'b'] } },
    { given: { seed: 7 }, wire: {} },
    { given: { tools: [] }, wire: {} },
    {
      given: { tools: [WEATHER] },
      wire: {
        tools: [{ name: 'weather', description: WEATHER.description, input_schema: WEATHER.parameters }],
      },
    },
  ])('given $given, the request has $wire and what every one has', async ({ given, wire }) => {
    expect((await send(given)).body).toEqual({ ...ALWAYS, ...wire });
  });

  test('a schema goes without the keywords that Anthropic refuses; they are told in words', async () => {
    const { body } = await send({ responseSchema: ANSWER_SCHEMA });
    expect(body.output_config).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          ...ANSWER_SCHEMA,
          properties: { score: { type: 'integer', description: '{minimum: 1}' } },
        },
      },
    });
  });

  test('a schema that cannot be told is the caller’s mistake, and nothing is sent', async () => {
    const before = vendor.stats().total;
    const responseSchema = { type: 'object', properties: { any: {} } };
    const heard = await listen(provider.stream({ ...REQUEST, responseSchema }, never()));
    expect(failureOf(heard)).toMatchObject({ code: 'PROVIDER_BAD_REQUEST', status: null });
    expect(failureOf(heard).message).toContain('Give every part of it a type');
    expect(vendor.stats().total).toBe(before);
  });

  test('a conversation with tools: results in one message, arguments as objects', async () => {
    const { body } = await send({ messages: CONVERSATION });
    expect(body.system).toBe('Be brief.');
    expect(body.messages).toEqual([
      { role: 'user', content: 'How is it in Zürich and Rome?' },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'call_a', name: 'weather', input: { city: 'Zürich' } },
          { type: 'tool_use', id: 'call_b', name: 'weather', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_a', content: 'rain' },
          { type: 'tool_result', tool_use_id: 'call_b', content: 'error: arguments are no JSON' },
        ],
      },
    ]);
  });

  test('signed reasoning goes back as it came, and only to Anthropic', async () => {
    const model = 'm@reasoning=2,key=signed';
    vendor.scripts.set(model, [
      { text: 'Hm. ', toolCalls: [{ name: 'weather', arguments: { city: 'Rome' } }] },
      { text: 'Sunny' },
    ]);
    const first = await listen(provider.stream({ ...REQUEST, model }, never()));
    const finish = first.parts.at(-1)!;
    const vendorTurn = finish.type === 'finish' ? finish.vendorTurn! : null!;
    expect(JSON.parse(JSON.stringify(vendorTurn))).toEqual(vendorTurn);
    const call = first.parts.find((part) => part.type === 'tool_call')!;
    const turn = { role: 'assistant' as const, content: first.text, toolCalls: [call] };
    const result = { role: 'tool' as const, toolCallId: call.id, toolName: 'weather', content: 'sun' };
    const sent = await send({ model, messages: [...REQUEST.messages, { ...turn, vendorTurn }, result] });
    expect(sent.body.messages).toMatchObject([
      {},
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'r0 r1 ', signature: 'c2lnbmVkIGJ5IHRoZSB2ZW5kb3I=' },
          { type: 'text', text: 'Hm. ' },
          { type: 'tool_use', id: call.id, name: 'weather', input: { city: 'Rome' } },
        ],
      },
      { role: 'user' },
    ]);
    const elsewhere = { provider: 'openai' as const, content: 'of another vendor' };
    const other = await send({ messages: [...REQUEST.messages, { ...turn, vendorTurn: elsewhere }, result] });
    expect(other.body.messages).toMatchObject([
      {},
      { content: [{ type: 'text' }, { type: 'tool_use' }] },
      {},
    ]);
  });

  test('the key and the version go in headers, and nothing of the environment', async () => {
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'token-of-the-shell');
    vi.stubEnv('ANTHROPIC_BASE_URL', 'http://127.0.0.1:9');
    const other = createAnthropicProvider({ apiKey: CANARY, baseUrl: vendor.url });
    vi.unstubAllEnvs();
    expect((await listen(other.stream(REQUEST, never()))).error).toBeNull();
    const { headers } = vendor.requests.at(-1)!;
    expect(headers.authorization).toBe(`Bearer ${CANARY}`);
    expect(headers['x-api-key']).toBe(CANARY);
    expect(headers['anthropic-version']).toBe('2026-10-21');
    expect(JSON.stringify(headers)).not.toContain('token-of-the-shell');
  });

  test.each([{ temperature: 1 }, { topP: 0.5 }])(
    'given %j, it asks for the version that takes it',
    async (given) => {
      expect((await send(given)).headers['anthropic-version']).toBe('2023-06-01');
    },
  );

  test('an old model makes nobody write to the console', async () => {
    const warn = vi.spyOn(console, 'warn');
    await send({ model: 'claude-sonnet-4-5' });
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});

const hear = (body: string): Promise<Heard> =>
  withServerSaying({ status: 200, body, headers: { 'content-type': 'text/event-stream' } }, (baseUrl) =>
    listen(createAnthropicProvider({ apiKey: CANARY, baseUrl }).stream(REQUEST, never())),
  );

const event = (type: string, data: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

const text = (said: string): string =>
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }) +
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: said } });

const stopped = (reason: unknown, usage: object = {}): string =>
  event('message_delta', { delta: { stop_reason: reason }, usage }) + event('message_stop');

describe('endings', () => {
  test.each([
    { given: 'end_turn', reason: 'stop' },
    { given: 'stop_sequence', reason: 'stop' },
    { given: 'max_tokens', reason: 'length' },
    { given: 'tool_use', reason: 'tool_calls' },
    { given: 'pause_turn', reason: 'other' },
    { given: 'constructor', reason: 'other' },
  ])('$given is $reason', async ({ given, reason }) => {
    const { parts } = await hear(text('Hi') + stopped(given));
    expect(parts.at(-1)).toMatchObject({ type: 'finish', reason, rawReason: given });
  });

  test('a reason that cannot be stored is cleaned', async () => {
    const { parts } = await hear(stopped('a\0b\uD83D'));
    expect(parts.at(-1)).toMatchObject({ rawReason: 'a\uFFFDb\uFFFD' });
  });
});

describe('counts', () => {
  const begun = (usage: object): string => event('message_start', { message: { usage } });

  test.each(ABSURD_COUNTS)('%j is unknown', async (count) => {
    const details = { output_tokens_details: { thinking_tokens: count } };
    const { parts, error } = await hear(
      begun({ input_tokens: count }) + text('Hi') + stopped('end_turn', { output_tokens: count, ...details }),
    );
    expect(error).toBeNull();
    expect(parts.at(-1)).toMatchObject({
      usage: { inputTokens: null, cachedInputTokens: null, outputTokens: null, reasoningTokens: null },
    });
  });

  test('a part that is absurd makes the sum unknown', async () => {
    const { parts } = await hear(
      begun({ input_tokens: 5, cache_read_input_tokens: -1 }) + text('Hi') + stopped('end_turn'),
    );
    expect(parts.at(-1)).toMatchObject({ usage: { inputTokens: null, cachedInputTokens: null } });
  });
});

describe('what is no event of the API is an error', () => {
  test.each([
    { given: 'cut JSON', body: 'event: content_block_delta\ndata: {"type":"con\n\n' },
    { given: 'cut JSON without its event line', body: 'data: {"type":"con\n\n' },
    { given: 'a list', body: 'event: message_delta\ndata: []\n\n' },
    { given: 'an object without a type', body: 'event: message_delta\ndata: {}\n\n' },
    {
      given: 'an image',
      body: event('content_block_delta', { index: 0, delta: { text: { type: 'image', url: 'x' } } }),
    },
  ])('$given', async ({ body }) => {
    const heard = await hear(text('Hi') + body + stopped('end_turn'));
    expect(heard.text).toBe('Hi');
    expect(failureOf(heard)).toMatchObject({ code: 'PROVIDER_STREAM_BROKEN', status: null });
  });
});

describe('failures inside an answer', () => {
  test.each([
    { given: 'api_error', code: 'PROVIDER_UNAVAILABLE' },
    { given: 'timeout_error', code: 'PROVIDER_TIMEOUT' },
    { given: 'rate_limit_error', code: 'PROVIDER_RATE_LIMITED' },
    { given: 'billing_error', code: 'PROVIDER_AUTH' },
    { given: 'invalid_request_error', code: 'PROVIDER_BAD_REQUEST' },
    { given: 'something_new', code: 'PROVIDER_STREAM_BROKEN' },
  ])('$given is $code', async ({ given, code }) => {
    const heard = await hear(text('Hi') + event('error', { error: { type: given, message: 'Oh no' } }));
    expect(failureOf(heard)).toMatchObject({ code, status: null });
    expect(failureOf(heard).message).toMatch(/^Anthropic interrupted its answer: Oh no\. \w/);
  });
});
