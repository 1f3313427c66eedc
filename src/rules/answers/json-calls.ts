import { isJsonObject } from '../json/json-object.ts';
import { findJson } from './json-in-text.ts';
import { callsOf, type FoundCalls, toCall } from './text-call.ts';

/**
 * Text that vendors' templates and people write before a call; a call directly after it is recognised without
 * further context.
 */
const MARK =
  /(?:<\/?[\w|/-]{1,40}>|<\|[\w\-▁]{1,60}\|>|<｜[^｜\n]{1,60}｜>|\[TOOL_CALLS\]|functools|✿ARGS✿:|Action Input:|```\w*)\s*$/;

/** The rest of the line with a call. */
const APART = /^(?:\s|[;,:]|```\w*|[-*]\s|<[^<>\n]{1,60}>|\[\/?[A-Z_]{3,20}\])*$/;

/**
 * Calls in JSON: objects that name a known tool, lists of them, or arguments after the name of a tool. To
 * exclude examples in sentences, they must directly follow a mark, or be on lines of their own.
 */
export function callsInJson(text: string, names: readonly string[]): FoundCalls[] {
  const found: FoundCalls[] = [];
  for (const { value, start, end } of findJson(text)) {
    const named = nameBefore(text.slice(found.at(-1)?.end ?? 0, start), names);
    if (named && isJsonObject(value)) {
      found.push({ calls: [toCall(named.name, value)], start: start - named.length, end });
      continue;
    }
    const calls = callsOf(value, names);
    if (calls.length > 0 && standsApart(text, start, end, found.at(-1)?.end ?? 0)) {
      found.push({ calls, start, end });
    }
  }
  return found;
}

/** @param after the end of the previous call, which may be on the same line */
function standsApart(text: string, start: number, end: number, after: number): boolean {
  const before = text.slice(Math.max(after, start - 200), start);
  if (MARK.test(before)) return true;
  const line = before.split('\n').at(-1)!;
  return (
    APART.test(line) &&
    APART.test(
      text
        .slice(end, end + 200)
        .split('\n', 1)[0]!
        .replace(/[{[].*$/, ''),
    )
  );
}

/**
 * Text between the name of a tool and its arguments: Llama, Mistral, DeepSeek, Kimi, gpt-oss, Qwen-Agent,
 * ReAct.
 */
const BETWEEN =
  '(?:\\s|[>(:`]|:\\d+|\\[ARGS\\]|\\[CALL_ID\\]\\w*|json|<\\|[\\w▁-]{1,60}\\|>|<｜[^｜\\n]{1,60}｜>|✿ARGS✿:|(?:Action )?Input:|Arguments:)*';
const PREFIX =
  '(?:^|\\n|[>｜\\]]|✿FUNCTION✿:|<function=|to=|(?:Action|Tool|Function):)[ \\t`*]*(?:functions?[.:])?';

/** The tool whose name ends a text, ignoring what introduces arguments. */
function nameBefore(text: string, names: readonly string[]): { name: string; length: number } | null {
  const near = text.slice(-200);
  const pattern = new RegExp(`${PREFIX}(${names.map(escaped).join('|')})(?![\\w-])${BETWEEN}$`);
  const [whole, name] = pattern.exec(near) ?? [];
  return whole && name ? { name, length: whole.replace(/^[>｜\]\s]+/, '').length } : null;
}

const escaped = (name: string) => name.replaceAll(/[^\w]/g, '\\$&');
