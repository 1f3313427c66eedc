import { globSync, readFileSync } from 'node:fs';

export const ROOT = new URL('../../', import.meta.url).pathname;

export interface Block {
  language: string;
  text: string;
  /** Of its first line in the page, to find it again. */
  line: number;
}

export interface Page {
  /** Relative to the root of the project. */
  path: string;
  text: string;
  blocks: readonly Block[];
}

const BLOCK = /^```(\w*)\n([\s\S]*?)^```$/gm;

function readPage(path: string): Page {
  const text = readFileSync(ROOT + path, 'utf8');
  const blocks = [...text.matchAll(BLOCK)].map(({ 1: language, 2: body, index }) => ({
    language: language!,
    text: body!,
    line: text.slice(0, index).split('\n').length + 1,
  }));
  return { path, text, blocks };
}

/** Everything that is written for people, README first. */
export const PAGES: readonly Page[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...globSync('docs/**/*.md', { cwd: ROOT }).toSorted(),
].map(readPage);

export interface Example {
  block: Block;
  /** What the page shows as its answer: the next block, if it is JSON or a stream of it. */
  answer: Block | null;
}

const ANSWERS = ['json', 'jsonl'];

export function examples({ blocks }: Page, language: string): Example[] {
  return blocks.flatMap((block, index) => {
    if (block.language !== language) return [];
    const next = blocks[index + 1];
    return [{ block, answer: next && ANSWERS.includes(next.language) ? next : null }];
  });
}

/** @returns the values of a `jsonl` block. */
export function jsonLines({ text }: Block): unknown[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
