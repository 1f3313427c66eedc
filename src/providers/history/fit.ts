import type { ModelMessage, ModelRequest, ToolCall } from '../provider.ts';
import { argumentsObject } from '../reading/tool-call.ts';
import { fitId, fitName } from './names.ts';
import { isOwn, type Origin } from './origin.ts';

type Assistant = Extract<ModelMessage, { role: 'assistant' }>;
type Result = Extract<ModelMessage, { role: 'tool' }>;

/**
 * Replaces a blank message, which vendors reject; omitting it would leave two consecutive messages of one
 * role.
 */
const BLANK = { user: '(empty message)', assistant: '(no answer)', tool: '(no output)' };
const NO_RESULT = 'This call was not executed.';
const LEFT_OUT = '(Earlier messages were omitted.)';
const GO_ON = 'Continue.';

/**
 * Converts a history to a form that all vendors accept: one system message, first; then a user message; no
 * blank text; calls with valid names, ids and arguments, each followed by its result; a user message or a
 * result last. Turns keep their vendor's own format only if they are sent back to the model that created
 * them.
 * @param ids of the calls: the format that this vendor accepts
 */
export function fitHistory(
  { messages, tools = [] }: ModelRequest,
  origin: Origin,
  ids: RegExp,
): ModelMessage[] {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const text = system.filter((content) => content.trim() !== '').join('\n\n');
  const taken = new Set<string>();
  const known = new Set(tools.map(({ name }) => name));
  const fitted: ModelMessage[] = text === '' ? [] : [{ role: 'system', content: text }];
  const spoken = messages.filter(({ role }) => role !== 'system');
  for (const [index, message] of spoken.entries()) {
    if (message.role === 'assistant') {
      const results = resultsAfter(spoken, index);
      fitted.push(...fitTurn(message, results, { origin, ids, taken, known }));
    } else if (message.role !== 'tool') fitted.push({ ...message, content: filled(message.content, 'user') });
    else if (!isAnswer(spoken, index)) fitted.push(asUser(message));
  }
  return withEnds(fitted);
}

interface Form {
  origin: Origin;
  ids: RegExp;
  /** Ids used so far in the history. */
  taken: Set<string>;
  /** Names of known tools, which are valid. */
  known: ReadonlySet<string>;
}

function fitTurn(message: Assistant, results: readonly Result[], form: Form): ModelMessage[] {
  const { content, toolCalls = [], vendorTurn } = message;
  if (toolCalls.length === 0) return [{ role: 'assistant', content: filled(content, 'assistant') }];
  const own = vendorTurn && isOwn(vendorTurn, form.origin) ? { vendorTurn } : {};
  const calls = toolCalls.map((call) => fitCall(call, form, 'vendorTurn' in own));
  return [
    { role: 'assistant', content: content.trim() === '' ? '' : content, toolCalls: calls, ...own },
    ...calls.map(({ id, name }, index): Result => {
      const result = resultOf(toolCalls, index, results);
      const said = result ? filled(result.content, 'tool') : NO_RESULT;
      return { role: 'tool', content: said, toolCallId: id, toolName: name };
    }),
  ];
}

function fitCall(call: ToolCall, { ids, taken, known }: Form, isOwnTurn: boolean): ToolCall {
  const id = isOwnTurn && !taken.has(call.id) ? call.id : fitId(call.id, ids, taken);
  taken.add(id);
  return {
    id,
    name: known.has(call.name) ? call.name : fitName(call.name),
    // The result reports that they could not be parsed.
    arguments: argumentsOf(call),
  };
}

function argumentsOf(call: ToolCall): string {
  try {
    return JSON.stringify(argumentsObject(call));
  } catch {
    // Nested too deeply to be serialized.
    return '{}';
  }
}

/** The results of a turn's calls: those before the next turn. */
function resultsAfter(messages: readonly ModelMessage[], index: number): Result[] {
  const after = messages.slice(index + 1);
  const next = after.findIndex(({ role }) => role === 'assistant');
  return after.slice(0, next === -1 ? undefined : next).filter((one): one is Result => one.role === 'tool');
}

/** Calls of one turn may have the same id; then their results come in order. */
function resultOf(calls: readonly ToolCall[], index: number, results: readonly Result[]): Result | undefined {
  const id = calls[index]?.id;
  const before = calls.slice(0, index).filter((call) => call.id === id).length;
  return results.filter(({ toolCallId }) => toolCallId === id)[before];
}

function isAnswer(messages: readonly ModelMessage[], index: number): boolean {
  const message = messages[index];
  const turn = messages.slice(0, index).findLast(({ role }) => role === 'assistant');
  if (message?.role !== 'tool' || turn?.role !== 'assistant') return false;
  return turn.toolCalls?.some(({ id }) => id === message.toolCallId) ?? false;
}

/** A result whose call is missing, because the history was cut. */
function asUser({ toolName, content }: Result): ModelMessage {
  return { role: 'user', content: `Result of ${toolName}: ${filled(content, 'tool')}` };
}

function filled(content: string, side: keyof typeof BLANK): string {
  return content.trim() === '' ? BLANK[side] : content;
}

function withEnds(messages: readonly ModelMessage[]): ModelMessage[] {
  const start = messages[0]?.role === 'system' ? 1 : 0;
  const first = messages[start];
  const last = messages.at(-1);
  return [
    ...messages.slice(0, start),
    ...(first?.role === 'assistant' ? [{ role: 'user' as const, content: LEFT_OUT }] : []),
    ...messages.slice(start),
    ...(last?.role === 'assistant' || messages.length === start
      ? [{ role: 'user' as const, content: GO_ON }]
      : []),
  ];
}
