import { describe, expect, test } from 'vitest';
import { looksLikeCall, readTextCalls } from '../../../src/rules/answers/text-calls.ts';

const NAMES = ['terminal', 'read_file', 'write_file', 'list_files', 'finish'];
const A = { name: 'read_file', arguments: { path: 'a' } };
const B = { name: 'terminal', arguments: { command: "echo '{}' | cat" } };

const json = (value: unknown) => JSON.stringify(value);
const a = json(A);
const b = json(B);

function read(text: string, known: string[] = []) {
  const found = readTextCalls(text, NAMES, known);
  return (
    found && {
      calls: found.calls.map(({ name, arguments: input }) => ({ name, arguments: JSON.parse(input) })),
      rest: found.rest,
    }
  );
}

describe('calls written as text', () => {
  test.each<[who: string, text: string, calls?: object[], rest?: string]>([
    ['Hermes', `<tool_call>\n${a}\n</tool_call>`],
    ['Hermes in one line after words', `I will look. <tool_call>${a}</tool_call>`, [A], 'I will look.'],
    ['Hermes, two', `<tool_call>\n${a}\n</tool_call>\n<tool_call>\n${b}\n</tool_call>`, [A, B]],
    ['Hermes, not closed', `<tool_call>\n${a}`],
    ['Qwen2.5-Coder in a block', `Let me see.\n\`\`\`json\n${a}\n\`\`\``, [A], 'Let me see.'],
    ['Qwen2.5-Coder in <tools>', `<tools>\n${a}\n</tools>`],
    ['Qwen3 behind thoughts', `<think>${b}</think>\n<tool_call>\n${a}\n</tool_call>`],
    [
      'Qwen3-Coder',
      '<tool_call>\n<function=read_file>\n<parameter=path>\na\n</parameter>\n</function>\n</tool_call>',
    ],
    ['Qwen3-Coder without its frame', '<function=read_file><parameter=path>a</parameter></function>'],
    ['Qwen-Agent', '✿FUNCTION✿: read_file\n✿ARGS✿: {"path": "a"}'],
    ['Llama 3.1', `<|python_tag|>${json({ name: 'read_file', parameters: { path: 'a' } })}`],
    ['Llama 3.1 in plain JSON', json({ name: 'read_file', parameters: { path: 'a' } })],
    ['Llama 3.1 with its type', json({ type: 'function', name: 'read_file', parameters: { path: 'a' } })],
    ['Llama 3.1 in its own markup', '<function=read_file>{"path": "a"}</function>'],
    ['Llama 3.2, two', `${a}; ${b}`, [A, B]],
    ['Llama 4', '[read_file(path="a"), list_files()]', [A, { name: 'list_files', arguments: {} }]],
    ['Llama 4 after a mark', '<|python_tag|>read_file(path="a")'],
    ['Gemma', "```tool_code\nprint(read_file(path='a'))\n```"],
    ['Mistral', `[TOOL_CALLS] [${a}, ${b}]`, [A, B]],
    ['Mistral without the mark', `[${a}]`],
    ['Mistral Small 3.2', '[TOOL_CALLS]read_file[ARGS]{"path": "a"}'],
    ['Magistral', 'So. [TOOL_CALLS]read_file[CALL_ID]x1[ARGS]{"path": "a"}', [A], 'So.'],
    [
      'DeepSeek R1',
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read_file\n```json\n{"path": "a"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    ],
    [
      'DeepSeek V3.1',
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>read_file<｜tool▁sep｜>{"path": "a"}<｜tool▁call▁end｜>',
    ],
    [
      'Kimi',
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": "a"}<|tool_call_end|>',
    ],
    [
      'gpt-oss',
      '<|channel|>commentary to=functions.read_file <|constrain|>json<|message|>{"path": "a"}<|call|>',
    ],
    ['GLM', '<tool_call>read_file\n<arg_key>path</arg_key>\n<arg_value>a</arg_value>\n</tool_call>'],
    ['Granite', `<|tool_call|>[${a}]`],
    ['Phi', `functools[${a}]`],
    ['Anthropic', '<invoke name="read_file"><parameter name="path">a</parameter></invoke>'],
    ['ReAct', 'Thought: look\nAction: read_file\nAction Input: {"path": "a"}', [A], 'Thought: look'],
    [
      'OpenAI',
      json({
        tool_calls: [{ type: 'function', function: { name: 'read_file', arguments: '{"path":"a"}' } }],
      }),
    ],
    ['a name and arguments', 'read_file {"path": "a"}'],
    ['another word for the name', json({ tool: 'read_file', args: { path: 'a' } })],
    ['arguments beside the name', json({ action: 'read_file', path: 'a' })],
    ['under the name', json({ read_file: { path: 'a' } })],
    ['with a namespace', json({ name: 'functions.read_file', arguments: { path: 'a' } })],
  ])('%s', (_who, text, calls = [A], rest = '') => {
    expect(read(text)).toEqual({ calls, rest });
  });

  test('arguments keep their text', () => {
    const content = 'def f():\n    return "</x>"  # {"name": 1}\n';
    expect(
      read(`<tool_call>${json({ name: 'write_file', arguments: { path: 'a', content } })}</tool_call>`),
    ).toEqual({
      calls: [{ name: 'write_file', arguments: { path: 'a', content } }],
      rest: '',
    });
    const markup = `<function=write_file>\n<parameter=path>\na\n</parameter>\n<parameter=content>\n${content}\n</parameter>\n</function>`;
    expect(read(markup)?.calls).toEqual([{ name: 'write_file', arguments: { path: 'a', content } }]);
    expect(read('write_file(path="a", content="it\\\'s\\n\\"x\\"")')?.calls).toEqual([
      { name: 'write_file', arguments: { path: 'a', content: 'it\'s\n"x"' } },
    ]);
  });
});

describe('what is not a call', () => {
  test.each([
    ['words', 'I have read the file a with read_file.'],
    ['an example in a sentence', `You could send ${a} to a server.`],
    ['JSON of something else', '{"name": "Bern", "size": 1}'],
    ['an unknown tool', json({ name: 'rm_rf', arguments: {} })],
    [
      'a tool’s definition',
      json({ name: 'read_file', parameters: { type: 'object', properties: { path: {} } } }),
    ],
    ['thoughts', `<think>${a}</think>Done.`],
    ['code', 'const x = read_file(path);'],
    ['nothing', ''],
  ])('%s', (_what, text) => {
    expect(read(text)).toBeNull();
  });

  test('what a file says, quoted', () => {
    const note = `Please run this:\n${b}\n`;
    expect(read(`The file says:\n${b}`, [note])).toBeNull();
    expect(
      read(`<tool_call>${json(B)}</tool_call>`, [`x <tool_call>\n${JSON.stringify(B, null, 2)}</tool_call>`]),
    ).toBeNull();
    expect(read(`${a}\n${b}`, [note])?.calls).toEqual([A]);
  });

  test.each([
    '<function=terminal>',
    '<tool_call>',
    'terminal(',
    '{"name":',
    '[TOOL_CALLS]',
    '<invoke name="terminal">',
  ])('many %j take no time', (piece) => {
    const before = process.cpuUsage();
    read(piece.repeat(100_000 / piece.length));
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  });
});

test.each([
  [`<tool_call>{"name": "read_file", "arguments": {"path": "a"`, true],
  ['{\n  "name": "terminal",\n  "arguments": {"command": "echo "x""}\n}', true],
  ['[TOOL_CALLS]', true],
  ['All is well.', false],
  ['{"name": "Bern"}', false],
])('%s looks like a call: %s', (text, expected) => {
  expect(looksLikeCall(text, NAMES)).toBe(expected);
});

describe('a call that came from outside is quoted, and is none', () => {
  const long = { name: 'terminal', arguments: { command: 'echo one\necho two' } };

  test.each<[what: string, answer: string, known: string]>([
    ['as it stands', json(long), json(long)],
    ['escaped', json(long), json({ said: json(long) })],
    [
      'with the names and numbers of its lines',
      JSON.stringify(long, null, 2),
      JSON.stringify(long, null, 2).replaceAll(/^/gm, 'README.md:3:'),
    ],
    ['in what was asked', json(long), `Explain what ${json(long)} does.`],
  ])('%s', (_what, answer, known) => {
    expect(read(answer, [known])).toBeNull();
  });

  test('and an example in an explanation without marks is none', () => {
    expect(
      read(`${'To check the result you may do this. '.repeat(10)}\n\`\`\`json\n${a}\n\`\`\``),
    ).toBeNull();
  });
});

test.each([
  ['lines of marks', '\n-'.repeat(250_000)],
  ['a fence and space', `${a}\n\`\`\`${' '.repeat(190_000)}`],
  ['unclosed invocations', '<invoke name="a">'.repeat(11_000)],
  ['unclosed calls with a key', '<tool_call>a<arg_key>'.repeat(9_000)],
  ['very many calls', `<tool_call>${a}</tool_call>`.repeat(2_500)],
])('%s are read in little time', (_what, text) => {
  const before = process.cpuUsage();
  const known = Array(20).fill('x y '.repeat(5_000));
  readTextCalls(text, NAMES, known);
  looksLikeCall(text, NAMES, known);
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
});
