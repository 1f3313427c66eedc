import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createOpenAiProvider } from '../../../../src/providers/openai/provider.ts';
import { listPrices } from '../../../../src/rules/models/price-list.ts';
import { costOf } from '../../../../src/rules/money/money.ts';
import { answerText, startVendor } from '../../../harness/vendor/server.ts';
import { ABSURD_COUNTS, never, REQUEST, WEATHER } from '../../conversation.ts';
import { failureOf, type Heard, listen } from '../../listen.ts';
import { events, type Reply, startGateway } from './gateway.ts';

async function answered(reply: Reply): Promise<Heard> {
  const { provider } = await startGateway({ responses: () => reply });
  return listen(provider.stream({ ...REQUEST, model: 'o3', tools: [WEATHER] }, never()));
}

const hear = (...sent: object[]) => answered({ body: events(...sent) });

const delta = (text: string, more: object = {}) => ({
  type: 'response.output_text.delta',
  item_id: 'msg_1',
  output_index: 0,
  content_index: 0,
  delta: text,
  ...more,
});
const message = (...content: object[]) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content,
});
const text = (said: string) => ({ type: 'output_text', text: said, annotations: [] });
const call = (json: string, more: object = {}) => ({
  id: 'fc_1',
  type: 'function_call',
  call_id: 'call_1',
  name: 'weather',
  arguments: json,
  status: 'completed',
  ...more,
});
const added = (output_index: number, item: object) => ({
  type: 'response.output_item.added',
  output_index,
  item,
});
const done = (output_index: number, item: object) => ({
  type: 'response.output_item.done',
  output_index,
  item,
});
const last = (status: string, more: object = {}) => ({
  type: `response.${status}`,
  response: { object: 'response', status, error: null, incomplete_details: null, output: [], ...more },
});
const completed = last('completed');

describe('text', () => {
  test.each([
    { given: 'in pieces', sent: [delta('Hello '), delta('world'), done(0, message(text('Hello world')))] },
    { given: 'in its item alone', sent: [done(0, message(text('Hello '), text('world')))] },
    {
      given: 'in the whole response alone',
      sent: [last('completed', { output: [message(text('Hello world'))] })],
    },
    {
      given: 'in all three places',
      sent: [
        added(0, message()),
        delta('Hello world'),
        done(0, message(text('Hello world'))),
        last('completed', { output: [message(text('Hello world'))] }),
      ],
    },
    {
      given: 'without an index',
      sent: [
        delta('Hello ', { output_index: undefined }),
        delta('world', { output_index: undefined, item_id: undefined }),
      ],
    },
    {
      given: 'without an index, and then in the whole response',
      sent: [
        delta('Hello world', { output_index: undefined }),
        last('completed', { output: [message(text('Hello world'))] }),
      ],
    },
    {
      given: 'without an index and an id, and then in the whole response',
      sent: [
        delta('Hello world', { output_index: undefined, item_id: undefined }),
        last('completed', { output: [message(text('Hello world'))] }),
      ],
    },
    {
      given: 'with an id that is made anew for each event, as by a proxy',
      sent: [
        delta('Hello ', { item_id: 'a' }),
        delta('world', { item_id: 'b' }),
        done(0, message(text('Hello world'))),
      ],
    },
    {
      given: 'with signs of life and events of a later API',
      sent: [
        delta('Hello '),
        { type: 'keepalive' },
        { type: 'response.something_new.delta', delta: 'x' },
        delta('world'),
      ],
    },
  ])('$given', async ({ sent }) => {
    const heard = await hear(...sent, completed);
    expect(heard).toMatchObject({ text: 'Hello world', error: null });
    expect(heard.parts.at(-1)).toMatchObject({ type: 'finish', reason: 'stop', rawReason: 'completed' });
  });

  test('of two messages', async () => {
    const second = { ...message(text('two')), id: 'msg_2' };
    const heard = await hear(delta('one '), done(0, message(text('one '))), done(1, second), completed);
    expect(heard.text).toBe('one two');
  });

  test('a whole response in place of a stream', async () => {
    const { response } = last('completed', { output: [message(text('Hi')), call('{"city":"Rome"}')] });
    const heard = await answered({ body: response });
    expect(heard).toMatchObject({ text: 'Hi', error: null });
    expect(heard.parts.slice(-2)).toMatchObject([
      { type: 'tool_call', id: 'call_1', arguments: '{"city":"Rome"}' },
      { type: 'finish', reason: 'tool_calls' },
    ]);
  });

  test.each([
    { encoding: 'gzip', compress: gzipSync },
    { encoding: 'br', compress: brotliCompressSync },
    { encoding: 'zstd', compress: zstdCompressSync },
  ])('compressed with $encoding, which was not asked for', async ({ encoding, compress }) => {
    const body = compress(events(delta('Hi'), completed));
    expect(await answered({ body, headers: { 'content-encoding': encoding } })).toMatchObject({
      text: 'Hi',
      error: null,
    });
  });

  test('[DONE] after the end, as gateways add it', async () => {
    expect(await answered({ body: `${events(delta('Hi'), completed)}data: [DONE]\n\n` })).toMatchObject({
      text: 'Hi',
      error: null,
    });
  });
});

