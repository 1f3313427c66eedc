import type { ModelMessage, ModelRequest, ToolDefinition } from '../provider.ts';
import { minimalInstance } from './instance.ts';

/** Each searches the rest of the text for its end, while other runs wait. */
const MOST_CALLS = 50;

export interface ScriptedCall {
  name: string;
  arguments: string;
}

/**
 * The next tool call of the demo model. It follows the last user message: the tools named in the message are
 * called in order, one per turn, with the JSON object that follows the name, or otherwise with the smallest
 * arguments that the schema of the tool permits. `write_file {"path":"a"}, then list_files` takes two turns
 * with a call, and a third without. If no tool is named, an agent's tools are demonstrated in a short `tour`.
 * @returns null when all have been called: then it answers
 */
export function nextCall({ tools = [], messages }: ModelRequest): ScriptedCall | null {
  const spoken = messages.findLastIndex(({ role }) => role === 'user');
  const text = messages[spoken]?.content ?? '';
  const named = namedCalls(text, tools);
  const calls = named.length > 0 ? named : tour(text, tools);
  return calls[messages.slice(spoken + 1).filter(isCalling).length] ?? null;
}

const LONGEST_NOTE = 1_000;

/** A short demonstration of an agent: it plans, writes the task to a file, reads it, and finishes. */
function tour(text: string, tools: readonly ToolDefinition[]): ScriptedCall[] {
  const offered = (name: string) => tools.some((tool) => tool.name === name);
  if (!offered('finish')) return [];
  const plan = (status: string) => ({ steps: [{ id: 'note', description: 'Write the task down', status }] });
  const calls: [name: string, input: object][] = [
    ['update_plan', plan('in_progress')],
    ['write_file', { path: 'demo.txt', content: `${text.slice(0, LONGEST_NOTE).toWellFormed()}\n` }],
    ['list_files', {}],
    ['update_plan', plan('completed')],
    [
      'finish',
      { summary: 'This is the demo model: it has demonstrated its tools without working on the task.' },
    ],
  ];
  return calls
    .filter(([name]) => offered(name))
    .map(([name, input]) => ({ name, arguments: JSON.stringify(input) }));
}

function isCalling(message: ModelMessage): boolean {
  return message.role === 'assistant' && Boolean(message.toolCalls?.length);
}

function namedCalls(text: string, tools: readonly ToolDefinition[]): ScriptedCall[] {
  const calls: ScriptedCall[] = [];
  const word = /[\w-]+/g;
  for (let match = word.exec(text); match && calls.length < MOST_CALLS; match = word.exec(text)) {
    const tool = tools.find(({ name }) => name === match[0]);
    if (!tool) continue;
    const given = leadingObject(text, word.lastIndex);
    // Names inside of arguments are not calls.
    if (given) word.lastIndex = given.end;
    calls.push({
      name: tool.name,
      arguments: given?.json ?? JSON.stringify(minimalInstance(tool.parameters)),
    });
  }
  return calls;
}

/** A JSON object preceded only by white space. */
function leadingObject(text: string, from: number): { json: string; end: number } | null {
  const start = from + (/^\s*/.exec(text.slice(from, from + 100))?.[0].length ?? 0);
  if (text[start] !== '{') return null;
  const end = closingBrace(text, start);
  const json = text.slice(start, end);
  return isJson(json) ? { json, end } : null;
}

function closingBrace(text: string, start: number): number {
  let depth = 0;
  let isQuoted = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (isQuoted && character === '\\') at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === '{') depth++;
    else if (!isQuoted && character === '}' && --depth === 0) return at + 1;
  }
  return start;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
