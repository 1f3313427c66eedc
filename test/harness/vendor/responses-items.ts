import { invalidRequest, Refused } from './faults.ts';
import type { Json } from './messages.ts';

/** What is encrypted here says whose it is: a model's, in the answer to a request. */
export const encrypt = (model: string, sequence: number): string =>
  `gAAAAA${Buffer.from(JSON.stringify([model, sequence])).toString('base64url')}`;

export const callId = (sequence: number, index: number): string => `call_r${sequence}_${index}`;

function decrypt(encrypted: string): [string, number] | null {
  try {
    const read: unknown = JSON.parse(Buffer.from(encrypted.replace(/^gAAAAA/, ''), 'base64url').toString());
    return Array.isArray(read) ? (read as [string, number]) : null;
  } catch {
    return null;
  }
}

const MEMBERS: Record<string, readonly string[]> = {
  message: ['type', 'role', 'content', 'phase', 'id', 'status'],
  function_call: ['type', 'call_id', 'name', 'arguments', 'id', 'status'],
  function_call_output: ['type', 'call_id', 'output', 'id', 'status'],
  reasoning: ['type', 'id', 'summary', 'content', 'encrypted_content'],
};

const typeOf = (item: Json): string => String(item.type ?? 'message');

function notFound(id: unknown): Refused {
  const message = `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`;
  return new Refused({ status: 404, type: 'invalid_request_error', message, param: 'input', code: null });
}

function checkString(value: unknown, at: string, longest: number): void {
  const is = typeof value;
  if (is !== 'string') {
    throw invalidRequest(
      `Invalid type for '${at}': expected a string, but got ${is} instead.`,
      at,
      'invalid_type',
    );
  }
  const { length } = value as string;
  if (length === 0) {
    throw invalidRequest(
      `Invalid '${at}': empty string. Expected a string with minimum length 1, but got an empty string instead.`,
      at,
      'empty_string',
    );
  }
  if (length > longest) {
    throw invalidRequest(
      `Invalid '${at}': string too long. Expected a string with maximum length ${longest}, but got a string with length ${length} instead.`,
      at,
      'string_above_max_length',
    );
  }
}

function checkItem(item: Json, index: number): void {
  const at = `input[${index}]`;
  const type = typeOf(item);
  if (type === 'item_reference') throw notFound(item.id);
  const members = MEMBERS[type];
  if (!members) {
    throw invalidRequest(`Invalid value: '${type}'.`, at, 'invalid_value');
  }
  const unknown = Object.keys(item).find((name) => !members.includes(name));
  if (unknown)
    throw invalidRequest(`Unknown parameter: '${at}.${unknown}'.`, `${at}.${unknown}`, 'unknown_parameter');
  if (type === 'message' && !['user', 'assistant', 'system', 'developer'].includes(String(item.role))) {
    throw invalidRequest(`Invalid value: '${item.role}'.`, `${at}.role`, 'invalid_value');
  }
  if (type === 'function_call' || type === 'function_call_output')
    checkString(item.call_id, `${at}.call_id`, 64);
  if (type !== 'function_call') return;
  checkString(item.name, `${at}.name`, 64);
  checkString(item.arguments, `${at}.arguments`, Number.POSITIVE_INFINITY);
  if (!/^[a-zA-Z0-9_-]+$/.test(String(item.name))) {
    throw invalidRequest(
      `Invalid '${at}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
      `${at}.name`,
      'invalid_value',
    );
  }
}

/** Each call has one output, after it; each output its call. */
function checkOutputs(items: readonly Json[]): void {
  const ids = (type: string, among: readonly Json[]) =>
    among.filter((item) => typeOf(item) === type).map(({ call_id }) => call_id);
  for (const [index, item] of items.entries()) {
    const { call_id: id } = item;
    if (typeOf(item) === 'function_call' && !ids('function_call_output', items.slice(index)).includes(id)) {
      throw invalidRequest(`No tool output found for function call ${id}.`, 'input');
    }
    if (
      typeOf(item) === 'function_call_output' &&
      !ids('function_call', items.slice(0, index)).includes(id)
    ) {
      throw invalidRequest(`No tool call found for function call output with call_id ${id}.`, 'input');
    }
  }
}

/** The answer of which an item is a part, as far as it says so. */
function sequenceOf(item: Json): number | null {
  if (typeOf(item) === 'reasoning') return decrypt(String(item.encrypted_content))?.[1] ?? null;
  const [, sequence] = /^call_r(\d+)_\d+$/.exec(String(item.call_id)) ?? [];
  return typeOf(item) === 'function_call' && sequence !== undefined ? Number(sequence) : null;
}

/**
 * Reasoning is this model's own and stands before what it led to. The real one looks for the reasoning of a call by the
 * call's item id; this one, which is to be sent none, by the id of the call: no call is to lose its reasoning.
 */
function checkReasoning(items: readonly Json[], model: string): void {
  for (const [index, item] of items.entries()) {
    const sequence = sequenceOf(item);
    if (typeOf(item) === 'reasoning') {
      if (typeof item.encrypted_content !== 'string') throw notFound(item.id);
      if (decrypt(item.encrypted_content)?.[0] !== model) {
        throw invalidRequest(
          `The encrypted content ${item.encrypted_content.slice(0, 4)}...${item.encrypted_content.slice(-4)} could not be verified.`,
          null,
          'invalid_encrypted_content',
        );
      }
      const next = items[index + 1];
      const isFollowed = next && (typeOf(next) === 'function_call' || next.role === 'assistant');
      if (!isFollowed || (typeOf(next) === 'function_call' && sequenceOf(next) !== sequence)) {
        throw invalidRequest(
          `Item 'rs_${sequence}' of type 'reasoning' was provided without its required following item.`,
          'input',
        );
      }
    } else if (sequence !== null) {
      const reasoning = items
        .slice(0, index)
        .some((one) => typeOf(one) === 'reasoning' && sequenceOf(one) === sequence);
      if (!reasoning) {
        throw invalidRequest(
          `Item 'fc_${sequence}' of type 'function_call' was provided without its required 'reasoning' item: 'rs_${sequence}'.`,
          'input',
        );
      }
    }
  }
}

/** @throws Refused for a history that OpenAI does not take with `store: false`. */
export function checkItems(items: readonly Json[], model: string): void {
  for (const [index, item] of items.entries()) checkItem(item, index);
  checkOutputs(items);
  checkReasoning(items, model);
}