describe('reasoning', () => {
  test.each([
    {
      given: 'a summary',
      sent: [
        { type: 'response.reasoning_summary_text.delta', output_index: 0, item_id: 'rs_1', delta: 'Hm.' },
      ],
    },
    {
      given: 'text, as of open models',
      sent: [{ type: 'response.reasoning_text.delta', output_index: 0, item_id: 'rs_1', delta: 'Hm.' }],
    },
    {
      given: 'a summary in its item alone',
      sent: [done(0, { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] })],
    },
    {
      given: 'text in its item alone',
      sent: [
        done(0, {
          id: 'rs_1',
          type: 'reasoning',
          summary: [],
          content: [{ type: 'reasoning_text', text: 'Hm.' }],
        }),
      ],
    },
  ])('$given', async ({ sent }) => {
    const heard = await hear(...sent, delta('Hi', { output_index: 1 }), completed);
    expect(heard).toMatchObject({ reasoning: 'Hm.', text: 'Hi', error: null });
  });
});

describe('calls', () => {
  const piece = (json: string, output_index = 0) => ({
    type: 'response.function_call_arguments.delta',
    output_index,
    item_id: `fc_${output_index + 1}`,
    delta: json,
  });
  const ROME = { id: 'call_1', name: 'weather', arguments: '{"city":"Rome"}' };

  test.each([
    {
      given: 'in pieces, never finished by its item',
      sent: [added(0, call('')), piece('{"city":'), piece('"Rome"}')],
    },
    { given: 'in its item alone', sent: [done(0, call('{"city":"Rome"}'))] },
    {
      given: 'in both',
      sent: [added(0, call('')), piece('{"city":"Rome"}'), done(0, call('{"city":"Rome"}'))],
    },
    {
      given: 'in the whole response alone',
      sent: [last('completed', { output: [call('{"city":"Rome"}')] })],
    },
  ])('$given', async ({ sent }) => {
    const heard = await hear(...sent, completed);
    expect(heard.parts).toMatchObject([
      { type: 'tool_call', ...ROME },
      { type: 'finish', reason: 'tool_calls' },
    ]);
  });

  test('in parallel, with pieces that alternate', async () => {
    const other = { id: 'fc_2', call_id: 'call_2' };
    const { parts } = await hear(
      added(0, call('')),
      added(1, call('', other)),
      piece('{"city":', 0),
      piece('{"city":', 1),
      piece('"Rome"}', 0),
      piece('"Bern"}', 1),
      done(0, call('{"city":"Rome"}')),
      done(1, call('{"city":"Bern"}', other)),
      completed,
    );
    expect(parts.slice(0, 2)).toMatchObject([ROME, { id: 'call_2', arguments: '{"city":"Bern"}' }]);
  });

  test('without arguments', async () => {
    expect((await hear(done(0, call('')), completed)).parts[0]).toMatchObject({ arguments: '{}' });
  });
});

