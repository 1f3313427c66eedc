import { describe, expect, onTestFinished, test } from 'vitest';
import { createOpenAiProvider } from '../../../../src/providers/openai/provider.ts';
import type { ModelMessage, ModelRequest, StreamPart } from '../../../../src/providers/provider.ts';
import { startVendor, type VendorRequest } from '../../../harness/vendor/server.ts';
import { CONNECT } from '../../connect.ts';
import { never, REQUEST, WEATHER } from '../../conversation.ts';
import { failureOf, listen } from '../../listen.ts';
import { events, refusal, startGateway } from './gateway.ts';

const USER = REQUEST.messages;
const request = (messages: readonly ModelMessage[], model = 'o3'): ModelRequest => ({
  model,
  messages,
  tools: [WEATHER],
});

/** An answer and the results of its calls, as a checkpoint keeps them. */
function turnOf(parts: readonly StreamPart[]): ModelMessage[] {
  const content = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const toolCalls = parts.filter((part) => part.type === 'tool_call');
  const finish = parts.at(-1);
  const vendorTurn = finish?.type === 'finish' ? finish.vendorTurn : undefined;
  const answer = { role: 'assistant', content, toolCalls, ...(vendorTurn && { vendorTurn }) };
  return [
    JSON.parse(JSON.stringify(answer)),
    ...toolCalls.map(({ id, name }) => ({
      role: 'tool' as const,
      toolCallId: id,
      toolName: name,
      content: 'fine',
    })),
  ];
}

async function start() {
  const vendor = await startVendor();
  onTestFinished(() => vendor.stop());
  const provider = createOpenAiProvider({ apiKey: 'k', baseUrl: `${vendor.url}/v1` });
  async function ask(given: ModelRequest) {
    const heard = await listen(provider.stream(given, never()));
    expect(heard.error).toBeNull();
    return heard.parts;
  }
  return { vendor, ask };
}

const WEATHER_OF = (city: string) => ({ name: 'weather', arguments: { city } });
const typesOf = ({ body }: VendorRequest) =>
  (body.input as { type?: string; role?: string }[]).map(({ type, role }) => type ?? role);

/** The vendor refuses a call without its reasoning, and reasoning without its call. */
describe('reasoning goes back with the calls that it led to', () => {
  test('of every turn, in the order in which it came', async () => {
    const { vendor, ask } = await start();
    vendor.scripts.set('o3', [
      { text: 'Let me see. ', toolCalls: [WEATHER_OF('Bern'), WEATHER_OF('Rome')] },
      { toolCalls: [WEATHER_OF('Oslo')] },
      { text: 'Rain.' },
    ]);
    const messages = [...USER];
    for (let turn = 0; turn < 3; turn += 1) messages.push(...turnOf(await ask(request(messages))));
    expect(vendor.requests.map(typesOf)).toEqual([
      ['user'],
      [
        ...['user', 'reasoning', 'assistant', 'function_call', 'function_call'],
        ...['function_call_output', 'function_call_output'],
      ],
      [
        ...['user', 'reasoning', 'assistant', 'function_call', 'function_call'],
        ...['function_call_output', 'function_call_output'],
        ...['reasoning', 'function_call', 'function_call_output'],
      ],
    ]);
    const [, reasoning, said, call] = vendor.requests[1]!.body.input as Record<string, unknown>[];
    expect(reasoning).toEqual({
      type: 'reasoning',
      summary: [],
      encrypted_content: expect.stringMatching(/^gAAAAA./),
    });
    expect(said).toEqual({ role: 'assistant', content: 'Let me see. ', phase: 'commentary' });
    expect(call).not.toHaveProperty('id');
    // An answer without calls needs none.
    expect(messages.at(-1)).not.toHaveProperty('vendorTurn');
  });

  test('and to no other model, vendor or API', async () => {
    const { vendor, ask } = await start();
    const others = Array.from({ length: 3 }, () => ({ text: 'Rain.' }));
    vendor.scripts.set('o3', [{ toolCalls: [WEATHER_OF('Bern')] }, ...others]);
    const [answer, ...results] = turnOf(await ask(request(USER)));
    const history = [...USER, answer!, ...results];
    const encrypted = /gAAAAA/;
    expect(JSON.stringify(history)).toMatch(encrypted);
    // Other calls than this vendor's own, which it would want the reasoning for.
    const foreign = JSON.parse(JSON.stringify(history).replaceAll('call_r', 'call_x'));
    await ask(request(foreign, 'o4-mini'));
    await ask(request(foreign, 'gpt-4o'));
    await ask({ ...request(foreign), seed: 1 });
    for (const adapter of ['anthropic', 'ollama']) {
      const provider = CONNECT[adapter]!(vendor.url);
      const heard = await listen(provider.stream(request(foreign), never()));
      expect(heard.error).toBeNull();
    }
    const later = vendor.requests.slice(1);
    expect(later.map(({ path }) => path)).toEqual([
      '/v1/responses',
      '/v1/chat/completions',
      '/v1/chat/completions',
      '/v1/messages',
      '/api/chat',
    ]);
    for (const { body } of later) {
      expect(JSON.stringify(body)).not.toMatch(encrypted);
      expect(JSON.stringify(body)).toContain('call_x');
    }
  });

  test('that of an answer which was cut off does not: it may be cut off, too', async () => {
    const { vendor, ask } = await start();
    vendor.scripts.set('o3@length=1', [{ toolCalls: [WEATHER_OF('Bern')] }]);
    const parts = await ask(request(USER, 'o3@length=1'));
    expect(parts.at(-1)).toMatchObject({ type: 'finish', reason: 'length' });
    expect(parts.at(-1)).not.toHaveProperty('vendorTurn');
  });
});

