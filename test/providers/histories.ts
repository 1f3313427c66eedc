import type { ModelMessage, VendorTurn } from '../../src/providers/provider.ts';

const user = (content: string): ModelMessage => ({ role: 'user', content });
const system = (content: string): ModelMessage => ({ role: 'system', content });
const said = (content: string): ModelMessage => ({ role: 'assistant', content });
const called = (
  calls: readonly [id: string, name: string, json: string][],
  more: Partial<Extract<ModelMessage, { role: 'assistant' }>> = {},
): ModelMessage => ({
  role: 'assistant',
  content: '',
  toolCalls: calls.map(([id, name, json]) => ({ id, name, arguments: json })),
  ...more,
});
const result = (toolCallId: string, content = 'fine', toolName = 'look'): ModelMessage => ({
  role: 'tool',
  toolCallId,
  toolName,
  content,
});
const LOOK: [string, string, string] = ['call_1', 'look', '{}'];

/** Stands for the model that is asked, where the turn came through the other of OpenAI's APIs. */
const ITSELF = 'itself';

/** A history as it is for a model that is asked by such an API. */
export function historyOf(messages: readonly ModelMessage[], model: string, api: string): ModelMessage[] {
  return messages.map((message) => {
    const turn = message.role === 'assistant' ? message.vendorTurn : undefined;
    if (turn?.model !== ITSELF || (turn.api ?? 'chat') === api) return message;
    return { ...message, vendorTurn: { ...turn, model } } as ModelMessage;
  });
}

/** Turns in the form of the vendors that they are from. */
const TURNS: Record<string, VendorTurn> = {
  Claude: {
    provider: 'anthropic',
    model: 'claude-elsewhere',
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: 'SIG-other' },
      { type: 'tool_use', id: 'call_1', name: 'look', input: {} },
    ],
  },
  Gemini: {
    provider: 'openai',
    model: 'gemini-elsewhere',
    content: { message: {}, calls: [{ extra_content: { google: { thought_signature: 'SIG-other' } } }] },
  },
  DeepSeek: {
    provider: 'custom',
    model: 'deepseek-elsewhere',
    content: { message: { reasoning_content: 'Hm.' }, calls: [null] },
  },
  Ollama: { provider: 'ollama', model: 'qwen-elsewhere', content: { thinking: 'Hm.' } },
  OpenAI: { provider: 'openai', model: 'o3-elsewhere', api: 'responses', content: responsesTurn() },
};

function responsesTurn() {
  const reasoning = { type: 'reasoning', summary: [], encrypted_content: 'SIG-other' };
  return { output: [reasoning, { type: 'function_call' }] };
}

/** Every kind of history that an engine, another vendor or a cut may leave. */
export const HISTORIES: readonly { kind: string; messages: readonly ModelMessage[] }[] = [
  {
    kind: 'a usual one',
    messages: [system('s'), user('u'), called([LOOK]), result('call_1'), said('a'), user('u')],
  },
  {
    kind: 'blank text of every side',
    messages: [
      system(' '),
      user('\n'),
      said('\n\n'),
      user(''),
      called([LOOK], { content: '\n\n' }),
      result('call_1', ''),
    ],
  },
  {
    kind: 'ids of another vendor',
    messages: [user('u'), called([['functions.look:0', 'look', '{}']]), result('functions.look:0')],
  },
  {
    kind: 'an id that is too long',
    messages: [user('u'), called([['x'.repeat(70), 'look', '{}']]), result('x'.repeat(70))],
  },
  {
    kind: 'an id with spaces and signs',
    messages: [user('u'), called([['call 1/2 é', 'look', '{}']]), result('call 1/2 é')],
  },
  {
    kind: 'the same id in two turns',
    messages: [user('u'), called([LOOK]), result('call_1'), called([LOOK]), result('call_1')],
  },
  {
    kind: 'the same id twice in a turn',
    messages: [user('u'), called([LOOK, LOOK]), result('call_1', 'one'), result('call_1', 'two')],
  },
  {
    kind: 'names that are made up',
    messages: [
      user('u'),
      called([
        ['c', 'functions.look', '{}'],
        ['d', '', '{}'],
        ['e', `9 ${'é'.repeat(90)}`, '{}'],
      ]),
      result('c'),
      result('d'),
      result('e'),
    ],
  },
  {
    kind: 'arguments that do not parse',
    messages: [
      user('u'),
      called([
        ['c', 'look', '{"a":"'],
        ['d', 'look', ''],
        ['e', 'look', '[1]'],
        ['f', 'look', 'null'],
      ]),
      result('c'),
      result('d'),
      result('e'),
      result('f'),
    ],
  },
  {
    kind: 'calls without results',
    messages: [
      user('u'),
      called([
        ['c', 'look', '{}'],
        ['d', 'look', '{}'],
      ]),
      result('d'),
      user('u'),
    ],
  },
  { kind: 'a turn of calls at its end', messages: [user('u'), called([LOOK])] },
  {
    kind: 'results in another order, after a message',
    messages: [
      user('u'),
      called([
        ['c', 'look', '{}'],
        ['d', 'look', '{}'],
      ]),
      user('wait'),
      result('d'),
      result('c'),
    ],
  },
  {
    kind: 'results without calls',
    messages: [result('gone'), user('u'), said('a'), result('gone'), user('u')],
  },
  { kind: 'no beginning', messages: [system('s'), said('a'), user('u')] },
  { kind: 'an answer at its end', messages: [user('u'), said('a')] },
  { kind: 'a system message alone', messages: [system('s')] },
  {
    kind: 'system messages in between',
    messages: [system('s'), user('u'), system('t'), said('a'), user('u')],
  },
  {
    kind: 'messages of one side that follow each other',
    messages: [system('s'), user('u'), user('v'), said('a'), said('b'), user('u')],
  },
  ...(['openai', 'azure', 'custom'] as const).map((provider) => ({
    kind: `a turn that ${provider} gave through the Responses API`,
    messages: [
      user('u'),
      called([LOOK], { vendorTurn: { provider, model: ITSELF, api: 'responses', content: responsesTurn() } }),
      result('call_1'),
    ],
  })),
  {
    kind: 'a turn of the same model, given through chat completions',
    messages: [
      user('u'),
      called([LOOK], { vendorTurn: { ...TURNS.Gemini!, provider: 'openai', model: ITSELF } }),
      result('call_1'),
    ],
  },
  ...Object.entries(TURNS).map(([who, vendorTurn]) => ({
    kind: `a turn of ${who} elsewhere`,
    messages: [user('u'), called([LOOK], { vendorTurn }), result('call_1')],
  })),
];
