import { createHash } from 'node:crypto';
import { countTokens } from './answer.ts';
import { invalidRequest } from './faults.ts';
import type { Json } from './messages.ts';
import { isObject } from './requests.ts';
import type { PromptBlock } from './wire.ts';

/** https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
const SHORTEST = 1024;
const LOOKBACK = 20;
const MOST_MARKS = 4;

/** Tools, system and messages block by block, as a request is read. */
export function promptBlocks({ tools, system, messages }: Json): PromptBlock[] {
  const said = list(messages).flatMap((message, place) =>
    isObject(message)
      ? contentBlocks(message.content, `messages.${place}.content`, String(message.role))
      : [],
  );
  const offered = list(tools).map((tool, index) => toBlock(tool, `tools.${index}`, 'tools'));
  const all = [...offered, ...contentBlocks(system, 'system', 'system'), ...said];
  const marks = all.filter(({ mark }) => mark).length;
  if (marks > MOST_MARKS) {
    throw invalidRequest(`A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`);
  }
  return all;
}

function contentBlocks(content: unknown, place: string, side: string): PromptBlock[] {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : list(content);
  return blocks.map((block, index) => toBlock(block, `${place}.${index}`, side));
}

function toBlock(sent: unknown, place: string, side: string): PromptBlock {
  const { cache_control: mark, ...block } = isObject(sent) ? sent : {};
  if (mark && block.type === 'text' && block.text === '') {
    throw invalidRequest(`${place}: cache_control cannot be set for empty text blocks`);
  }
  if (mark && String(block.type).includes('thinking')) {
    throw invalidRequest(`${place}.${block.type}.cache_control: Extra inputs are not permitted`);
  }
  const text = JSON.stringify(block);
  return {
    text: `${side} ${text}`,
    tokens: countTokens(text),
    mark: isObject(mark) ? (mark.ttl === '1h' ? 'hour' : 'minutes') : null,
  };
}

export interface Billed {
  prompt: number;
  cached: number;
  written: number;
  hour: number;
}

/**
 * What is read and written: from each mark the longest prefix that is cached, at most 20 blocks back, is read; what is
 * between it and the last mark is written, with an entry for each mark.
 * @param cache digests of the prefixes that are cached
 */
export function billCache(blocks: readonly PromptBlock[], cache: Set<string>): Billed {
  const prefixes = prefixesOf(blocks);
  const marks = blocks.flatMap(({ mark }, index) => (mark ? [index] : []));
  const hits = marks.flatMap((mark) => {
    const place = prefixes.slice(0, mark + 1).findLastIndex(({ digest }) => cache.has(digest));
    return place !== -1 && mark - place < LOOKBACK ? [prefixes[place]!.tokens] : [];
  });
  const cached = Math.max(0, ...hits);
  const entries = marks.filter((mark) => prefixes[mark]!.tokens >= SHORTEST);
  for (const mark of entries) cache.add(prefixes[mark]!.digest);
  const last = entries.at(-1);
  const written = last === undefined ? 0 : Math.max(0, prefixes[last]!.tokens - cached);
  const isHour = last !== undefined && blocks[last]!.mark === 'hour';
  return { prompt: prefixes.at(-1)?.tokens ?? 0, cached, written, hour: isHour ? written : 0 };
}

function prefixesOf(blocks: readonly PromptBlock[]): { digest: string; tokens: number }[] {
  const hash = createHash('sha256');
  let tokens = 0;
  return blocks.map((block) => {
    tokens += block.tokens;
    return { digest: hash.update(`${block.text}\n`).copy().digest('hex'), tokens };
  });
}

function list(sent: unknown): readonly unknown[] {
  return Array.isArray(sent) ? sent : [];
}