describe('what is kept of a turn', () => {
  const reasoning = (encrypted: string | null) => ({
    type: 'reasoning',
    id: 'rs_1',
    summary: [],
    encrypted_content: encrypted,
  });
  const call = { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'weather', arguments: '{}' };
  const said = (text: string, more: object = {}) => ({
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text }],
    ...more,
  });
  const kept = { type: 'reasoning', summary: [], encrypted_content: 'ENC' };

  test.each([
    {
      given: 'reasoning and a call',
      output: [reasoning('ENC'), call],
      expected: [kept, { type: call.type }],
    },
    { given: 'reasoning that was not encrypted', output: [reasoning(null), call], expected: null },
    { given: 'a call alone', output: [call], expected: null },
    { given: 'an answer', output: [reasoning('ENC'), said('Hi')], expected: null },
    {
      given: 'a blank message between',
      output: [reasoning('ENC'), said(' '), call],
      expected: [kept, { type: call.type }],
    },
    {
      given: 'reasoning that led to nothing',
      output: [reasoning('ENC'), call, reasoning('LAST')],
      expected: [kept, { type: call.type }],
    },
    {
      given: 'reasoning before each of two calls',
      output: [
        reasoning('ENC'),
        call,
        { ...reasoning('ENC'), id: 'rs_2' },
        { ...call, id: 'fc_2', call_id: 'c2' },
      ],
      expected: [kept, { type: call.type }, kept, { type: call.type }],
    },
    {
      given: 'the phase of a message',
      output: [said('Hm.', { phase: 'commentary' }), call],
      expected: [{ type: 'message', text: 'Hm.', phase: 'commentary' }, { type: call.type }],
    },
  ])('$given', async ({ output, expected }) => {
    const body = events({ type: 'response.completed', response: { status: 'completed', output } });
    const { provider } = await startGateway({ responses: () => ({ body }) });
    const { parts } = await listen(provider.stream(request(USER), never()));
    const finish = parts.at(-1)!;
    const turn = finish.type === 'finish' ? finish.vendorTurn : null;
    expect(turn ?? null).toEqual(
      expected && { provider: 'openai', model: 'o3', api: 'responses', content: { output: expected } },
    );
  });

  test('of an item that comes in two forms the last counts: what was encrypted at first may be cut off', async () => {
    const body = events(
      { type: 'response.output_item.added', output_index: 0, item: reasoning('EN') },
      { type: 'response.output_item.done', output_index: 0, item: reasoning('ENC') },
      { type: 'response.output_item.done', output_index: 1, item: call },
      { type: 'response.completed', response: { status: 'completed' } },
    );
    const { provider } = await startGateway({ responses: () => ({ body }) });
    const { parts } = await listen(provider.stream(request(USER), never()));
    expect(parts.at(-1)).toMatchObject({ vendorTurn: { content: { output: [kept, {}] } } });
  });
});

describe('reasoning that OpenAI refuses is left out of one more request, and nothing is remembered', () => {
  const history: ModelMessage[] = [
    ...USER,
    {
      role: 'assistant',
      content: '',
      toolCalls: [{ id: 'c1', name: 'weather', arguments: '{}' }],
      vendorTurn: {
        provider: 'openai',
        model: 'o3',
        api: 'responses',
        content: {
          output: [
            { type: 'reasoning', summary: [], encrypted_content: 'OF-ANOTHER-KEY' },
            { type: 'function_call' },
          ],
        },
      },
    },
    { role: 'tool', toolCallId: 'c1', toolName: 'weather', content: 'fine' },
  ];
  const has = (body: object) => JSON.stringify(body).includes('OF-ANOTHER-KEY');

  test.each([
    {
      given: 'because it is of another key',
      reply: refusal(400, 'The encrypted content OF-A...-KEY could not be verified.', {
        code: 'invalid_encrypted_content',
      }),
    },
    {
      given: 'because of its place',
      reply: refusal(
        400,
        "Item 'rs_1' of type 'reasoning' was provided without its required following item.",
      ),
    },
    {
      given: 'in the stream',
      reply: {
        body: events({
          type: 'error',
          code: 'invalid_encrypted_content',
          message: 'The encrypted content for item rs_1 could not be verified.',
          param: null,
        }),
      },
    },
  ])('$given', async ({ reply }) => {
    const { provider, quirks, asked } = await startGateway({
      responses: (body) => (has(body) ? reply : null),
    });
    for (const expected of [2, 4]) {
      const heard = await listen(provider.stream(request(history), never()));
      expect(heard).toMatchObject({ text: 'ok', error: null });
      expect(asked).toHaveLength(expected);
    }
    expect(asked.map(({ body }) => has(body))).toEqual([true, false, true, false]);
    expect(JSON.stringify(asked[1]?.body)).toContain('"call_id":"c1"');
    expect((await quirks.of({ provider: 'openai', model: 'o3' })).size).toBe(0);
  });

  test('where none was sent, the refusal is the end', async () => {
    const { provider, asked } = await startGateway({
      responses: () => refusal(400, 'The encrypted content gAAA could not be verified.'),
    });
    expect(failureOf(await listen(provider.stream(request(USER), never()))).code).toBe(
      'PROVIDER_BAD_REQUEST',
    );
    expect(asked).toHaveLength(1);
  });
});
