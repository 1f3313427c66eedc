import { isObject } from '../requests.ts';
import type { HttpError, Json } from './behaviour.ts';
import { said } from './events.ts';

export { isObject };

const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
export const messagesOf = (body: Json) => list(body.messages);
export const callsOf = (message: Json | undefined) => list(message?.tool_calls);
export const callsIn = (messages: readonly Json[]) => messages.flatMap((message) => callsOf(message));
const fn = (call: Json): Json => (isObject(call.function) ? call.function : {});
const isBlank = (value: unknown) => typeof value === 'string' && value.trim() === '';

function isObjectJson(json: unknown): boolean {
  try {
    return isObject(JSON.parse(String(json)));
  } catch {
    return false;
  }
}

/** Rules that all servers of OpenAI's API have; the words are OpenAI's. */
function chatProblem(messages: readonly Json[]): string | null {
  for (const [index, message] of messages.entries()) {
    const at = `messages[${index}]`;
    for (const call of callsOf(message)) {
      const { name, arguments: json } = fn(call);
      if (!/^[a-zA-Z0-9_-]{1,64}$/.test(String(name)))
        return `Invalid '${at}.tool_calls[0].function.name': does not match pattern`;
      if (!isObjectJson(json)) return `Invalid '${at}': tool call arguments must be a JSON object`;
    }
    const answers = messages.slice(index + 1, index + 1 + callsOf(message).length);
    const ids = callsOf(message).map(({ id }) => id);
    if (JSON.stringify(answers.map((one) => one.tool_call_id)) !== JSON.stringify(ids)) {
      return `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id': ${ids}`;
    }
    const before = messages.slice(0, index).findLast(({ role }) => role !== 'tool');
    if (message.role === 'tool' && !callsOf(before).some(({ id }) => id === message.tool_call_id)) {
      return "messages with role 'tool' must be a response to a preceding message with 'tool_calls'";
    }
    if (message.role === 'assistant' && callsOf(message).length === 0 && isBlank(message.content)) {
      return `Invalid '${at}': assistant message must have either content or tool_calls`;
    }
  }
  return null;
}

/** @param more what is particular about a server */
export const chat =
  (more: (messages: readonly Json[]) => string | null, status = 400) =>
  (body: Json): HttpError | null => {
    const messages = messagesOf(body);
    const problem = chatProblem(messages) ?? more(messages);
    return problem === null ? null : said(status, problem);
  };

export const foreign = (messages: readonly Json[], names: readonly string[]): string | null => {
  const found = names.find((name) => JSON.stringify(messages).includes(`"${name}"`));
  return found ? `property '${found}' is unsupported` : null;
};

export const THOUGHTS = ['reasoning_content', 'reasoning_details', 'thinking', 'extra_content', 'signature'];

/** https://platform.claude.com/docs/en/api/messages */
export function anthropicProblem(body: Json): string | null {
  const messages = messagesOf(body);
  if (messages[0]?.role !== 'user') return 'messages: first message must use the "user" role';
  if (messages.at(-1)?.role !== 'user')
    return 'This model does not support assistant message prefill. The conversation must end with a user message.';
  const seen = new Set<unknown>();
  for (const [index, { role, content }] of messages.entries()) {
    if (role !== 'user' && role !== 'assistant')
      return `messages.${index}.role: Input should be 'user' or 'assistant'`;
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : list(content);
    if (blocks.length === 0) return `messages.${index}: content must not be empty`;
    const results = new Set(list(messages[index + 1]?.content).map(({ tool_use_id }) => tool_use_id));
    for (const block of blocks as Json[]) {
      if (block.type === 'text' && isBlank(block.text))
        return 'messages: text content blocks must contain non-whitespace text';
      if (block.type === 'thinking' && block.signature !== 'SIG-claude')
        return 'messages: Invalid `signature` in `thinking` block';
      if (block.type !== 'tool_use') continue;
      if (!/^[a-zA-Z0-9_-]+$/.test(String(block.id)))
        return 'messages.tool_use.id: String should match pattern ^[a-zA-Z0-9_-]+$';
      if (!/^[a-zA-Z0-9_-]{1,128}$/.test(String(block.name)))
        return 'messages.tool_use.name: String should match pattern ^[a-zA-Z0-9_-]{1,128}$';
      if (seen.has(block.id)) return 'messages: `tool_use` ids must be unique';
      if (!isObject(block.input)) return 'messages.tool_use.input: Input should be an object';
      if (!results.has(block.id))
        return `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${block.id}`;
      seen.add(block.id);
    }
    const asked = new Set(list(messages[index - 1]?.content).map(({ id }) => id));
    if (list(content).some((block) => block.type === 'tool_result' && !asked.has(block.tool_use_id)))
      return `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks`;
  }
  return null;
}
