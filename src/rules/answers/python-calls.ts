import { type FoundCalls, toCall } from './text-call.ts';

/**
 * Calls in Python syntax, `read_file(path="a")`, as written by Llama 4 and Gemma: on lines of their own, in a
 * list, in a block or after a mark, with named arguments only.
 */
export function callsInPython(text: string, names: readonly string[]): FoundCalls[] {
  const found: FoundCalls[] = [];
  const opening = new RegExp(
    `(?:^|\\[|,|;|<\\|python_tag\\|>|<tool_call>|print\\()[ \\t]*(?:default_api\\.)?(${names.join('|')})\\(`,
    'gm',
  );
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    const read = readArguments(text, opening.lastIndex);
    if (!read || !/^[)\],;\s]*(?:$|[\n,;\]<`])/.test(text.slice(read.end, read.end + 20))) continue;
    found.push({ calls: [toCall(match[1]!, read.input)], start: match.index, end: read.end });
    opening.lastIndex = read.end;
  }
  return found;
}

interface Read {
  input: Record<string, unknown>;
  /** Index after the closing bracket. */
  end: number;
}

const KEY = /\s*(\w{1,80})\s*=\s*/y;
const AFTER = /\s*([,)])/y;

function readArguments(text: string, start: number): Read | null {
  const input: Record<string, unknown> = {};
  let at = start;
  const empty = /\s*\)/y;
  empty.lastIndex = at;
  if (empty.test(text)) return { input, end: empty.lastIndex };
  for (;;) {
    KEY.lastIndex = at;
    const key = KEY.exec(text)?.[1];
    const value = key === undefined ? null : readValue(text, KEY.lastIndex);
    if (!value) return null;
    input[key!] = value.value;
    AFTER.lastIndex = value.end;
    const sign = AFTER.exec(text)?.[1];
    if (sign === undefined) return null;
    at = AFTER.lastIndex;
    if (sign === ')') return { input, end: at };
  }
}

/** Strings with any quotes, numbers and words, and lists and objects of these that are valid JSON. */
const VALUE =
  /"""([\s\S]*?)"""|'''([\s\S]*?)'''|"((?:[^"\\\n]|\\[\s\S])*)"|'((?:[^'\\\n]|\\[\s\S])*)'|(-?\d+(?:\.\d+)?)|(True|False|None|true|false|null)\b|(\[[^\n]*?\]|\{[^\n]*?\})(?=\s*[,)])/y;
const WORDS: Readonly<Record<string, unknown>> = { True: true, true: true, False: false, false: false };

function readValue(text: string, start: number): { value: unknown; end: number } | null {
  VALUE.lastIndex = start;
  const match = VALUE.exec(text);
  if (!match) return null;
  const [, long, longer, double, single, number, word, json] = match;
  const end = VALUE.lastIndex;
  const quoted = long ?? longer ?? double ?? single;
  if (quoted !== undefined) return { value: unescaped(quoted), end };
  if (number !== undefined) return { value: Number(number), end };
  if (word !== undefined) return { value: WORDS[word] ?? null, end };
  const value = parsed(json!);
  return value === undefined ? null : { value, end };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };

function unescaped(text: string): string {
  return text.replaceAll(/\\([\s\S])/g, (_all, sign: string) => ESCAPES[sign] ?? sign);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
