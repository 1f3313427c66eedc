import { isJsonObject, type JsonObject } from '../../../rules/json/json-object.ts';
import { storable } from '../../../rules/text/text.ts';
import type { StreamPart } from '../../provider.ts';
import { joinArguments } from '../../reading/join-arguments.ts';
import { readText } from '../../reading/text.ts';
import { toolCallPart } from '../../reading/tool-call.ts';
import { AnswerTooLong, countCharacters } from '../../wire/bounds.ts';
import type { KeptItem } from './turn.ts';

type ToolCallPart = Extract<StreamPart, { type: 'tool_call' }>;
type Kind = 'text' | 'refusal' | 'reasoning' | 'arguments';

/** Events that bring a piece of an item. */
const DELTAS = new Map<unknown, Kind>([
  ['response.output_text.delta', 'text'],
  ['response.refusal.delta', 'refusal'],
  ['response.reasoning_text.delta', 'reasoning'],
  ['response.reasoning_summary_text.delta', 'reasoning'],
  ['response.function_call_arguments.delta', 'arguments'],
]);

interface Gathered {
  item: JsonObject;
  index: unknown;
  /** Text of a message. */
  texts: string[];
  /** The JSON of arguments. */
  pieces: string[];
  /** Whether any of its text was emitted. */
  hasSaid: boolean;
  hasRefused: boolean;
}

/** The items of one answer, as far as they have come. */
export function gatherItems() {
  const { items, itemOf } = createItems();
  const count = countCharacters();

  function grow(event: JsonObject, kind: Kind, parts: StreamPart[]): void {
    const begun = { type: ITEM_OF[kind], id: event.item_id };
    const one = itemOf(event.output_index, begun);
    if (kind === 'arguments') {
      const piece = word(event.delta);
      count(piece);
      if (piece !== '') one.pieces.push(piece);
    } else say(one, kind, event.delta, parts);
  }

  /** Stores an item in its final form; some servers send no deltas before it. */
  function end(index: unknown, item: JsonObject, parts: StreamPart[]): void {
    const one = itemOf(index, item);
    one.item = item;
    count(word(item.encrypted_content), word(item.arguments));
    if (!one.hasSaid) sayWhole(one, parts);
  }

  return {
    get hasRefused() {
      return items.some((one) => one.hasRefused);
    },
    /** Also while a model reasons without a word. */
    get hasBegun() {
      return items.length > 0;
    },
    add(event: JsonObject, parts: StreamPart[]): void {
      const { type, item } = event;
      const kind = DELTAS.get(type);
      if (kind) grow(event, kind, parts);
      else if (!isJsonObject(item)) return;
      else if (type === 'response.output_item.added') itemOf(event.output_index, item);
      else if (type === 'response.output_item.done') end(event.output_index, item, parts);
    },
    /** Takes the complete output of a response and emits only what no earlier event had. */
    addWhole(output: unknown, parts: StreamPart[]): void {
      for (const [index, item] of list(output).entries()) if (isJsonObject(item)) end(index, item, parts);
    },
    calls: (): ToolCallPart[] => items.filter(isCall).map(toCall),
    kept: (): KeptItem[] => items.flatMap(toKept),
  };
}

/** Of one answer. */
const MOST_ITEMS = 2_000;

/** Finds the item an event refers to: by index, else by id, else the last one of its type. */
function createItems() {
  const items: Gathered[] = [];
  function itemOf(index: unknown, begun: JsonObject): Gathered {
    const { id, type } = begun;
    const isEither = (one: Gathered) => index === undefined || one.index === undefined;
    const known =
      items.find((one) => index !== undefined && one.index === index) ??
      items.find((one) => isEither(one) && id !== undefined && one.item.id === id) ??
      items.findLast((one) => {
        const isNamed = id !== undefined && one.item.id !== undefined;
        return isEither(one) && !isNamed && one.item.type === type;
      });
    if (known) return known;
    if (items.length === MOST_ITEMS) throw new AnswerTooLong(`${MOST_ITEMS} items`);
    const item = { item: begun, index, texts: [], pieces: [], hasSaid: false, hasRefused: false };
    items.push(item);
    return item;
  }
  return { items, itemOf };
}

function say(one: Gathered, kind: Kind, sent: unknown, parts: StreamPart[]): void {
  const from = parts.length;
  readText(sent, kind === 'reasoning' ? 'reasoning' : 'text', parts);
  for (const part of parts.slice(from)) {
    if (part.type === 'text') one.texts.push(part.text);
    one.hasSaid = true;
    one.hasRefused ||= kind === 'refusal';
  }
}

function sayWhole(one: Gathered, parts: StreamPart[]): void {
  const { type, content, summary } = one.item;
  const isReasoning = type === 'reasoning';
  for (const part of list(content)) say(one, isReasoning ? 'reasoning' : kindOf(part), part, parts);
  if (isReasoning) say(one, 'reasoning', summary, parts);
}

const ITEM_OF = {
  text: 'message',
  refusal: 'message',
  reasoning: 'reasoning',
  arguments: 'function_call',
} as const satisfies Record<Kind, string>;

function isCall({ item, pieces }: Gathered): boolean {
  return item.type === 'function_call' && (word(item.name) !== '' || pieces.length > 0);
}

function toCall({ item, pieces }: Gathered): ToolCallPart {
  const json = word(item.arguments) || joinArguments(pieces);
  return toolCallPart({ id: word(item.call_id) || word(item.id), name: word(item.name), arguments: json });
}

function toKept(one: Gathered): KeptItem[] {
  const { item } = one;
  const encrypted = word(item.encrypted_content);
  if (item.type === 'reasoning' && encrypted !== '') {
    return [{ type: 'reasoning', summary: summaryOf(item.summary), encrypted_content: storable(encrypted) }];
  }
  const text = storable(one.texts.join(''));
  if (item.type === 'message' && text.trim() !== '') {
    const isPhase = item.phase === 'commentary' || item.phase === 'final_answer';
    return [{ type: 'message', text, ...(isPhase && { phase: item.phase as 'commentary' }) }];
  }
  return isCall(one) ? [{ type: 'function_call' }] : [];
}

function summaryOf(sent: unknown): { type: 'summary_text'; text: string }[] {
  return list(sent)
    .filter(isJsonObject)
    .map(({ text }) => ({ type: 'summary_text', text: storable(word(text)) }));
}

function kindOf(part: unknown): Kind {
  return isJsonObject(part) && part.type === 'refusal' ? 'refusal' : 'text';
}

function list(sent: unknown): readonly unknown[] {
  return Array.isArray(sent) ? sent : [];
}

function word(sent: unknown): string {
  return typeof sent === 'string' ? sent : '';
}
