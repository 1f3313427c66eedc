import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { createAzureProvider } from '../../src/providers/azure.ts';
import { createOpenAiProvider } from '../../src/providers/openai/provider.ts';
import type { ModelMessage, Provider, StreamPart } from '../../src/providers/provider.ts';
import { bodyOf, chunk } from '../vendor/compatible.ts';
import { modelList } from '../vendor/openai.ts';
import { REFUSES } from '../vendor/refusing.ts';
import { CONNECT } from './connect.ts';
import { never, REQUEST, WEATHER } from './conversation.ts';
import { HISTORIES } from './histories.ts';
import { listen } from './listen.ts';
import { CHAT_OK, CLAUDE_OK, OLLAMA_OK, RESPONSES_OK } from './short-answers.ts';

type Json = Record<string, unknown>;

const ADAPTERS: Record<string, (url: string) => Provider> = {
  ...CONNECT,
  azure: (endpoint) => createAzureProvider({ apiKey: 'k', endpoint, apiVersion: '2024-10-21' }),
  responses: (url) => createOpenAiProvider({ apiKey: 'k', baseUrl: `${url}/v1` }),
};

/** Which vendors an adapter may have before it. */
const OWN: Record<string, string> = {
  anthropic: 'Anthropic',
  ollama: 'Ollama',
  responses: 'OpenAI, Responses',
};
const CHAT = Object.keys(REFUSES).filter((who) => !Object.values(OWN).includes(who));
const PAIRS = Object.keys(ADAPTERS).flatMap((adapter) => {
  const vendors = OWN[adapter] ? [OWN[adapter]] : CHAT;
  return vendors.map((who) => ({ adapter, who }));
});

const OK: Record<string, string> = { anthropic: CLAUDE_OK, ollama: OLLAMA_OK, responses: RESPONSES_OK };

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

/** Refuses as the vendor does; what it takes is answered with the next of some bodies. */
async function startVendor(who: string, ...answers: string[]) {
  const taken: Json[] = [];
  let asked = 0;
  server = createServer(async (request, response) => {
    if (request.method === 'GET') return response.end(JSON.stringify(modelList()));
    asked += 1;
    const body = (await json(request)) as Json;
    const refusal = REFUSES[who]!(body);
    if (refusal) {
      response.writeHead(refusal.status, { 'content-type': 'application/json' });
      return response.end(JSON.stringify(refusal.body));
    }
    const answer = answers[taken.length] ?? answers.at(-1)!;
    taken.push(body);
    return response.writeHead(200).end(answer);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, taken, asked: () => asked };
}

describe.each(PAIRS)('$adapter sends to $who', ({ adapter, who }) => {
  test.each(HISTORIES)('$kind, and it is taken', async ({ messages }) => {
    const { url, taken } = await startVendor(who, OK[adapter] ?? CHAT_OK);
    const model = adapter === 'responses' ? 'o3' : REQUEST.model;
    const heard = await listen(
      ADAPTERS[adapter]!(url).stream({ model, messages, tools: [WEATHER] }, never()),
    );
    expect(heard).toMatchObject({ error: null, text: 'ok' });
    // Nothing that somebody said is lost.
    const sent = JSON.stringify(taken[0]);
    for (const { content } of messages) if (content.trim() !== '') expect(sent).toContain(content.trim());
    expect(sent).not.toContain('SIG-other');
  });
});

const used = { usage: { prompt_tokens: 1, completion_tokens: 1 } };
const call = { index: 0, id: 'c1', function: { name: 'look', arguments: '{}' } };
/** First turns of vendors that want something back with their calls. */
const SIGNED: Record<string, { first: string; wants: RegExp }> = {
  Gemini: {
    first: bodyOf({
      sent: [
        chunk(
          { tool_calls: [{ ...call, extra_content: { google: { thought_signature: 'SIG-gemini' } } }] },
          'stop',
        ),
        used,
      ],
    }),
    wants: /"thought_signature":"SIG-gemini"/,
  },
  DeepSeek: {
    first: bodyOf({
      sent: [
        chunk({ reasoning_content: 'I look ' }),
        chunk({ reasoning_content: 'first.' }),
        chunk({ tool_calls: [call] }, 'tool_calls'),
        used,
      ],
    }),
    wants: /"reasoning_content":"I look first\."/,
  },
};

function asMessages(parts: readonly StreamPart[]): ModelMessage[] {
  const toolCalls = parts.filter((part) => part.type === 'tool_call');
  const finish = parts.at(-1);
  const vendorTurn = finish?.type === 'finish' ? finish.vendorTurn : undefined;
  return [
    ...REQUEST.messages,
    // As a checkpoint keeps it.
    ...JSON.parse(
      JSON.stringify([{ role: 'assistant', content: '', toolCalls, ...(vendorTurn && { vendorTurn }) }]),
    ),
    ...toolCalls.map(({ id, name }) => ({
      role: 'tool' as const,
      toolCallId: id,
      toolName: name,
      content: 'fine',
    })),
  ];
}

describe.each(['openai', 'custom', 'azure'])('%s', (adapter) => {
  test.each(Object.keys(SIGNED))(
    'what %s wants back goes back, asked once, and to no other model',
    async (who) => {
      const { first, wants } = SIGNED[who]!;
      const vendor = await startVendor(who, first, CHAT_OK);
      const provider = ADAPTERS[adapter]!(vendor.url);
      const { parts } = await listen(provider.stream(REQUEST, never()));
      const messages = asMessages(parts);
      expect((await listen(provider.stream({ ...REQUEST, messages }, never()))).text).toBe('ok');
      expect(vendor.asked()).toBe(2);
      expect(JSON.stringify(vendor.taken[1])).toMatch(wants);
      await listen(provider.stream({ ...REQUEST, model: 'another', messages }, never()));
      expect(JSON.stringify(vendor.taken[2])).not.toMatch(wants);
    },
  );
});

test('Claude’s thoughts go back to the model that had them, and to no other', async () => {
  const first = bodyOf({
    sent: [
      { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: 'Hm' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: '.' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'SIG-claude' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '\n\n' } },
      { type: 'content_block_stop', index: 1 },
      {
        type: 'content_block_start',
        index: 2,
        content_block: { type: 'tool_use', id: 't1', name: 'look', input: { a: 1 } },
      },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' } },
      { type: 'message_stop' },
    ],
  });
  const { url, taken } = await startVendor('Anthropic', first, OK.anthropic!);
  const provider = ADAPTERS.anthropic!(url);
  const { parts, reasoning } = await listen(provider.stream(REQUEST, never()));
  expect(reasoning).toBe('Hm.');
  expect(parts).toContainEqual(expect.objectContaining({ name: 'look', arguments: '{"a":1}' }));
  const messages = asMessages(parts);
  expect((await listen(provider.stream({ ...REQUEST, messages }, never()))).error).toBeNull();
  expect(taken[1]?.messages).toMatchObject([
    {},
    {
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'SIG-claude' },
        { type: 'tool_use', id: 't1', input: { a: 1 } },
      ],
    },
    {},
  ]);
  await listen(provider.stream({ ...REQUEST, model: 'another', messages }, never()));
  expect(JSON.stringify(taken[2])).not.toContain('SIG-claude');
});
