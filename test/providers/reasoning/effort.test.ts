import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { toMessagesRequest, versionFor } from '../../../src/providers/anthropic/request.ts';
import { toChatRequest as toOllama } from '../../../src/providers/ollama/request.ts';
import { toChatRequest } from '../../../src/providers/openai/request.ts';
import type { ModelMessage, ModelRequest } from '../../../src/providers/provider.ts';
import type { Quirk } from '../../../src/providers/quirks/quirk.ts';
import { REASONING_EFFORTS } from '../../../src/vocabulary.ts';
import { CONNECT } from '../connect.ts';
import { ANSWER_SCHEMA, never, REQUEST } from '../conversation.ts';
import { listen } from '../listen.ts';
import { CHAT_OK, CLAUDE_OK, OLLAMA_OK } from '../short-answers.ts';

type Json = Record<string, unknown>;
type Settings = Partial<ModelRequest>;

const quirks = (...known: Quirk[]) => new Set(known);
const chatBody = (settings: Settings, isOpenRouter = false, known = quirks()) =>
  toChatRequest(
    { ...REQUEST, ...settings },
    {
      origin: { provider: 'openai', model: 'm' },
      usual: 'max_completion_tokens',
      isOpenRouter,
      quirks: known,
    },
  );
const claude = (model: string, settings: Settings, known = quirks()) =>
  toMessagesRequest({ ...REQUEST, model, ...settings }, known);

describe('OpenAI', () => {
  test.each(REASONING_EFFORTS)('is asked for %s by its name', (reasoningEffort) => {
    expect(chatBody({ reasoningEffort })).toMatchObject({ reasoning_effort: reasoningEffort });
    expect(chatBody({ reasoningEffort }, true)).toMatchObject({ reasoning: { effort: reasoningEffort } });
  });

  test('is asked for nothing by default, and has no budget', () => {
    expect(chatBody({ maxReasoningTokens: 2000 })).not.toHaveProperty('reasoning_effort');
    expect(chatBody({})).not.toHaveProperty('reasoning');
  });

  test('OpenRouter takes a budget, or else an effort', () => {
    const both = { reasoningEffort: 'high', maxReasoningTokens: 2000 } as const;
    expect(chatBody(both, true)).toMatchObject({ reasoning: { max_tokens: 2000 } });
    expect(chatBody(both, true, quirks('no_reasoning_effort'))).not.toHaveProperty('reasoning');
  });
});

describe('Ollama', () => {
  test.each([
    { effort: 'none', think: false },
    { effort: 'minimal', think: 'low' },
    { effort: 'medium', think: 'medium' },
    { effort: 'max', think: 'high' },
    { effort: undefined, think: undefined },
  ] as const)('given $effort, thinks $think', ({ effort, think }) => {
    const request = { ...REQUEST, ...(effort && { reasoningEffort: effort }) };
    expect(toOllama(request, quirks(), null).think).toBe(think);
  });
});

describe('Anthropic', () => {
  test.each([
    'claude-opus-4-6',
    'claude-sonnet-4-6-20260217',
    'claude-sonnet-5',
    'claude-haiku-5-5',
    'claude-x',
  ])('%s thinks by effort', (model) => {
    expect(claude(model, { reasoningEffort: 'xhigh' })).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'xhigh' },
    });
    const off = claude(model, { reasoningEffort: 'none' });
    expect(off).toMatchObject({ thinking: { type: 'disabled' } });
    expect(off).not.toHaveProperty('output_config');
    expect(claude(model, { maxReasoningTokens: 2000 })).not.toHaveProperty('thinking');
  });

  test.each([
    'claude-3-7-sonnet-latest',
    'claude-opus-4-20250514',
    'claude-haiku-4-5',
    'claude-sonnet-4-5-20250929',
  ])('%s thinks by a budget', (model) => {
    const budget = (settings: Settings) => claude(model, settings).thinking;
    expect(budget({ reasoningEffort: 'medium' })).toEqual({ type: 'enabled', budget_tokens: 8192 });
    expect(budget({ maxReasoningTokens: 5000, reasoningEffort: 'low' })).toMatchObject({
      budget_tokens: 5000,
    });
    // There is to be an answer after it.
    expect(budget({ reasoningEffort: 'max' })).toMatchObject({ budget_tokens: 25_600 });
    expect(budget({ reasoningEffort: 'high', maxTokens: 2000 })).toMatchObject({ budget_tokens: 1600 });
    expect(budget({ reasoningEffort: 'high', maxTokens: 1000 })).toBeUndefined();
    expect(budget({ reasoningEffort: 'none' })).toBeUndefined();
    expect(claude(model, { reasoningEffort: 'high' })).not.toHaveProperty('output_config');
  });

  test('a model that thinks is not told how to sample; one that does not is', () => {
    const settings = { temperature: 0.2, topP: 0.5, reasoningEffort: 'high' } as const;
    const body = claude('claude-sonnet-4-5', settings) as unknown as Json;
    expect([body.temperature, body.top_p, versionFor(body)]).toEqual([undefined, undefined, null]);
    expect(claude('claude-sonnet-4-6', { ...settings, reasoningEffort: 'none' })).toMatchObject({
      temperature: 0.2,
    });
  });

  test('the schema of the answer stays beside the effort', () => {
    const both = { reasoningEffort: 'low', responseSchema: ANSWER_SCHEMA } as const;
    expect(claude('claude-sonnet-5', both).output_config).toMatchObject({
      effort: 'low',
      format: { type: 'json_schema' },
    });
  });

  test('calls of a turn that began without thinking are gone on with so', () => {
    const messages: ModelMessage[] = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'weather', arguments: '{}' }] },
      { role: 'tool', content: 'sunny', toolCallId: 'a', toolName: 'weather' },
    ];
    const settings = { messages, reasoningEffort: 'high' } as const;
    expect(claude('claude-sonnet-4-5', settings)).not.toHaveProperty('thinking');
    expect(claude('claude-sonnet-5', settings)).toHaveProperty('thinking');
  });
});

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

