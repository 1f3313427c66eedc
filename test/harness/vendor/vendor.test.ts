import { spawn } from 'node:child_process';
import { once } from 'node:events';
import OpenAI, { APIError, APIUserAbortError, AuthenticationError, RateLimitError } from 'openai';
import type { ChatCompletion, ChatCompletionChunk, ChatCompletionCreateParams } from 'openai/resources';
import { beforeAll, describe, expect, test } from 'vitest';
import { fixture } from '../fixture.ts';
import { answerText, answerTokens, countTokens, reasoningText, startVendor } from './server.ts';

let client: OpenAI;

const connect = (options: { maxRetries?: number; timeout?: number } = {}): OpenAI =>
  new OpenAI({ baseURL: `${vendor.url}/v1`, apiKey: 'sk-test', maxRetries: 0, logLevel: 'off', ...options });

const vendor = fixture(startVendor);
beforeAll(async () => {
  client = connect();
});

const messages: ChatCompletionCreateParams['messages'] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: [{ type: 'text', text: 'Où est 漢 🙂?' }] },
];

const begin = (settings: string, more: Partial<ChatCompletionCreateParams> = {}, from = client) =>
  from.chat.completions.create({
    model: `gpt-4o@${settings}`,
    messages,
    stream_options: { include_usage: true },
    ...more,
    stream: true,
  });

interface Heard {
  text: string;
  chunks: ChatCompletionChunk[];
  error: unknown;
}

/** Reads to the end, keeping what came before an error. */
async function listen(stream: AsyncIterable<ChatCompletionChunk>): Promise<Heard> {
  const heard: Heard = { text: '', chunks: [], error: undefined };
  try {
    for await (const chunk of stream) {
      heard.chunks.push(chunk);
      heard.text += chunk.choices[0]?.delta.content ?? '';
    }
  } catch (error) {
    heard.error = error;
  }
  return heard;
}

const hear = async (settings: string, more: Partial<ChatCompletionCreateParams> = {}): Promise<Heard> =>
  listen(await begin(settings, more));

const finish = ({ chunks }: Heard): unknown =>
  chunks.map((chunk) => chunk.choices[0]?.finish_reason).find((reason) => reason);

const ask = (settings: string, more: Partial<ChatCompletionCreateParams> = {}): Promise<ChatCompletion> =>
  client.chat.completions.create({ model: `gpt-4o@${settings}`, messages, ...more, stream: false });

const refusal = async (settings: string): Promise<APIError> => {
  const { error } = await begin(settings).then(listen, (error: unknown) => ({ error }));
  if (error instanceof APIError) return error;
  throw new Error(`Expected an APIError, got ${String(error)}`);
};

/** The bytes of a response as they are, without the SDK. */
const raw = (
  body: string,
  headers: Record<string, string> = { authorization: 'Bearer sk' },
): Promise<Response> => fetch(`${vendor.url}/v1/chat/completions`, { method: 'POST', headers, body });

const request = (settings: string, stream = true): string =>
  JSON.stringify({ model: `gpt-4o@${settings}`, messages, stream });

const promptTokens = countTokens('Be brief.Où est 漢 🙂?');