describe('a pause in mid-answer', () => {
  const PATIENCE = { firstPartMs: 10_000, idleMs: 100 };

  test.each([
    { model: 'o3', error: null },
    { model: 'gpt-4o', error: { code: 'PROVIDER_TIMEOUT' } },
  ])('of $model', async ({ model, error }) => {
    const vendor = await startVendor();
    onTestFinished(() => vendor.stop());
    const config = { apiKey: 'k', baseUrl: `${vendor.url}/v1` };
    const provider = createOpenAiProvider(config, PATIENCE);
    const request = { ...REQUEST, model: `${model}@tokens=2,itl=400` };
    const heard = await listen(provider.stream(request, never()));
    if (error) expect(heard.error).toMatchObject(error);
    else expect(heard).toMatchObject({ error: null, text: answerText(2) });
  });
});

describe('refusals are the answer, as from chat completions', () => {
  test.each([
    {
      given: 'in pieces',
      sent: [
        { type: 'response.refusal.delta', output_index: 0, item_id: 'msg_1', delta: 'I cannot ' },
        { type: 'response.refusal.delta', output_index: 0, item_id: 'msg_1', delta: 'help.' },
        done(0, message({ type: 'refusal', refusal: 'I cannot help.' })),
      ],
    },
    { given: 'whole', sent: [done(0, message({ type: 'refusal', refusal: 'I cannot help.' }))] },
  ])('$given', async ({ sent }) => {
    const heard = await hear(...sent, completed);
    expect(heard.text).toBe('I cannot help.');
    expect(heard.parts.at(-1)).toMatchObject({ reason: 'content_filter' });
  });
});

describe('ends', () => {
  test.each([
    { given: 'max_output_tokens', reason: 'length' },
    { given: 'content_filter', reason: 'content_filter' },
    { given: 'something_new', reason: 'other' },
    { given: 'a\0b\uD83D', reason: 'other', raw: 'a\uFFFDb\uFFFD' },
  ])('incomplete because of $given is $reason', async ({ given, reason, raw = given }) => {
    const heard = await hear(delta('Hi'), last('incomplete', { incomplete_details: { reason: given } }));
    expect(heard.parts.at(-1)).toMatchObject({ reason, rawReason: raw });
  });

  test('an answer that was cut off while the model reasoned has no text, and is paid', async () => {
    const { parts, error } = await hear(
      last('incomplete', {
        incomplete_details: { reason: 'max_output_tokens' },
        usage: { input_tokens: 5, output_tokens: 16, output_tokens_details: { reasoning_tokens: 16 } },
      }),
    );
    expect(error).toBeNull();
    expect(parts).toMatchObject([{ type: 'finish', reason: 'length', usage: { outputTokens: 16 } }]);
  });

  test.each([
    { given: 'no end', sent: [delta('Hi')] },
    { given: 'a beginning alone', sent: [{ type: 'response.created', response: { status: 'in_progress' } }] },
    { given: 'an end of nothing', sent: [completed] },
  ])('$given is a broken answer', async ({ sent }) => {
    expect(failureOf(await hear(...sent)).code).toBe('PROVIDER_STREAM_BROKEN');
  });

  test('a whole response that is still in progress is a broken answer', async () => {
    const { response } = last('in_progress', { output: [message(text('Hi'))] });
    expect(failureOf(await answered({ body: response })).code).toBe('PROVIDER_STREAM_BROKEN');
  });
});

