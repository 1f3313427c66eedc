import { isJsonObject, type JsonObject } from '../json/json-object.ts';
/** A tool call that a model wrote in the text of its answer. */
export interface TextCall {
  name: string;
  /** JSON. */
  arguments: string;
}

/** Calls, with their position in the text. */
export interface FoundCalls {
  calls: TextCall[];
  start: number;
  /** Index after its last character. */
  end: number;
}

const NAME = ['name', 'tool', 'tool_name', 'function_name', 'function', 'action', 'recipient_name'] as const;
const INPUT = [
  'arguments',
  'parameters',
  'args',
  'input',
  'params',
  'action_input',
  'tool_input',
  'kwargs',
] as const;
/** Members next to the name that are not arguments. */
const ABOUT: ReadonlySet<string> = new Set([...NAME, 'type', 'id', 'call_id', 'thought', 'thoughts']);

/** The calls in a JSON value: one call, a list of them, or a message that contains them. */
export function callsOf(value: unknown, names: readonly string[]): TextCall[] {
  if (Array.isArray(value)) {
    const calls = value.map((item) => callOf(item, names));
    return calls.every((call) => call !== null) ? calls : [];
  }
  if (!isJsonObject(value)) return [];
  const inner = value.tool_calls ?? value.calls;
  if (Array.isArray(inner)) return callsOf(inner, names);
  const call = callOf(value, names);
  return call ? [call] : [];
}

function callOf(value: unknown, names: readonly string[]): TextCall | null {
  if (!isJsonObject(value)) return null;
  if (isJsonObject(value.function)) return callOf(value.function, names);
  const word = NAME.map((member) => value[member]).find((name) => typeof name === 'string');
  const name = toolAmong(names, word);
  return name === null ? callUnderItsName(value, names) : namedCall(name, value);
}

/**
 * With its arguments in a member, or next to the name. null: it is the definition of the tool, which models
 * sometimes repeat.
 */
function namedCall(name: string, value: JsonObject): TextCall | null {
  const member = INPUT.find((key) => Object.hasOwn(value, key));
  const input = member
    ? value[member]
    : Object.fromEntries(Object.entries(value).filter(([key]) => !ABOUT.has(key)));
  return isJsonObject(input) && isJsonObject(input.properties) ? null : toCall(name, input);
}

/** `{"read_file": {"path": "a"}}` */
function callUnderItsName(value: JsonObject, names: readonly string[]): TextCall | null {
  const [member, ...others] = Object.entries(value);
  if (!member || others.length > 0 || !isJsonObject(member[1])) return null;
  const name = toolAmong(names, member[0]);
  return name === null ? null : toCall(name, member[1]);
}

export function toCall(name: string, input: unknown): TextCall {
  return { name, arguments: typeof input === 'string' ? input : JSON.stringify(input ?? {}) };
}

/** The tool with a name; some models write `functions.` before it. */
export function toolAmong(names: readonly string[], word: unknown): string | null {
  if (typeof word !== 'string') return null;
  const name = word.trim().replace(/^(?:functions?|tools?|default_api)[.:]/, '');
  return names.includes(name) ? name : null;
}