const OK: Record<string, string> = { anthropic: CLAUDE_OK, ollama: OLLAMA_OK };

async function serve(adapter: string, refuse: (body: Json) => object | null) {
  const asked: Json[] = [];
  server = createServer(async (request, response) => {
    const body = (await json(request)) as Json;
    asked.push(body);
    const refusal = refuse(body);
    if (refusal) response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(refusal));
    else response.writeHead(200).end(OK[adapter] ?? CHAT_OK);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const error = (message: string, param?: string) => ({ error: { message, ...(param && { param }) } });
const claudeError = (message: string) => ({
  type: 'error',
  error: { type: 'invalid_request_error', message },
});

describe('a model that does not reason so is asked once more, and that is remembered', () => {
  const effortOf = (body: Json) =>
    body.reasoning_effort ?? body.think ?? (body.output_config as Json | undefined)?.effort ?? body.thinking;

  test.each([
    {
      given: 'OpenAI, no effort at all',
      adapter: 'openai',
      refusal: error(
        "Unsupported parameter: 'reasoning_effort' is not supported with this model.",
        'reasoning_effort',
      ),
      takes: [undefined],
      effort: 'low',
      sent: ['low', undefined],
    },
    {
      given: 'OpenAI, not this effort',
      adapter: 'openai',
      refusal: error(
        "Unsupported value: 'reasoning_effort' does not support 'xhigh' with this model. Supported values are: 'low', 'medium', and 'high'.",
        'reasoning_effort',
      ),
      takes: ['high'],
      effort: 'xhigh',
      sent: ['xhigh', 'high'],
    },
    {
      given: 'OpenAI, a list of what there is',
      adapter: 'openai',
      refusal: error(
        "Invalid value: 'minimal'. Supported values are: 'low', 'medium', and 'high'.",
        'reasoning_effort',
      ),
      takes: ['low'],
      effort: 'minimal',
      sent: ['minimal', 'low'],
    },
    {
      given: 'vLLM, in the words of pydantic, and then not at all',
      adapter: 'custom',
      refusal: error(
        "[{'loc': ('body', 'reasoning_effort'), 'msg': \"Input should be 'low', 'medium' or 'high': unknown\"}]",
      ),
      takes: [undefined],
      effort: 'max',
      sent: ['max', 'high', undefined],
    },
    {
      given: 'Ollama, a model without thinking',
      adapter: 'ollama',
      refusal: { error: '"m" does not support thinking' },
      takes: [undefined],
      effort: 'high',
      sent: ['high', undefined],
    },
    {
      given: 'Anthropic, not this effort',
      adapter: 'anthropic',
      refusal: claudeError("output_config.effort: Input should be 'low', 'medium', 'high' or 'max'"),
      takes: ['high'],
      effort: 'xhigh',
      sent: ['xhigh', 'high'],
    },
    {
      given: 'Anthropic, no effort at all',
      adapter: 'anthropic',
      refusal: claudeError('This model does not support the effort parameter.'),
      takes: [undefined],
      effort: 'low',
      sent: ['low', undefined],
    },
    {
      given: 'Anthropic, a model that always thinks',
      adapter: 'anthropic',
      refusal: claudeError('"thinking.type.disabled" is not supported for this model.'),
      takes: ['low'],
      effort: 'none',
      sent: [{ type: 'disabled' }, 'low'],
    },
  ] as const)('$given', async ({ adapter, refusal, takes, effort, sent }) => {
    const { url, asked } = await serve(adapter, (body) =>
      (takes as readonly unknown[]).includes(effortOf(body)) ? null : refusal,
    );
    const provider = CONNECT[adapter]!(url);
    const request = { ...REQUEST, reasoningEffort: effort, responseSchema: ANSWER_SCHEMA };
    expect(await listen(provider.stream(request, never()))).toMatchObject({ text: 'ok', error: null });
    expect(asked.map(effortOf)).toEqual(sent);
    expect(await listen(provider.stream(request, never()))).toMatchObject({ text: 'ok', error: null });
    expect(asked).toHaveLength(sent.length + 1);
    // The refusal is about nothing else.
    const format = (body: Json) =>
      body.response_format ?? body.format ?? (body.output_config as Json | undefined)?.format;
    expect(asked.every((body) => format(body) !== undefined)).toBe(true);
  });
});
