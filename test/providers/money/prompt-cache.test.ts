import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { toMessagesRequest } from '../../../src/providers/anthropic/request.ts';
import { createAzureProvider } from '../../../src/providers/azure/provider.ts';
import { toChatRequest } from '../../../src/providers/openai/request.ts';
import { isOpenAiHost } from '../../../src/providers/openai/served.ts';
import type { ModelRequest, Provider } from '../../../src/providers/provider.ts';
import { promptBlocks } from '../../harness/vendor/anthropic-cache.ts';
import { CONNECT } from '../connect.ts';
import { never, REQUEST, WEATHER } from '../conversation.ts';
import { HISTORIES } from '../histories.ts';
import { listen } from '../listen.ts';
import { CHAT_OK, CLAUDE_OK } from '../short-answers.ts';

type Json = Record<string, unknown>;

const CACHED: ModelRequest = { ...REQUEST, cache: { key: 'thread-1', isReadSoon: true } };

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

/** A server that refuses bodies which have `word` in them. */
async function serve(word: string | null, say: (word: string) => unknown, ok: string) {
  const asked: Json[] = [];
  server = createServer(async (request, response) => {
    const body = (await json(request)) as Json;
    asked.push(body);
    const isRefused = word !== null && JSON.stringify(body).includes(`"${word}"`);
    if (isRefused)
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(say(word)));
    else response.writeHead(200).end(ok);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const nothing = () => ({});
const azure = (endpoint: string): Provider =>
  createAzureProvider({ apiKey: 'k', endpoint, apiVersion: '2024-10-21' });

describe('the key of the cache', () => {
  test.each([
    { who: 'Azure', connect: azure, expected: 'thread-1' },
    { who: "a server that speaks OpenAI's API", connect: CONNECT.openai!, expected: undefined },
    { who: 'a custom model', connect: CONNECT.custom!, expected: undefined },
  ])('of a conversation at $who is $expected', async ({ connect, expected }) => {
    const { url, asked } = await serve(null, nothing, CHAT_OK);
    for (const request of [CACHED, { ...CACHED, cache: { key: 'thread-1', isReadSoon: false } }, REQUEST]) {
      expect(await listen(connect(url).stream(request, never()))).toMatchObject({ error: null });
    }
    expect(asked.map((body) => body.prompt_cache_key)).toEqual([expected, expected, undefined]);
    expect(JSON.stringify(asked)).not.toContain('cache_control');
  });

  test.each([
    { host: 'api.openai.com', expected: true },
    { host: 'eu.api.openai.com', expected: true },
    { host: 'openai.example.com', expected: false },
    { host: 'api.openai.com.example.com', expected: false },
    { host: 'xapi.openai.com', expected: false },
    { host: '127.0.0.1', expected: false },
  ])('is for OpenAI itself: $host, $expected', ({ host, expected }) => {
    expect(isOpenAiHost(host)).toBe(expected);
    const origin = { provider: 'openai', model: 'gpt-4o' } as const;
    const usual = 'max_completion_tokens';
    const body = toChatRequest(CACHED, {
      origin,
      usual,
      hasCacheKeys: isOpenAiHost(host),
      quirks: new Set(),
    });
    expect(body.prompt_cache_key).toBe(expected ? 'thread-1' : undefined);
  });

  test('is left out where it is refused, from then on', async () => {
    const say = (word: string) => ({ error: { message: `Unrecognized request argument supplied: ${word}` } });
    const { url, asked } = await serve('prompt_cache_key', say, CHAT_OK);
    const provider = azure(url);
    for (const expected of [2, 3]) {
      expect(await listen(provider.stream(CACHED, never()))).toMatchObject({ text: 'ok', error: null });
      expect(asked).toHaveLength(expected);
    }
  });
});

describe("Anthropic's marks", () => {
  const without = (body: Json) => promptBlocks(body).map(({ text }) => text);

  test.each(HISTORIES)(
    'of $kind change nothing of what is said, and are such as it takes',
    ({ messages }) => {
      const request: ModelRequest = { model: 'claude-sonnet-4-5', messages, tools: [WEATHER] };
      const plain = toMessagesRequest(request, new Set()) as unknown as Json;
      const marked = toMessagesRequest({ ...request, cache: CACHED.cache! }, new Set()) as unknown as Json;
      // It throws for too many marks, and for marks of blank text and of thoughts.
      expect(without(marked)).toEqual(without(plain));
      expect(promptBlocks(plain).some(({ mark }) => mark)).toBe(false);
      expect(promptBlocks(marked).at(-1)).toMatchObject({ mark: 'minutes' });
    },
  );

  test('stand after the tools, the system prompt, the conversation of before, and at the end', () => {
    const messages = [
      { role: 'system', content: 'S' },
      { role: 'user', content: 'A' },
      { role: 'assistant', content: 'B' },
      { role: 'user', content: 'C' },
      { role: 'assistant', content: 'D' },
      { role: 'user', content: 'E' },
    ] as const;
    const body = toMessagesRequest({ ...CACHED, messages, tools: [WEATHER, WEATHER] }, new Set());
    const marks = promptBlocks(body as unknown as Json).map(({ mark }) => mark !== null);
    expect(marks).toEqual([false, true, true, false, false, true, false, true]);
  });

  test.each([
    { who: 'Anthropic', say: 'messages.0.content.0.cache_control: Extra inputs are not permitted' },
    { who: 'vLLM', say: "unexpected keyword argument 'cache_control'" },
    { who: 'a proxy', say: 'cache_control is not supported by this model' },
  ])('are left out where they are refused as by $who, from then on', async ({ say }) => {
    const refusal = () => ({ type: 'error', error: { type: 'invalid_request_error', message: say } });
    const { url, asked } = await serve('cache_control', refusal, CLAUDE_OK);
    const provider = CONNECT.anthropic!(url);
    for (const expected of [2, 3]) {
      expect(await listen(provider.stream(CACHED, never()))).toMatchObject({ text: 'ok', error: null });
      expect(asked).toHaveLength(expected);
    }
  });
});