describe('answers', () => {
  test('a stream carries the role, the words, a finish reason and usage', async () => {
    const heard = await hear('tokens=9,cached=2');
    expect(heard.text).toBe(answerText(9));
    expect(heard.chunks).toHaveLength(1 + 9 + 1 + 1);
    expect(heard.chunks[0]).toMatchObject({
      object: 'chat.completion.chunk',
      model: 'gpt-4o@tokens=9,cached=2',
      choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
      usage: null,
    });
    expect(new Set(heard.chunks.map((chunk) => chunk.id)).size).toBe(1);
    expect(finish(heard)).toBe('stop');
    expect(heard.chunks.at(-1)).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: promptTokens,
        completion_tokens: 9,
        total_tokens: promptTokens + 9,
        prompt_tokens_details: { cached_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
    });
  });

  test('the bytes are events that end with [DONE]', async () => {
    const response = await raw(request('tokens=2'));
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('x-request-id')).toMatch(/^req_\d+$/);
    const events = (await response.text()).split('\n\n');
    expect(events.slice(-2)).toEqual(['data: [DONE]', '']);
    expect(events.slice(0, -1).every((event) => event.startsWith('data: '))).toBe(true);
    expect(events.join()).not.toContain('usage');
  });

  test('a whole answer says the same in one object', async () => {
    const answer = await ask('tokens=9,reasoning=2');
    expect(answer).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: answerText(9) }, finish_reason: 'stop' }],
      usage: { completion_tokens: 11, completion_tokens_details: { reasoning_tokens: 2 } },
    });
    expect(answer.choices[0]?.message).toHaveProperty('reasoning_content', reasoningText(2));
  });

  test('the default is twenty words with characters of one to four bytes', async () => {
    expect((await hear('whole=1')).text).toBe(answerTokens(20).join(''));
    expect(answerText(5)).toBe('w0 w1é w2 w3漢 w4🙂 ');
  });

  test('reasoning comes before the text', async () => {
    const { chunks, text } = await hear('tokens=2,reasoning=3');
    const thoughts = chunks.map((chunk) => Reflect.get(chunk.choices[0]?.delta ?? {}, 'reasoning_content'));
    expect(thoughts.slice(1, 4).join('')).toBe(reasoningText(3));
    expect(text).toBe(answerText(2));
  });

  test('echo repeats the last user message', async () => {
    expect((await hear('echo=1')).text).toBe('Où est 漢 🙂?');
  });

  test('usage=0 reports none, in a stream and in a whole answer', async () => {
    expect((await hear('usage=0')).chunks.some((chunk) => chunk.usage)).toBe(false);
    expect(await ask('usage=0')).not.toHaveProperty('usage');
  });

  test.each([{ max_tokens: 3 }, { max_completion_tokens: 3 }])('%j bounds the answer', async (limit) => {
    const heard = await hear('tokens=9', limit);
    expect([heard.text, finish(heard)]).toEqual([answerText(3), 'length']);
    expect(heard.chunks.at(-1)?.usage?.completion_tokens).toBe(3);
  });

  test('length=1 says that the bound was met', async () => {
    expect(finish(await hear('length=1'))).toBe('length');
  });

  test('models are listed', async () => {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toContain('gpt-4o');
  });

  test('the vendor keeps what it was sent', async () => {
    await ask('key=kept', { temperature: 0.5 });
    const kept = vendor.requests.find(({ body }) => body.model === 'gpt-4o@key=kept');
    expect(kept).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer sk-test' },
      body: { temperature: 0.5, messages },
    });
  });
});

describe('scripts', () => {
  const toolCalls = [
    { name: 'weather', arguments: { city: 'Zürich 漢字' } },
    { name: 'broken', arguments: '{"a":' },
  ];

  test('answers are taken in order: tool calls, then text, then a loud end', async () => {
    vendor.scripts.set('gpt-4o@key=order', [{ toolCalls }, { text: 'It is  sunny 🙂' }]);
    const final = await client.chat.completions.create({
      model: 'gpt-4o@key=order',
      messages,
      stream: false,
    });
    expect(final.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: null,
        tool_calls: [
          { type: 'function', function: { name: 'weather', arguments: '{"city":"Zürich 漢字"}' } },
          { type: 'function', function: { name: 'broken', arguments: '{"a":' } },
        ],
      },
    });
    expect((await hear('key=order')).text).toBe('It is  sunny 🙂');
    expect(await refusal('key=order')).toMatchObject({ status: 400, code: 'script_exhausted' });
  });

  test('tool calls stream as a head with id and name, then fragments of arguments', async () => {
    vendor.scripts.set('gpt-4o@key=tools', [{ toolCalls }]);
    const heard = await hear('key=tools');
    const deltas = heard.chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    const weather = deltas.filter((delta) => delta.index === 0);
    expect(weather[0]).toMatchObject({
      id: expect.stringMatching(/^call_/),
      function: { name: 'weather', arguments: '' },
    });
    expect(weather.length).toBeGreaterThan(2);
    expect(weather.map((delta) => delta.function?.arguments).join('')).toBe('{"city":"Zürich 漢字"}');
    expect(deltas.filter((delta) => delta.id).map((delta) => delta.index)).toEqual([0, 1]);
    expect(finish(heard)).toBe('tool_calls');
  });

  test('a spoilt answer is not used up', async () => {
    vendor.scripts.set('gpt-4o@fault=cut,times=1,key=again', [{ text: 'one two' }]);
    expect((await hear('fault=cut,times=1,key=again')).text).toBe('one ');
    expect((await hear('fault=cut,times=1,key=again')).text).toBe('one two');
  });
});

