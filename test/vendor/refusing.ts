import { Refused } from './faults.ts';
import { openaiErrorBody } from './openai-errors.ts';
import { isObject } from './requests.ts';
import { parseResponses } from './responses-request.ts';

type Json = Readonly<Record<string, unknown>>;

/** An HTTP error that a vendor answers a history with. */
export interface Refusal {
  status: number;
  body: unknown;
}

const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const messagesOf = (body: Json) => list(body.messages);
const callsOf = (message: Json | undefined) => list(message?.tool_calls);
const fn = (call: Json): Json => (isObject(call.function) ? call.function : {});
const isBlank = (value: unknown) => typeof value === 'string' && value.trim() === '';

function isObjectJson(json: unknown): boolean {
  try {
    return isObject(JSON.parse(String(json)));
  } catch {
    return false;
  }
}

const said = (message: string, more: object = {}): unknown => ({
  error: { message, type: 'invalid_request_error', param: null, code: null, ...more },
});

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

const chat =
  (more: (messages: readonly Json[], body: Json) => string | null, status = 400) =>
  (body: Json): Refusal | null => {
    const messages = messagesOf(body);
    const problem = chatProblem(messages) ?? more(messages, body);
    return problem === null ? null : { status, body: said(problem) };
  };

const everyCall = (messages: readonly Json[]) => messages.flatMap((message) => callsOf(message));
const foreign = (messages: readonly Json[], names: readonly string[]): string | null => {
  const found = names.find((name) => JSON.stringify(messages).includes(`"${name}"`));
  return found ? `property '${found}' is unsupported` : null;
};
const THOUGHTS = ['reasoning_content', 'reasoning_details', 'thinking', 'extra_content', 'signature'];

/** https://platform.claude.com/docs/en/api/messages */
function anthropicProblem(body: Json): string | null {
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

function responsesRefusal(body: Json): Refusal | null {
  try {
    parseResponses(body);
    return null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { status: error.problem.status, body: openaiErrorBody(error.problem) };
  }
}

/** Histories are refused as the vendor of that name refuses them. */
export const REFUSES: Record<string, (body: Json) => Refusal | null> = {
  Anthropic: (body) => {
    const message = anthropicProblem(body);
    return message === null
      ? null
      : { status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message } } };
  },
  OpenAI: chat((messages) => {
    if (everyCall(messages).some(({ id }) => String(id).length > 40))
      return "Invalid 'messages[1].tool_calls[0].id': string too long. Expected a string with maximum length 40";
    return foreign(messages, THOUGHTS);
  }),
  'OpenAI, Responses': responsesRefusal,
  Mistral: chat((messages) => {
    const bad = everyCall(messages).find(({ id }) => !/^[a-zA-Z0-9]{9}$/.test(String(id)));
    if (bad) return `Tool call id was ${bad.id} but must be a-z, A-Z, 0-9, with a length of 9.`;
    const last = messages.at(-1)?.role;
    return last === 'user' || last === 'tool'
      ? null
      : 'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant';
  }),
  Gemini: chat((messages) => {
    const turns = messages.filter((message) => callsOf(message).length > 0);
    const signed = (message: Json) =>
      JSON.stringify(callsOf(message)[0]?.extra_content ?? '').match(
        /"thought_signature":"(SIG-gemini|skip_thought_signature_validator)"/,
      );
    return turns.every(signed) ? null : 'Function call is missing a thought_signature in functionCall parts.';
  }),
  DeepSeek: chat((messages) => {
    const turns = messages.filter((message) => callsOf(message).length > 0);
    if (
      turns.some(({ reasoning_content }) => typeof reasoning_content !== 'string' || reasoning_content === '')
    )
      return 'Missing `reasoning_content` field in the assistant message with tool calls.';
    return messages.some((message) => callsOf(message).length === 0 && 'reasoning_content' in message)
      ? 'reasoning_content is not allowed here'
      : null;
  }),
  Groq: chat((messages) => foreign(messages, [...THOUGHTS, 'reasoning'])),
  'vLLM with a template that wants turns': chat((messages) => {
    const roles = messages.map(({ role }) => role).filter((role) => role === 'user' || role === 'assistant');
    if (messages.slice(1).some(({ role }) => role === 'system'))
      return 'System message must be at the beginning.';
    return roles.some((role, index) => role === 'user' && roles[index - 1] === 'user')
      ? 'Conversation roles must alternate user/assistant/user/assistant/...'
      : null;
  }),
  'llama.cpp with a template without system': chat(
    (messages) => (messages.some(({ role }) => role === 'system') ? 'System role not supported' : null),
    500,
  ),
  Ollama: (body) => {
    const calls = everyCall(messagesOf(body));
    const bad = calls.find((call) => !isObject(fn(call).arguments));
    return bad
      ? {
          status: 400,
          body: { error: 'json: cannot unmarshal string into Go struct field of tool call arguments' },
        }
      : null;
  },
};
