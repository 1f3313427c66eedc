import { describe, expect, test } from 'vitest';
import { createOpenAiProvider } from '../../../../src/providers/openai/provider.ts';
import { toResponsesRequest } from '../../../../src/providers/openai/responses/request.ts';
import type { ModelRequest } from '../../../../src/providers/provider.ts';
import type { Quirk } from '../../../../src/providers/quirks/quirk.ts';
import { fixture } from '../../../harness/fixture.ts';
import { startVendor } from '../../../harness/vendor/server.ts';
import { ANSWER_SCHEMA, CONVERSATION, never, WEATHER } from '../../conversation.ts';
import { listen } from '../../listen.ts';

const MODEL = 'o3@tokens=1';
const ORIGIN = { provider: 'openai', model: MODEL } as const;
const REQUEST: ModelRequest = {
  model: MODEL,
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello' },
  ],
};
const ALWAYS = {
  model: MODEL,
  instructions: 'Be brief.',
  input: [{ role: 'user', content: 'Hello' }],
  stream: true,
  store: false,
  include: ['reasoning.encrypted_content'],
};

const vendor = fixture(startVendor);
const provider = fixture(() => createOpenAiProvider({ apiKey: 'k', baseUrl: `${vendor.url}/v1` }));

/** What is sent last, after what the vendor refuses. */
async function send(more: Partial<ModelRequest>) {
  const heard = await listen(provider.stream({ ...REQUEST, ...more }, never()));
  expect(heard.error).toBeNull();
  return vendor.requests.at(-1)!;
}

describe('what goes over the wire', () => {
  test.each([
    { given: {}, wire: {} },
    { given: { maxTokens: 16 }, wire: { max_output_tokens: 16 } },
    { given: { reasoningEffort: 'high' }, wire: { reasoning: { effort: 'high' } } },
    { given: { maxReasoningTokens: 2000 }, wire: {} },
    { given: { cache: { key: 'thread-1', isReadSoon: true } }, wire: { prompt_cache_key: 'thread-1' } },
    { given: { tools: [] }, wire: {} },
    {
      given: { tools: [WEATHER] },
      wire: { tools: [{ type: 'function', ...WEATHER, strict: false }] },
    },
    {
      given: { responseSchema: ANSWER_SCHEMA },
      wire: {
        text: { format: { type: 'json_schema', name: 'answer', schema: ANSWER_SCHEMA, strict: true } },
      },
    },
    {
      given: { responseSchema: { type: 'object' } },
      wire: {
        text: { format: { type: 'json_schema', name: 'answer', schema: { type: 'object' }, strict: false } },
      },
    },
  ] as const)('given $given, the request has $wire and what every one has', async ({ given, wire }) => {
    const { path, body } = await send(given);
    expect(path).toBe('/v1/responses');
    expect(body).toEqual({ ...ALWAYS, ...wire });
  });

  test('a conversation with tools: each call and result an item, without ids of items', async () => {
    const { body } = await send({ messages: CONVERSATION });
    expect(body.instructions).toBe('Be brief.');
    expect(body.input).toEqual([
      { role: 'user', content: 'How is it in Zürich and Rome?' },
      { type: 'function_call', call_id: 'call_a', name: 'weather', arguments: '{"city":"Zürich"}' },
      { type: 'function_call', call_id: 'call_b', name: 'weather', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_a', output: 'rain' },
      { type: 'function_call_output', call_id: 'call_b', output: 'error: arguments are no JSON' },
    ]);
  });

  test('text of a turn of calls stands before them', async () => {
    const toolCalls = [{ id: 'c', name: 'weather', arguments: '{}' }];
    const { body } = await send({
      messages: [
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Let me see.', toolCalls },
        { role: 'tool', toolCallId: 'c', toolName: 'weather', content: 'rain' },
      ],
    });
    expect(body.input).toMatchObject([
      {},
      { role: 'assistant', content: 'Let me see.' },
      { type: 'function_call' },
      { type: 'function_call_output' },
    ]);
  });
});

/** By name, as the refusals of OpenAI teach it; then the next request has it no more. */
describe('a setting that the model refuses is left out of one more request, and remembered', () => {
  test.each([
    { given: { temperature: 0.2 }, first: { temperature: 0.2 }, quirk: 'no_temperature' },
    { given: { topP: 0.5 }, first: { top_p: 0.5 }, quirk: 'no_top_p' },
    {
      given: { reasoningEffort: 'minimal' },
      first: { reasoning: { effort: 'minimal' } },
      later: { reasoning: { effort: 'low' } },
      quirk: 'basic_reasoning_effort',
    },
  ] as const)('$quirk', async ({ given, first, quirk, ...more }) => {
    const model = `o4-mini@tokens=1,key=${quirk}`;
    const asked = () => vendor.requests.filter(({ body }) => body.model === model).map(({ body }) => body);
    await send({ model, ...given });
    await send({ model, ...given });
    const later = { ...ALWAYS, model, ...('later' in more && more.later) };
    expect(asked()).toEqual([{ ...ALWAYS, model, ...first }, later, later]);
  });
});

describe('quirks that are known', () => {
  const body = (more: Partial<ModelRequest>, ...known: Quirk[]) =>
    toResponsesRequest({ ...REQUEST, ...more }, ORIGIN, new Set(known));

  test.each([
    { given: { temperature: 1 }, known: 'no_temperature' },
    { given: { topP: 1 }, known: 'no_top_p' },
    { given: { reasoningEffort: 'low' }, known: 'no_reasoning_effort' },
    { given: { cache: { key: 'k', isReadSoon: true } }, known: 'no_prompt_cache_key' },
  ] as const)('$known', ({ given, known }) => {
    expect(body(given)).not.toEqual(ALWAYS);
    expect(body(given, known)).toEqual(ALWAYS);
  });

  test('no_response_format: the model reads the schema', () => {
    const sent = body({ responseSchema: ANSWER_SCHEMA }, 'no_response_format');
    expect(sent).not.toHaveProperty('text');
    expect(sent.instructions).toContain(JSON.stringify(ANSWER_SCHEMA));
  });
});
