import { describe, expect, test } from 'vitest';
import { createDemoProvider } from '../../../src/providers/demo/provider.ts';
import type { ModelRequest } from '../../../src/providers/provider.ts';
import { ANSWER_SCHEMA, WEATHER } from '../conversation.ts';
import { listen } from '../listen.ts';

const demo = createDemoProvider();

const ask = (model: string, more: Partial<ModelRequest> = {}, signal = new AbortController().signal) =>
  listen(demo.stream({ model, messages: [{ role: 'user', content: 'one two  three ' }], ...more }, signal));

const OPENING = 'This is the demo model: it is not a real AI and repeats your input. You wrote: ';

describe('the demo model', () => {
  test.each([
    { given: 'demo@itl=0', text: `${OPENING}one two  three `, reason: 'stop', outputTokens: 20 },
    { given: 'demo@tokens=3,itl=0', text: 'word1 word2 word3 ', reason: 'stop', outputTokens: 3 },
    { given: 'demo@itl=0,tokens=1', text: 'word1 ', reason: 'stop', outputTokens: 1 },
    { given: 'demo@itl=0,tokens=0', text: `${OPENING}one two  three `, reason: 'stop', outputTokens: 20 },
    { given: 'demo@itl=0,tokens=x', text: `${OPENING}one two  three `, reason: 'stop', outputTokens: 20 },
  ])('given $given, it answers "$text"', async ({ given, text, reason, outputTokens }) => {
    const heard = await ask(given);
    expect(heard.error).toBeNull();
    expect(heard.text).toBe(text);
    const usage = { inputTokens: 3, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 };
    expect(heard.parts.at(-1)).toEqual({ type: 'finish', reason, rawReason: reason, usage });
  });

  test('says the same every time', async () => {
    expect(await ask('demo@itl=0')).toEqual(await ask('demo@itl=0'));
  });

  test('says a word at a time, with pauses', async () => {
    const startedAt = performance.now();
    const { parts } = await ask('demo@tokens=5,itl=20');
    expect(performance.now() - startedAt).toBeGreaterThan(90);
    expect(parts).toHaveLength(6);
  });

  test.each([
    { maxTokens: 2, text: 'word1 word2 ', reason: 'length' },
    { maxTokens: 3, text: 'word1 word2 word3 ', reason: 'stop' },
    { maxTokens: 9, text: 'word1 word2 word3 ', reason: 'stop' },
  ])('limited to $maxTokens tokens, it finishes with $reason', async ({ maxTokens, text, reason }) => {
    const heard = await ask('demo@tokens=3,itl=0', { maxTokens });
    expect(heard.text).toBe(text);
    expect(heard.parts.at(-1)).toMatchObject({ reason });
  });

  test('counts the words of every message', async () => {
    const messages: ModelRequest['messages'] = [
      { role: 'system', content: ' Be brief. ' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: '  ' },
    ];
    const { parts, text } = await ask('demo@itl=0', { messages });
    expect(text).toBe(`${OPENING}Hello`);
    expect(parts.at(-1)).toMatchObject({ usage: { inputTokens: 3 } });
  });

  test.each(['demo', 'demo@tokens=100000,itl=0'])(
    '%s stops when told, with the reason that it was told',
    async (model) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort('enough'), 30);
      const heard = await ask(model, {}, controller.signal);
      expect(heard.error).toBe('enough');
      expect(heard.parts.some(({ type }) => type === 'finish')).toBe(false);
    },
  );

  test('no setting makes it fill the memory', async () => {
    const { parts } = await ask('demo@tokens=999999999999,itl=0');
    expect(parts.at(-1)).toMatchObject({ usage: { outputTokens: 100_000 } });
  });

  test('a prompt of nothing but space is counted in no time', async () => {
    const startedAt = performance.now();
    await ask('demo@tokens=1,itl=0', { messages: [{ role: 'user', content: ' '.repeat(1_000_000) }] });
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe('the demo model and tools', () => {
  const now: ModelRequest['tools'] = [
    { name: 'now', description: 'The time', parameters: { type: 'object' } },
  ];
  const tools = [WEATHER, ...now];
  const asked = (content: string): ModelRequest['messages'] => [{ role: 'user', content }];

  const turn = async (messages: ModelRequest['messages']) => {
    const { parts, text } = await ask('demo@itl=0', { messages, tools });
    const call = parts.find((part) => part.type === 'tool_call');
    return { call, text, finish: parts.at(-1) };
  };

  test.each([
    { given: 'What is the weather?', name: 'weather', json: '{"city":""}' },
    { given: 'weather {"city": "Rome {}\\""}', name: 'weather', json: '{"city": "Rome {}\\""}' },
    { given: 'weather\n{"city":"now"}', name: 'weather', json: '{"city":"now"}' },
    { given: 'weather {"city": }', name: 'weather', json: '{"city":""}' },
    { given: 'now, please', name: 'now', json: '{}' },
  ])('told "$given", it calls $name with $json', async ({ given, name, json }) => {
    const { call, finish, text } = await turn(asked(given));
    expect(call).toMatchObject({ name, arguments: json });
    expect([text, finish]).toMatchObject(['', { reason: 'tool_calls' }]);
  });

  test.each(['Hello', 'weatherman, know, snow, weather-now'])(
    'told "%s", it calls nothing',
    async (content) => {
      const { call, finish } = await turn(asked(content));
      expect([call, finish]).toMatchObject([undefined, { reason: 'stop' }]);
    },
  );

  test('it calls what it was told one a turn, in order, and then says what the last one gave', async () => {
    const messages = [...asked('First now, then weather {"city":"Rome"}, then now again')];
    const called = [];
    for (;;) {
      const { call, text } = await turn(messages);
      if (!call) {
        expect(text).toContain('The last result was: result 3');
        break;
      }
      called.push(call.name);
      messages.push({ role: 'assistant', content: '', toolCalls: [call] });
      messages.push({
        role: 'tool',
        toolCallId: call.id,
        toolName: call.name,
        content: `result ${called.length}`,
      });
    }
    expect(called).toEqual(['now', 'weather', 'now']);
    expect(new Set(messages.flatMap((one) => (one.role === 'tool' ? [one.toolCallId] : []))).size).toBe(3);
  });

  test('told of no tool, it shows those of an agent, and ends the task', async () => {
    const offered = ['write_file', 'list_files', 'finish'].map((name) => ({ ...now[0]!, name }));
    const messages = [...asked('Fix the bug')];
    const called = [];
    while (called.at(-1) !== 'finish') {
      const { parts } = await ask('demo@itl=0', { messages, tools: offered });
      const call = parts.find((part) => part.type === 'tool_call')!;
      called.push(call.name);
      messages.push({ role: 'assistant', content: '', toolCalls: [call] });
      messages.push({ role: 'tool', toolCallId: call.id, toolName: call.name, content: 'ok' });
    }
    expect(called).toEqual(['write_file', 'list_files', 'finish']);
  });

  test('what it was told before is done', async () => {
    const { call } = await turn([
      ...asked('now'),
      { role: 'assistant', content: 'Noon' },
      ...asked('Thanks'),
    ]);
    expect(call).toBeUndefined();
  });

  test('a long prompt of names and braces is read in no time', async () => {
    const startedAt = performance.now();
    await turn(asked('now {'.repeat(20_000)));
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

test('the demo model answers a schema with its smallest instance, whatever else it was asked', async () => {
  const { text, parts } = await ask('demo@itl=0,tokens=5', { responseSchema: ANSWER_SCHEMA });
  expect(JSON.parse(text)).toEqual({ score: 1 });
  expect(parts.at(-1)).toMatchObject({ reason: 'stop' });
});