describe('refusals', () => {
  test.each([
    ['401', 401, 'invalid_api_key'],
    ['404', 404, 'model_not_found'],
    ['429', 429, 'rate_limit_exceeded'],
    ['500', 500, null],
    ['503', 503, null],
    ['529', 529, null],
    ['quota', 429, 'insufficient_quota'],
    ['context', 400, 'context_length_exceeded'],
  ])('fault=%s', async (fault, status, code) => {
    const error = await refusal(`fault=${fault}`);
    expect(error).toMatchObject({ status, code, requestID: expect.stringMatching(/^req_/) });
    expect(error.error).toEqual({
      message: expect.any(String),
      type: expect.any(String),
      param: fault === 'context' ? 'messages' : null,
      code,
    });
  });

  test('429 names the wait', async () => {
    expect((await refusal('fault=429')).headers?.get('retry-after')).toBe('1');
    expect((await refusal('fault=429,retryafter=7')).headers?.get('retry-after')).toBe('7');
    expect((await refusal('fault=503')).headers?.has('retry-after')).toBe(false);
  });

  test('times and key: the first requests fail, the retry of the SDK succeeds', async () => {
    const settings = 'tokens=3,fault=429,retryafter=0,times=2,key=retried';
    const heard = await listen(await begin(settings, {}, connect({ maxRetries: 2 })));
    expect(heard.text).toBe(answerText(3));
    expect(vendor.requests.filter(({ body }) => body.model === `gpt-4o@${settings}`)).toHaveLength(3);
    expect((await hear(settings)).error).toBeUndefined();
    await expect(begin('fault=429,times=1,key=other')).rejects.toThrow(RateLimitError);
  });

  test('a request without a bearer key is refused', async () => {
    const response = await raw(request('tokens=1'), {});
    expect(response.status).toBe(401);
    const body = await response.json();
    expect(body).toMatchObject({ error: { type: 'invalid_request_error', code: null } });
    await expect(begin('fault=401')).rejects.toThrow(AuthenticationError);
  });

  test.each([
    ['malformed JSON', '{"model":', 400],
    ['no object', '[]', 400],
    ['no messages', '{"model":"gpt-4o"}', 400],
    ['no model', '{"messages":[{"role":"user","content":"x"}]}', 400],
    ['an unknown setting', request('colour=red'), 400],
    ['a setting that is no number', request('tokens=many'), 400],
    ['a setting without a value', request('tokens'), 400],
    ['an unknown fault', request('fault=flood'), 400],
    [
      'stream_options without a stream',
      JSON.stringify({ model: 'gpt-4o', messages, stream_options: { include_usage: true } }),
      400,
    ],
  ])('%s is refused', async (_, body, status) => {
    const response = await raw(body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });

  test('an unknown path is refused', async () => {
    expect((await fetch(`${vendor.url}/v2/chat`)).status).toBe(404);
  });
});

describe('breaks', () => {
  test('hang sends no headers', async () => {
    const aborted = vendor.stats().aborted;
    await expect(begin('fault=hang', {}, connect({ timeout: 100 }))).rejects.toThrow('timed out');
    await vendor.waitFor((stats) => stats.aborted === aborted + 1 && stats.open === 0, 2000);
  });

  test('stall stops in mid-stream with the connection open', async () => {
    const before = vendor.stats();
    const stream = await begin('fault=stall,at=4');
    let text = '';
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (text !== answerText(4)) continue;
      expect(vendor.stats()).toMatchObject({ open: 1, aborted: before.aborted });
      stream.controller.abort();
    }
    expect(text).toBe(answerText(4));
    await vendor.waitFor((stats) => stats.aborted === before.aborted + 1 && stats.open === 0, 2000);
  });

  test('cut destroys the socket after the deltas have arrived', async () => {
    const aborted = vendor.stats().aborted;
    const heard = await hear('fault=cut,at=10');
    expect(heard.text).toBe(answerText(10));
    expect(String(heard.error)).toContain('terminated');
    expect(vendor.stats()).toMatchObject({ aborted, open: 0 });
  });

  test('eof ends cleanly without a finish reason', async () => {
    const heard = await hear('fault=eof,at=10');
    expect([heard.text, finish(heard), heard.error]).toEqual([answerText(10), undefined, undefined]);
    expect(await (await raw(request('fault=eof'))).text()).not.toContain('[DONE]');
  });

  test('garbage is a data line that does not parse, and the stream goes on', async () => {
    const heard = await hear('fault=garbage,at=10');
    expect(heard.text).toBe(answerText(10));
    expect(heard.error).toBeInstanceOf(SyntaxError);
    expect(await (await raw(request('fault=garbage'))).text()).toContain('[DONE]');
  });

  test('error is an event in mid-stream', async () => {
    const heard = await hear('fault=error,at=10');
    expect(heard.text).toBe(answerText(10));
    expect(heard.error).toBeInstanceOf(APIError);
    expect(heard.error).toMatchObject({ type: 'server_error', status: undefined });
  });

  test('faults strike before the first delta and after the last one', async () => {
    expect((await hear('fault=eof,at=0,reasoning=2')).chunks).toHaveLength(3);
    const last = await hear('tokens=3,fault=eof,at=99');
    expect([last.text, finish(last)]).toEqual([answerText(3), undefined]);
  });

  test.each(['cut', 'eof'])('fault=%s leaves half of a whole answer', async (fault) => {
    await expect(ask(`fault=${fault}`)).rejects.toThrow(/terminated|JSON|Premature/);
  });
});

