import { isStorable } from '../text/text.ts';
import { findJson } from './json-in-text.ts';
import { withoutThoughts } from './thoughts.ts';

/**
 * What of an answer's text may be the JSON that was asked for, likeliest first: the whole, else what stands in a block
 * of Markdown, else objects and lists among words. Of several the last is taken to be the answer. Only JSON that a
 * database can hold.
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

/** The contents of blocks of Markdown that are closed. */
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

/** For `JSON.parse` and `JSON.stringify`. @throws Error for text that a database cannot hold */
export function storableOnly(key: string, value: unknown): unknown {
  if (isStorable(key) && (typeof value !== 'string' || isStorable(value))) return value;
  throw new Error('must not contain U+0000 or half of a surrogate pair');
}
