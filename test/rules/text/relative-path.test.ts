import { expect, test } from 'vitest';
import { isRelativePath } from '../../../src/rules/text/relative-path.ts';

test.each(['a', 'a/b.txt', '.hidden', 'a b/ü', '...', '-x'])('%s leads below', (path) => {
  expect(isRelativePath(path)).toBe(true);
});

test.each([
  '',
  '.',
  '..',
  '/a',
  'a/',
  'a//b',
  './a',
  '../a',
  'a/../b',
  'a/..',
  '.git',
  'a/.git/hooks',
  'a\0b',
  'a\nb',
])('%j does not', (path) => {
  expect(isRelativePath(path)).toBe(false);
});
