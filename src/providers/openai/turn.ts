import { isJsonObject, type JsonObject } from '../../rules/json/json-object.ts';
import type { Origin } from '../history/origin.ts';
import type { VendorTurn } from '../provider.ts';
import { KEPT } from '../reading/reasoning-fields.ts';
import type { GatheredCall } from '../reading/tool-calls.ts';
import { AnswerTooLong, countCharacters } from '../wire/bounds.ts';

/** What is sent back with a turn that called tools: members of its message, and of each of its calls. */
export interface ChatTurn {
  message: JsonObject;
  calls: readonly (JsonObject | null)[];
}

/**
 * Collects what a server requires back with the calls of its turn: DeepSeek its `reasoning_content`, Gemini
 * its `thought_signature`, routers their `reasoning_details`. Turns without calls need nothing, and some
 * servers reject reasoning there.
 */
export function gatherTurn({ provider, model }: Origin) {
  const kept: Record<string, unknown> = {};
  const count = countCharacters();
  return {
    add(message: JsonObject): void {
      for (const name of KEPT) {
        const sent = message[name];
        if (sent === undefined || sent === null || sent === '') continue;
        count(typeof sent === 'string' ? sent : JSON.stringify(sent));
        kept[name] = joined(kept[name], sent);
      }
    },
    of(calls: readonly GatheredCall[]): VendorTurn | null {
      const ofCalls = calls.map((call) => call.kept);
      if (calls.length === 0 || (Object.keys(kept).length === 0 && ofCalls.every((one) => one === null))) {
        return null;
      }
      return { provider, model, content: { message: kept, calls: ofCalls } satisfies ChatTurn };
    },
  };
}

/** Text is concatenated, members of objects are merged, and pieces of a list entry have its index. */
function joined(before: unknown, sent: unknown): unknown {
  if (before === undefined) return sent;
  if (typeof before === 'string' && typeof sent === 'string') return before + sent;
  if (Array.isArray(before) && Array.isArray(sent)) return sent.reduce<unknown[]>(withEntry, before);
  return isJsonObject(before) && isJsonObject(sent) ? { ...before, ...sent } : sent;
}

const MOST_ENTRIES = 2_000;

function withEntry(entries: readonly unknown[], entry: unknown): unknown[] {
  const at = isJsonObject(entry) ? entries.findIndex((one) => isPieceOf(one, entry)) : -1;
  if (at === -1 && entries.length === MOST_ENTRIES)
    throw new AnswerTooLong(`${MOST_ENTRIES} parts of reasoning`);
  if (at === -1) return [...entries, entry];
  return entries.with(at, grown(entries[at] as JsonObject, entry as JsonObject));
}

function isPieceOf(one: unknown, entry: JsonObject): boolean {
  return (
    isJsonObject(one) && entry.index !== undefined && one.index === entry.index && one.type === entry.type
  );
}

const GROWING = ['text', 'summary', 'thinking', 'data'];

function grown(one: JsonObject, entry: JsonObject): JsonObject {
  const texts = GROWING.filter((name) => typeof one[name] === 'string' && typeof entry[name] === 'string');
  return {
    ...one,
    ...entry,
    ...Object.fromEntries(texts.map((name) => [name, `${one[name]}${entry[name]}`])),
  };
}