describe('characters cut in two', () => {
  test('split=1 cuts characters between two reads', async () => {
    const response = await raw(request('tokens=5,split=1'));
    const reads: Uint8Array[] = [];
    for await (const bytes of response.body ?? []) reads.push(bytes);
    expect(reads.map((bytes) => new TextDecoder().decode(bytes)).join('')).toContain('\ufffd');
    expect(Buffer.concat(reads).toString()).toContain('w4🙂 ');
    expect((await hear('tokens=9,split=1')).text).toBe(answerText(9));
    expect((await hear('tokens=9,split=3,whole=1')).text).toBe(answerText(9));
  });

  test('surrogate=1 sends the halves of a character as escapes in two deltas', async () => {
    const heard = await hear('tokens=5,surrogate=1');
    expect(heard.chunks.at(5)?.choices[0]?.delta.content).toBe('w4\ud83d');
    expect(heard.chunks.at(6)?.choices[0]?.delta.content).toBe('\ude42 ');
    expect(heard.text).toBe(answerText(5));
    expect(heard.chunks.at(-1)?.usage?.completion_tokens).toBe(5);
    expect(await (await raw(request('surrogate=1'))).text()).toContain('"w4\\ud83d"');
  });
});

describe('whom it plays', () => {
  const history = [
    { role: 'user', content: 'Look' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'fine' },
  ];
  const ask = async (url: string, model: string, more: object = {}) => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test' },
      body: JSON.stringify({ model, messages: history, stream: true, ...more }),
    });
    return { status: response.status, body: await response.text() };
  };

  test('is an option of the server, which a model may change', async () => {
    const gemini = await startVendor({ as: 'Gemini' });
    try {
      const refused = await ask(gemini.url, 'gemini-3-pro');
      expect(refused.status).toBe(400);
      expect(JSON.parse(refused.body).error.message).toContain('missing a thought_signature');
      expect(await ask(gemini.url, 'gemini-3-pro@as=Groq,tokens=1')).toMatchObject({ status: 200 });
    } finally {
      await gemini.stop();
    }
  });

  test('decides in which words a parameter is refused', async () => {
    const model = 'm@as=Mistral,lacks=seed+stop';
    const messages = [{ role: 'user', content: 'Hi' }];
    const refused = await ask(vendor.url, model, { messages, stop: ['x'] });
    expect(refused).toMatchObject({ status: 422, body: expect.stringContaining('"loc":["body","stop"]') });
    expect(await ask(vendor.url, model, { messages })).toMatchObject({ status: 200 });
  });

  test('has behaviours, shown so many times in place of an answer', async () => {
    const model = 'm@as=DeepSeek,does=an empty account,times=1,tokens=1';
    const messages = [{ role: 'user', content: 'Hi' }];
    expect(await ask(vendor.url, model, { messages })).toMatchObject({ status: 402 });
    expect(await ask(vendor.url, model, { messages })).toMatchObject({ status: 200 });
  });

  test.each([
    ['as=Unknown', 'is not one of OpenAI'],
    ['as=Groq,does=magic', 'is not one of'],
    ['as=Groq,does=an empty account', 'Groq does not do an empty account'],
  ])('is known: %s', async (settings, says) => {
    const messages = [{ role: 'user', content: 'Hi' }];
    const answer = await ask(vendor.url, `m@${settings}`, { messages });
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining(says) });
  });
});

