import type { ModelMessage, ModelRequest, ToolDefinition } from '../provider.ts';
import { minimalInstance } from './instance.ts';

/** Each looks through the rest of the text for its end, and other runs are waiting. */
const MOST_CALLS = 50;

export interface ScriptedCall {
  name: string;
  arguments: string;
}

/**
 * Which tool the demo model calls now. It does what the last message of a person says: the tools that the message
 * names are called in the order in which they stand there, one a turn, with the JSON object that follows the name,
 * or else the smallest arguments that the tool's schema allows. `write_file {"path":"a"}, then list_files` is
 * two turns with a call, and a third without. Where no tool is named, an agent's tools are shown in a small `tour`.
 * @returns null when everything has been called: then it answers.
 */
export function nextCall({ tools = [], messages }: ModelRequest): ScriptedCall | null {
  const spoken = messages.findLastIndex(({ role }) => role === 'user');
  const text = messages[spoken]?.content ?? '';
  const named = namedCalls(text, tools);
  const calls = named.length > 0 ? named : tour(text, tools);
  return calls[messages.slice(spoken + 1).filter(isCalling).length] ?? null;
}

const LONGEST_NOTE = 1_000;

/** What an agent does, in small: it plans, writes the task down in a file, looks at it, and finishes. */
function tour(text: string, tools: readonly ToolDefinition[]): ScriptedCall[] {
  const offered = (name: string) => tools.some((tool) => tool.name === name);
  if (!offered('finish')) return [];
  const plan = (status: string) => ({ steps: [{ id: 'note', description: 'Write the task down', status }] });
  const calls: [name: string, input: object][] = [
    ['update_plan', plan('in_progress')],
    ['write_file', { path: 'demo.txt', content: `${text.slice(0, LONGEST_NOTE).toWellFormed()}\n` }],
    ['list_files', {}],
    ['update_plan', plan('completed')],
    ['finish', { summary: 'This is the demo model: it has shown its tools, and done nothing of the task.' }],
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
    // Names inside the arguments call nothing.
    if (given) word.lastIndex = given.end;
    calls.push({
      name: tool.name,
      arguments: given?.json ?? JSON.stringify(minimalInstance(tool.parameters)),
    });
  }
  return calls;
}

/** The JSON object that begins after nothing but space. */
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
