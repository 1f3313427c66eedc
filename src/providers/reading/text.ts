import { isJsonObject, type JsonObject } from '../../rules/json/json-object.ts';
import type { StreamPart } from '../provider.ts';

type Kind = 'text' | 'reasoning';

/** Parts of a content without text of the answer: references, and opaque data of the vendor. */
const TEXTLESS = /^(references?|citations?|annotations?|redacted_thinking|reasoning\.encrypted|tool_use)$/;
const THOUGHTS = /thinking|thought|reasoning/;
/** Fields in which a part may have its text; the one named like its type comes first. */
const FIELDS = ['text', 'thinking', 'reasoning', 'summary', 'refusal', 'content', 'value', 'parts'];

/**
 * The text of a field that is text at OpenAI and elsewhere a list of parts, a part, a number, or null.
 * @param kind of text without an explicit kind. @throws Error for content without text
 */
export function readText(sent: unknown, kind: Kind, parts: StreamPart[]): void {
  if (typeof sent === 'string') {
    if (sent !== '') parts.push({ type: kind, text: sent });
  } else if (Array.isArray(sent)) {
    for (const one of sent) readText(one, kind, parts);
  } else if (isJsonObject(sent)) readPart(sent, kind, parts);
  else if (typeof sent === 'number' || typeof sent === 'boolean') {
    parts.push({ type: kind, text: String(sent) });
  }
}

function readPart(part: JsonObject, kind: Kind, parts: StreamPart[]): void {
  const type = typeof part.type === 'string' ? part.type : '';
  if (TEXTLESS.test(type)) return;
  const field = [type, ...FIELDS].find((name) => isSaid(part[name]));
  const isThought = THOUGHTS.test(type) || THOUGHTS.test(field ?? '') || part.thought === true;
  if (field !== undefined) readText(part[field], isThought ? 'reasoning' : kind, parts);
  // An empty part is the start of one that follows.
  else if (Object.keys(part).length > 0 && !FIELDS.some((name) => name in part)) {
    throw new Error(`it sent content that is not text${type && ` but of the type ${type}`}`);
  }
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** The first of some fields with content: servers send one thought under two names. */
export function firstSaid(object: JsonObject, names: readonly string[]): unknown {
  const name = names.find((candidate) => isSaid(object[candidate]));
  return name === undefined ? null : object[name];
}
