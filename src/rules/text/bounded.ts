import { storable } from './text.ts';

/**
 * Text of at most `limit` characters plus a note: beginning and end are kept, because errors are at the end.
 */
export function boundedText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = Math.floor(limit / 2);
  const left = text.length - 2 * half;
  return storable(`${text.slice(0, half)}\n… ${left} characters omitted …\n${text.slice(-half)}`);
}

/**
 * The same by UTF-8 bytes of the text as JSON, including the note. @param limit at least the bytes of the
 * note
 */
export function boundedBytes(text: string, limit: number): string {
  const bytes = jsonBytes(text);
  if (bytes <= limit) return text;
  let characters = Math.floor((text.length * limit) / bytes);
  let bounded = boundedText(text, characters);
  while (jsonBytes(bounded) > limit && characters > 0) {
    characters = Math.floor(characters * 0.9);
    bounded = boundedText(text, characters);
  }
  return bounded;
}

const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text));

const LONGEST_STRING = 1_000;

/**
 * A JSON value that the database can store, of about `limit` characters: long texts in it are truncated, then
 * the whole.
 */
export function boundedJson(value: unknown, limit: number): unknown {
  const whole = storableJson(value);
  if (JSON.stringify(whole).length <= limit) return whole;
  const shorter = mapTexts(whole, (text) => boundedText(text, LONGEST_STRING));
  const json = JSON.stringify(shorter);
  return json.length <= limit ? shorter : boundedText(json, limit);
}

/** A JSON value with all characters replaced that Postgres cannot store. */
export function storableJson(value: unknown): unknown {
  return mapTexts(value, storable);
}

const DEEPEST = 100;

function mapTexts(value: unknown, change: (text: string) => string, depth = 0): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST) return '… nested too deeply …';
  const map = (item: unknown) => mapTexts(item, change, depth + 1);
  if (Array.isArray(value)) return value.map(map);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [change(name), map(item)]));
}
