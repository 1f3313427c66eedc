import { isStorable } from '../text/text.ts';
import { findJson } from './json-in-text.ts';
import { withoutThoughts } from './thoughts.ts';

/**
 * The parts of an answer that may be the requested JSON, likeliest first: the whole text, then blocks of
 * Markdown, then objects and lists in prose, the last one first. Only JSON that the database can store.
 */
export function answerCandidates(text: string): unknown[] {
  const answer = withoutThoughts(text).trim();
  const whole = parsed(answer);
  if (whole !== undefined) return [whole];
  const blocks = blocksIn(answer).map(parsed);
  const among = findJson(answer, storableOnly).map(({ value }) => value);
  return [...blocks.toReversed(), ...among.toReversed()].filter((value) => value !== undefined);
}

const FENCE = '```';

/** The contents of closed Markdown blocks. */
function blocksIn(text: string): string[] {
  const blocks: string[] = [];
  let block: string[] | null = null;
  for (const line of text.split('\n')) {
    const isFence = line.trimStart().startsWith(FENCE);
    if (block === null) block = isFence ? [] : null;
    else if (isFence && line.trim() === FENCE) {
      blocks.push(block.join('\n'));
      block = null;
    } else block.push(line);
  }
  return blocks;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json, storableOnly);
  } catch {
    return undefined;
  }
}

/** For `JSON.parse` and `JSON.stringify`. @throws Error for text that the database cannot store */
export function storableOnly(key: string, value: unknown): unknown {
  if (isStorable(key) && (typeof value !== 'string' || isStorable(value))) return value;
  throw new Error('must not contain U+0000 or an unpaired surrogate');
}
