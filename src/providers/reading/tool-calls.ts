import { isJsonObject, type JsonObject } from '../../rules/json/json-object.ts';
import type { StreamPart } from '../provider.ts';
import { AnswerTooLong, countCharacters } from '../wire/bounds.ts';
import { joinArguments } from './join-arguments.ts';
import { toolCallPart } from './tool-call.ts';

type ToolCallPart = Extract<StreamPart, { type: 'tool_call' }>;

interface Gathered {
  index: number | null;
  id: string;
  name: string;
  pieces: string[];
  /** What the vendor requires back with the call. */
  kept: JsonObject;
}

interface Head {
  id: string;
  index: number | null;
  name: string;
}

/** Per answer. Models make up to a few dozen. */
const MOST_CALLS = 512;

/** A call with what its vendor requires back; usually nothing. */
export interface GatheredCall {
  part: ToolCallPart;
  kept: JsonObject | null;
}

/**
 * Assembles calls that come in pieces. Servers omit the index, begin it at 1, repeat it for parallel calls,
 * send ids late, never, or a new one with each piece; only that a call has one name is certain.
 */
export function gatherToolCalls() {
  const calls: Gathered[] = [];
  const count = countCharacters();

  function find({ id, index, name }: Head): Gathered | undefined {
    const isThere = (call: Gathered) => index === null || call.index === null || call.index === index;
    const known = id === '' ? undefined : calls.find((call) => call.id === id && isThere(call));
    const there = known ?? calls.findLast(isThere);
    if (there) return known || !isAnother(there, id, name) ? there : undefined;
    // Some number the pieces, not the calls.
    return id === '' && name === '' ? calls.at(-1) : undefined;
  }

  function callOf(head: Head): Gathered {
    const found = find(head);
    if (found) return found;
    const isTaken = calls.some(({ id }) => id === head.id);
    const call = { index: head.index, id: isTaken ? '' : head.id, name: '', pieces: [], kept: {} };
    if (calls.length === MOST_CALLS) throw new AnswerTooLong(`${MOST_CALLS} tool calls`);
    calls.push(call);
    return call;
  }

  return {
    /** @param sent one of `tool_calls`, or the older `function_call`. */
    add(sent: unknown): void {
      if (!isJsonObject(sent)) return;
      const called = isJsonObject(sent.function) ? sent.function : sent;
      const piece = argumentsText(called.arguments ?? called.input ?? called.parameters);
      const head = { id: text(sent.id), index: indexOf(sent.index), name: text(called.name) };
      count(head.id, head.name, piece);
      const call = callOf(head);
      call.id ||= calls.some(({ id }) => id === head.id) ? '' : head.id;
      call.name ||= head.name;
      if (piece !== '') call.pieces.push(piece);
      Object.assign(call.kept, keptOf(sent, ['id', 'index', 'function', ...CALLED]));
    },
    get size() {
      return calls.length;
    },
    calls(): GatheredCall[] {
      return calls
        .filter(({ name, pieces }) => name !== '' || pieces.length > 0)
        .map(({ id, name, pieces, kept }) => ({
          part: toolCallPart({ id, name, arguments: joinArguments(pieces) }),
          kept: Object.keys(kept).length > 0 ? kept : null,
        }));
    },
  };
}

const CALLED = ['type', 'name', 'arguments', 'input', 'parameters'];

/** Whether a piece begins another call. A second name does, unless it repeats the first one's. */
function isAnother(there: Gathered, id: string, name: string): boolean {
  if (name === '' || there.name === '') return false;
  if (name !== there.name || isWhole(there.pieces)) return true;
  // A new id for each piece of a call, or two calls without arguments.
  return id !== '' && there.id !== '' && id !== there.id && there.pieces.length === 0;
}

function isWhole(pieces: readonly string[]): boolean {
  if (!pieces.at(-1)?.trimEnd().endsWith('}')) return false;
  try {
    return isJsonObject(JSON.parse(pieces.join('')));
  } catch {
    return false;
  }
}

/** Signatures of thoughts and the like; a server may use any name for them. */
function keptOf(sent: JsonObject, own: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(sent).filter(
      ([name, value]) => !own.includes(name) && isJsonObjectOrSignature(name, value),
    ),
  );
}

function isJsonObjectOrSignature(name: string, value: unknown): boolean {
  return (isJsonObject(value) && Object.keys(value).length > 0) || /signature/i.test(name);
}

function argumentsText(sent: unknown): string {
  if (typeof sent === 'string') return sent;
  if (Array.isArray(sent)) return sent.map(partText).join('');
  return isJsonObject(sent) ? JSON.stringify(sent) : '';
}

function partText(part: unknown): string {
  return argumentsText(isJsonObject(part) ? (part.text ?? part) : part);
}

function text(sent: unknown): string {
  return typeof sent === 'string' || typeof sent === 'number' ? String(sent) : '';
}

function indexOf(sent: unknown): number | null {
  const index = Number(sent ?? Number.NaN);
  return Number.isInteger(index) ? index : null;
}
