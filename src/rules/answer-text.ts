import { isStorable } from './text.ts';

/** Models like to wrap JSON in a block of Markdown. */
function unfenced(text: string): string {
  const firstLine = text.indexOf('\n');
  const isFenced = /^```(json)?\s*$/.test(text.slice(0, Math.max(0, firstLine))) && text.endsWith('```');
  return isFenced ? text.slice(firstLine, -'```'.length) : text;
}

/** An answer's text as JSON that a database can hold; undefined when it is none. */
export function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(unfenced(text.trim()), storableOnly);
  } catch {
    return undefined;
  }
}

/** For `JSON.parse` and `JSON.stringify`. @throws Error for text that a database cannot hold */
export function storableOnly(key: string, value: unknown): unknown {
  if (isStorable(key) && (typeof value !== 'string' || isStorable(value))) return value;
  throw new Error('must not contain U+0000 or half of a surrogate pair');
}
