/** A JSON object or list in a text, with its position. */
export interface FoundJson {
  value: unknown;
  start: number;
  /** Index after its last character. */
  end: number;
}

/**
 * Brackets that do not close, or do not contain JSON, restart the search after them: n² steps without a
 * limit.
 */
const STEPS_PER_CHARACTER = 8;
const MAX_DEPTH = 100;
const MAX_FOUND = 100;

/** Objects and lists that follow one another in a text, without nested ones. */
export function findJson(text: string, reviver?: (key: string, value: unknown) => unknown): FoundJson[] {
  const found: FoundJson[] = [];
  let steps = text.length * STEPS_PER_CHARACTER;
  let start = nextStart(text, 0);
  while (start !== -1 && steps > 0 && found.length < MAX_FOUND) {
    const { isClosed, at: end } = scan(text, start);
    steps -= end - start;
    const value = isClosed ? parsed(text.slice(start, end), reviver) : undefined;
    if (value !== undefined) found.push({ value, start, end });
    start = nextStart(text, value === undefined ? start + 1 : end);
  }
  return found;
}

/** What may follow an opening bracket of JSON; excludes most brackets in prose and code. */
const START = /\{\s*["}]|\[\s*[[{"\]\-\dtfn]/g;

function nextStart(text: string, from: number): number {
  START.lastIndex = from;
  return START.exec(text)?.index ?? -1;
}

/** Finds the bracket that closes the one at `start`. @returns its end, or where the search stopped */
function scan(text: string, start: number): { isClosed: boolean; at: number } {
  const closing: string[] = [];
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at];
    if (closing.length > MAX_DEPTH) return { isClosed: false, at };
    if (sign === '"') at = closingQuote(text, at);
    else if (sign === '{') closing.push('}');
    else if (sign === '[') closing.push(']');
    else if (sign === '}' || sign === ']') {
      if (closing.pop() !== sign) return { isClosed: false, at };
      if (closing.length === 0) return { isClosed: true, at: at + 1 };
    }
  }
  return { isClosed: false, at: text.length };
}

function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

function parsed(json: string, reviver?: (key: string, value: unknown) => unknown): unknown {
  try {
    return JSON.parse(json, reviver);
  } catch {
    return undefined;
  }
}
