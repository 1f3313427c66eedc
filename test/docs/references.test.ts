import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { REQUEST_ERROR_CODES, RUN_ERROR_CODES } from '../../src/errors.ts';
import { EVENT_TYPES, RUN_STATUSES, SCOPES, TASK_KINDS } from '../../src/vocabulary.ts';
import { REFUSED } from '../house/words.ts';
import { PAGES, type Page, ROOT } from './pages.ts';

const textOf = (path: string) => readFileSync(ROOT + path, 'utf8');

/** Without blocks of code, whose brackets are no links. */
const prose = ({ text }: Page) => text.replaceAll(/^```[\s\S]*?^```$/gm, '');

/** Links to files and headings; the rest is the web. */
function links(page: Page): { path: string; anchor: string }[] {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^https?:/.test(target))
    .map((target) => {
      const [path = '', anchor = ''] = target.split('#');
      return { path: path ? normalize(join(dirname(page.path), path)) : page.path, anchor };
    });
}

/** As GitHub makes them. */
function anchors(path: string): string[] {
  const headings = textOf(path)
    .replaceAll(/^```[\s\S]*?^```$/gm, '')
    .matchAll(/^#{1,6} (.+)$/gm);
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}

/** What stands in backticks and begins with a folder of the project. */
function paths(page: Page): string[] {
  return [...prose(page).matchAll(/`([^`\n]+)`/g)]
    .map(([, code]) => code!)
    .filter((code) => /^(src|test|docs|scripts|bench|migrations)\/[\w./-]*$/.test(code));
}

const isWritten = ({ path }: Page) => path !== 'CHANGELOG.md';

describe.each(PAGES.filter(isWritten))('$path', (page) => {
  test('its links lead to files and headings that exist', () => {
    const broken = links(page).filter(
      ({ path, anchor }) => !existsSync(ROOT + path) || (anchor !== '' && !anchors(path).includes(anchor)),
    );
    expect(broken).toEqual([]);
  });

  test('the paths that it names exist', () => {
    expect(paths(page).filter((path) => !existsSync(ROOT + path))).toEqual([]);
  });
});

test('there are links and paths to look at', () => {
  const all = PAGES.flatMap(links);
  expect(all.filter(({ anchor }) => anchor !== '').length).toBeGreaterThan(20);
  expect(all.length).toBeGreaterThan(100);
  expect(PAGES.flatMap(paths).length).toBeGreaterThan(50);
});

test('README has at most 200 lines and 14,000 bytes', () => {
  const readme = textOf('README.md');
  expect(readme.split('\n').length - 1).toBeLessThanOrEqual(200);
  expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(14_000);
});

test('every page is found within two clicks from README', () => {
  const byPath = new Map(PAGES.map((page) => [page.path, page]));
  const linked = (path: string) =>
    byPath.has(path) ? links(byPath.get(path)!).map((link) => link.path) : [];
  const once = new Set(linked('README.md'));
  const twice = new Set([...once].flatMap(linked));
  const lost = PAGES.map(({ path }) => path).filter((path) => !once.has(path) && !twice.has(path));
  expect(lost.filter((path) => path !== 'README.md')).toEqual([]);
});

/** The words of the first column of a page's tables. */
function firstColumn(path: string): string[] {
  const cells = [...textOf(path).matchAll(/^\| ([^|]+) \|/gm)].map(([, cell]) => cell!);
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, word]) => word!));
}

test('docs/guide/errors.md has every code, and no other', () => {
  const words = firstColumn('docs/guide/errors.md').filter((word) => /^[A-Z_]+$/.test(word));
  expect(new Set(words)).toEqual(new Set([...REQUEST_ERROR_CODES, ...RUN_ERROR_CODES]));
});

test('docs/guide/subscriptions.md has every event, and no other', () => {
  const words = firstColumn('docs/guide/subscriptions.md').filter((word) => /^[A-Z][a-z]+[A-Z]/.test(word));
  expect(new Set(words)).toEqual(new Set(EVENT_TYPES));
});

test.each([
  { path: 'docs/run-life.svg', words: RUN_STATUSES.map((status) => status.toUpperCase()) },
  { path: 'docs/guide/tasks.md', words: TASK_KINDS.map((kind) => `\`${kind.toUpperCase()}\``) },
  { path: 'docs/guide/accounts.md', words: SCOPES.map((scope) => `\`${scope.toUpperCase()}\``) },
])('$path has all of $words', ({ path, words }) => {
  const text = textOf(path);
  expect(words.filter((word) => !text.includes(word))).toEqual([]);
});

/** Those of src, and without an exception for "no more than". */
const REFUSED_IN_DOCS = [...REFUSED.map(({ pattern }) => pattern), /\bis no more\b/i];

test.each(PAGES.filter(isWritten))('$path is in plain words', (page) => {
  const lines = page.text.split('\n').filter((line) => REFUSED_IN_DOCS.some((pattern) => pattern.test(line)));
  expect(lines).toEqual([]);
});

test.each(['Query', 'Mutation', 'Subscription'] as const)('the guide names every field of %s', (root) => {
  const schema = buildSchema(textOf('schema.graphql'));
  const fields = Object.keys(schema[`get${root}Type`]()!.getFields());
  const guide = PAGES.filter(({ path }) => path.startsWith('docs/guide/')).map(({ text }) => text);
  const words = new Set(guide.join().match(/\w+/g));
  expect(fields.length).toBeGreaterThan(5);
  expect(fields.filter((field) => !words.has(field))).toEqual([]);
});
