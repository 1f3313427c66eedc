import { callsInJson } from './json-calls.ts';
import { callsInMarkup } from './markup-calls.ts';
import { callsInPython } from './python-calls.ts';
import type { FoundCalls, TextCall } from './text-call.ts';
import { withoutThoughts } from './thoughts.ts';

export interface TextCalls {
  calls: TextCall[];
  /** The text without them. */
  rest: string;
}

/** Maximum characters of an answer to examine; calls that write files are long. */
const LONGEST = 200_000;

/**
 * Finds tool calls in the formats that models write when their server does not recognise them: with the marks
 * of Hermes and Qwen, Llama, Mistral, DeepSeek, GLM and others, or as JSON or Python that names a known tool.
 * @param names of the offered tools; other names are not calls @param known text from outside, such as tool
 * results: a call that occurs there is a quotation
 * @returns null when there are none
 */
export function readTextCalls(
  text: string,
  names: readonly string[],
  known: readonly string[] = [],
): TextCalls | null {
  if (text.length > LONGEST || names.length === 0) return null;
  const answer = withoutThoughts(text);
  const quotable = known.map(comparable);
  const isNew = ({ start, end }: FoundCalls) => {
    const piece = comparable(answer.slice(start, end));
    return !quotable.some((outside) => outside.includes(piece));
  };
  for (const find of [callsInMarkup, callsInJson, callsInPython]) {
    const found = find(answer, names).slice(0, MOST_CALLS).filter(isNew);
    if (found.length === 0) continue;
    const rest = without(answer, found);
    // Without marks of a call, a call within a longer text may be an example.
    if (find !== callsInMarkup && rest.length > MOST_WORDS && !MARKS.test(answer)) return null;
    return { calls: found.flatMap(({ calls }) => calls), rest };
  }
  return null;
}

/** Maximum number of calls in one answer. */
const MOST_CALLS = 64;
/** Maximum characters next to a call without marks: a sentence that announces it. */
const MOST_WORDS = 200;

/** So that a call matches when it was escaped, or shown with line numbers or file names. */
const comparable = (text: string) =>
  text
    .slice(0, LONGEST)
    .replaceAll(/^[^\s:]{1,200}[:-]\d{1,9}[:-]/gm, '')
    .replaceAll(/\\+[nrt]|\\+|\s+/g, '');

const MARKS =
  /<tool_call>|<\|tool_call|<\|python_tag\|>|\[TOOL_CALLS\]|<function=|<(?:\w+:)?invoke name=|<｜tool▁call|to=functions\./;

/**
 * Whether a text has marks of a call, or names a tool as a call would, even if malformed.
 * @param known as for `readTextCalls`: text with such marks may be a quotation
 */
export function looksLikeCall(
  text: string,
  names: readonly string[],
  known: readonly string[] = [],
): boolean {
  if (names.length === 0) return false;
  const named = new RegExp(
    `^[^\\w\\n"]*"(?:name|tool|action|function)"\\s*:\\s*"(?:${names.join('|')})"`,
    'm',
  );
  const hasMarks = (piece: string) => {
    const beginning = piece.slice(0, LONGEST);
    return MARKS.test(beginning) || named.test(beginning);
  };
  return hasMarks(withoutThoughts(text)) && !known.some(hasMarks);
}

/** The text without some pieces, and without fences and marks that are left empty. */
function without(text: string, pieces: readonly FoundCalls[]): string {
  let rest = '';
  let from = 0;
  for (const { start, end } of pieces.toSorted((one, other) => one.start - other.start)) {
    rest += text.slice(from, Math.max(from, start));
    from = Math.max(from, end);
  }
  return `${rest}${text.slice(from)}`.replaceAll(LEFT, '').replace(LAST_FENCE, withoutFence).trim();
}

const LEFT =
  /<\/?(?:tool_calls?|function_calls?|function|tools?|(?:\w+:)?function_calls)>|<\|channel\|>\w*|<\|[\w▁-]{1,60}\|>|function<｜tool▁sep｜>|<｜[^｜\n]{1,60}｜>|\[\/?TOOL_CALLS\]|functools|```\w{0,20}\s{0,50}(?:print\()?\){0,20}\s{0,50}```|^[ \t]*[;,)\]]+[ \t]*$/gm;

/** Of a block whose beginning was removed with the call. */
const LAST_FENCE = /^[^`]*(?<fence>```)\s*$/;

const withoutFence = (text: string) => text.replace('```', '');
