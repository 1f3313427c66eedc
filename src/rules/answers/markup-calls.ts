import { type FoundCalls, toCall, toolAmong } from './text-call.ts';

/** The name of a tool, then its arguments as elements whose content is verbatim text. */
interface Shape {
  /** With the groups `name` and `body`. */
  call: RegExp;
  /** With the groups `key` and `value`. */
  argument: RegExp;
}

const SHAPES: readonly Shape[] = [
  // Qwen3-Coder: <function=read_file><parameter=path>a</parameter></function>
  {
    call: /<function=(?<name>[\w.:-]{1,80})>(?<body>(?:(?!<function=)[\s\S])*?)(?:<\/function>|<\/tool_call>|$(?![\s\S]))/g,
    argument:
      /<parameter=(?<key>[\w-]{1,80})>\n?(?<value>[\s\S]*?)\n?(?:<\/parameter>|(?=<parameter=)|$(?![\s\S]))/g,
  },
  // Anthropic and MiniMax: <invoke name="read_file"><parameter name="path">a</parameter></invoke>
  {
    call: /<(?:\w+:)?invoke name="(?<name>[\w.:-]{1,80})">(?<body>(?:(?!<(?:\w{1,40}:)?invoke )[\s\S])*?)<\/(?:\w+:)?invoke>/g,
    argument:
      /<(?:\w+:)?parameter name="(?<key>[\w-]{1,80})"[^<>]*>(?<value>[\s\S]*?)<\/(?:\w+:)?parameter>/g,
  },
  // GLM: <tool_call>read_file<arg_key>path</arg_key><arg_value>a</arg_value></tool_call>
  {
    call: /<tool_call>\s*(?<name>[\w.:-]{1,80})\s*(?<body>(?:<arg_key>(?:(?!<tool_call>)[\s\S])*?)?)<\/tool_call>/g,
    argument: /<arg_key>\s*(?<key>[\w-]{1,80})\s*<\/arg_key>\s*<arg_value>(?<value>[\s\S]*?)<\/arg_value>/g,
  },
];

/** Calls of known tools whose arguments are elements of a markup. */
export function callsInMarkup(text: string, names: readonly string[]): FoundCalls[] {
  return SHAPES.flatMap(({ call, argument }) =>
    [...text.matchAll(call)].flatMap((match) => {
      const { name: word, body = '' } = match.groups ?? {};
      const name = toolAmong(names, word);
      const values = [...body.matchAll(argument)].map(
        ({ groups }) => [groups!.key!, groups!.value!] as const,
      );
      if (name === null || (values.length === 0 && body.trim() !== '')) return [];
      const range = { start: match.index, end: match.index + match[0].length };
      return [{ calls: [toCall(name, Object.fromEntries(values))], ...range }];
    }),
  );
}