describe('errors inside an answer', () => {
  const ERRORS = [
    { given: 'server_error', code: 'PROVIDER_UNAVAILABLE' },
    { given: 'rate_limit_exceeded', code: 'PROVIDER_RATE_LIMITED' },
    { given: 'insufficient_quota', code: 'PROVIDER_AUTH' },
    { given: 'context_length_exceeded', code: 'CONTEXT_TOO_LONG' },
    { given: 'invalid_prompt', code: 'PROVIDER_BAD_REQUEST' },
    { given: 'bio_policy', code: 'PROVIDER_BAD_REQUEST' },
    { given: 'something_new', code: 'PROVIDER_STREAM_BROKEN' },
  ];
  const SHAPES: readonly { shape: string; say: (code: string) => object }[] = [
    {
      shape: 'response.failed',
      say: (code) => last('failed', { error: { code, message: 'Oh no' } }),
    },
    { shape: 'an error event', say: (code) => ({ type: 'error', code, message: 'Oh no', param: null }) },
    {
      shape: 'an error event with the error within',
      say: (code) => ({ type: 'error', error: { type: code, code, message: 'Oh no', param: null } }),
    },
  ];

  describe.each(SHAPES)('$shape', ({ say }) => {
    test.each(ERRORS)('$given is $code', async ({ given, code }) => {
      const heard = await hear(delta('Hi'), say(given));
      expect(heard.text).toBe('Hi');
      // No status: an answer had begun, and may be charged.
      expect(failureOf(heard)).toMatchObject({ code, status: null });
      expect(failureOf(heard).message).toMatch(/^OpenAI interrupted its answer: Oh no\. \w/);
    });
  });

  test('an error while a model reasons without a word may be charged', async () => {
    const item = { type: 'reasoning', id: 'rs_1', summary: [] };
    const begun = { type: 'response.output_item.added', output_index: 0, item };
    const heard = await hear(begun, { error: { code: 500, message: 'Oh no' } });
    expect(failureOf(heard)).toMatchObject({ status: null });
  });

  test('a whole response that failed', async () => {
    const { response } = last('failed', { error: { code: 'server_error', message: 'Oh no' } });
    const heard = await answered({ body: response });
    expect(failureOf(heard)).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    expect(failureOf(heard).message).toContain('Oh no');
  });

  test('an error without a status of the response', async () => {
    const response = { error: { code: 'server_error', message: 'Oh no' } };
    const heard = await hear(delta('Hi'), { type: 'response.failed', response });
    expect(failureOf(heard)).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  });

  test('plain words in an event called error', async () => {
    const heard = await answered({ body: `${events(delta('Hi'))}event: error\ndata: out of memory\n\n` });
    expect(failureOf(heard).message).toContain('out of memory');
  });

  test.each(['{"type":"con', '[]', '{}', '7'])('%s is not part of the API', async (data) => {
    const heard = await answered({ body: `${events(delta('Hi'))}data: ${data}\n\n` });
    expect(heard.text).toBe('Hi');
    expect(failureOf(heard).code).toBe('PROVIDER_STREAM_BROKEN');
  });

  test('a failure is tried once', async () => {
    const { provider, asked } = await startGateway({
      responses: () => ({ body: events(last('failed', { error: { code: 'server_error', message: 'No' } })) }),
    });
    await listen(provider.stream({ ...REQUEST, model: 'o3' }, never()));
    expect(asked).toHaveLength(1);
  });
});

describe('usage', () => {
  const counted = async (usage: object) => {
    const { parts } = await hear(delta('Hi'), last('completed', { usage }));
    const finish = parts.at(-1)!;
    return finish.type === 'finish' ? finish.usage : null!;
  };

  test.each([
    {
      model: 'o3',
      usage: {
        input_tokens: 1000,
        input_tokens_details: { cached_tokens: 400 },
        output_tokens: 300,
        output_tokens_details: { reasoning_tokens: 256 },
        total_tokens: 1300,
      },
      expected: {
        inputTokens: 1000,
        cachedInputTokens: 400,
        cacheWriteTokens: null,
        outputTokens: 300,
        reasoningTokens: 256,
      },
      // 600 at $2, 400 at $0.50, 300 at $8 a million.
      cost: '0.003800000000',
    },
    {
      model: 'gpt-5.6',
      usage: {
        input_tokens: 1500,
        input_tokens_details: { cached_tokens: 0, cache_write_tokens: 1400 },
        output_tokens: 5,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 1505,
      },
      expected: { inputTokens: 1500, cacheWriteTokens: 1400, outputTokens: 5, reasoningTokens: 0 },
      cost: '0.007500000000',
    },
  ])('of $model settles to the last digit', async ({ model, usage, expected, cost }) => {
    const counts = await counted(usage);
    expect(counts).toMatchObject(expected);
    expect(costOf(counts, listPrices('openai', model, 0)!)).toBe(cost);
  });

  test.each(ABSURD_COUNTS)('a count of %j is unknown', async (count) => {
    const details = { input_tokens_details: { cached_tokens: count } };
    expect(await counted({ input_tokens: count, output_tokens: count, ...details })).toMatchObject({
      inputTokens: null,
      cachedInputTokens: null,
      outputTokens: null,
      reasoningTokens: null,
    });
  });
});