describe('time and connections', () => {
  test('ttft and itl pace the answer', async () => {
    const start = performance.now();
    const stream = await begin('tokens=4,ttft=60,itl=20');
    // Timers may fire up to a millisecond early.
    expect(performance.now() - start).toBeGreaterThan(58);
    await listen(stream);
    expect(performance.now() - start).toBeGreaterThan(58 + 3 * 19);
  });

  test('an abort is counted and stops the stream at once', async () => {
    const before = vendor.stats();
    const stream = await begin('tokens=1000,itl=5');
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    await vendor.waitFor((stats) => stats.aborted === before.aborted + 1, 2000);
    expect(vendor.stats().open).toBe(0);
    expect(vendor.stats().deltas - before.deltas).toBeLessThan(100);
  });

  test('an abort before the first byte is counted too', async () => {
    const before = vendor.stats();
    const control = new AbortController();
    const asking = client.chat.completions.create(
      { model: 'gpt-4o@ttft=5000', messages },
      { signal: control.signal },
    );
    await vendor.waitFor((stats) => stats.open === 1, 2000);
    control.abort();
    await expect(asking).rejects.toThrow(APIUserAbortError);
    await vendor.waitFor((stats) => stats.aborted === before.aborted + 1, 2000);
  });

  test('open and peak count answers in progress', async () => {
    const streams = await Promise.all(Array.from({ length: 12 }, () => begin('fault=stall,at=1')));
    await vendor.waitFor((stats) => stats.open === 12, 2000);
    expect(vendor.stats().peak).toBe(12);
    for (const stream of streams) stream.controller.abort();
    await vendor.waitFor((stats) => stats.open === 0, 2000);
  });

  test('waitFor says what the statistics were when it gives up', async () => {
    await expect(vendor.waitFor(() => false, 1)).rejects.toThrow('"open":0');
  });

  test('stop ends streams that are under way', async () => {
    const other = await startVendor();
    const stream = await begin('fault=stall,at=1', {}, client.withOptions({ baseURL: `${other.url}/v1` }));
    const listening = listen(stream);
    await other.stop();
    expect(String((await listening).error)).toContain('terminated');
  });

  test('the command prints its URL and stops on SIGTERM', async () => {
    const child = spawn(process.execPath, [`${import.meta.dirname}/main.ts`]);
    const [line] = await once(child.stdout, 'data');
    const response = await fetch(`${String(line).trim()}/v1/models`, {
      headers: { authorization: 'Bearer x' },
    });
    expect(response.status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

describe('the other wire formats', () => {
  const post = async (path: string, body: object) => {
    const response = await fetch(vendor.url + path, {
      method: 'POST',
      headers: { 'x-api-key': 'k', 'api-key': 'k' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], ...body }),
    });
    return { status: response.status, answer: await response.text() };
  };
  const azurePath = '/openai/deployments/ours/chat/completions';

  test.each([
    {
      given: 'Anthropic',
      path: '/v1/messages',
      body: { model: 'c@tokens=2,reasoning=1', max_tokens: 9 },
      expected: {
        type: 'message',
        content: [
          { type: 'thinking', thinking: reasoningText(1) },
          { type: 'text', text: answerText(2) },
        ],
        stop_reason: 'end_turn',
        usage: { output_tokens: 3 },
      },
    },
    {
      given: 'Ollama',
      path: '/api/chat',
      body: { model: 'l@tokens=2,reasoning=1', stream: false },
      expected: {
        message: { content: answerText(2), thinking: reasoningText(1) },
        done_reason: 'stop',
        eval_count: 3,
      },
    },
    {
      given: 'Azure',
      path: azurePath,
      body: { model: 'a@tokens=2' },
      expected: { choices: [{ message: { content: answerText(2) } }] },
    },
  ])('$given answers whole when no stream is asked for', async ({ path, body, expected }) => {
    const { status, answer } = await post(path, body);
    expect(status).toBe(200);
    expect(JSON.parse(answer)).toMatchObject(expected);
  });

  test.each([
    {
      given: 'no limit for Anthropic',
      path: '/v1/messages',
      body: { model: 'c' },
      says: 'max_tokens: Field required',
    },
    {
      given: 'a system message among the others for Anthropic',
      path: '/v1/messages',
      body: { model: 'c', max_tokens: 9, messages: [{ role: 'system', content: 'x' }] },
      says: "messages.0.role: Input should be 'user' or 'assistant'",
    },
    {
      given: 'a call without its result for Anthropic',
      path: '/v1/messages',
      body: {
        model: 'c',
        max_tokens: 9,
        messages: [
          { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'a', input: {} }] },
          { role: 'user', content: 'and?' },
        ],
      },
      says: 'ids t1 need as many `tool_result` blocks',
    },
    {
      given: 'arguments that are text for Ollama',
      path: '/api/chat',
      body: {
        model: 'l',
        messages: [{ role: 'assistant', tool_calls: [{ function: { arguments: '{}' } }] }],
      },
      says: 'cannot unmarshal string',
    },
    {
      given: 'an unknown setting for Azure',
      path: azurePath,
      body: { model: 'a@x=1' },
      says: 'Unknown setting',
    },
  ])('$given is refused', async ({ path, body, says }) => {
    const { status, answer } = await post(path, body);
    expect([status, answer]).toEqual([400, expect.stringContaining(says)]);
  });
});
