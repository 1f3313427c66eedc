import { expect, test } from 'vitest';
import { chooseFiles } from '../../../src/rules/workspaces/files.ts';

const KiB = 1024;

test('small files first, up to a size each and a sum', () => {
  const large = { path: 'large', bytes: 257 * KiB };
  const many = Array.from({ length: 20 }, (_, index) => ({ path: `f${index}`, bytes: 256 * KiB - index }));
  const small = { path: 'small', bytes: 1 };
  const { compared, leftOut } = chooseFiles([large, ...many, small]);
  expect(compared).toEqual([
    'small',
    ...many
      .toReversed()
      .slice(0, 16)
      .map(({ path }) => path),
  ]);
  expect(leftOut).toEqual(['f3', 'f2', 'f1', 'f0', 'large']);
});

test('what was not kept before cannot be compared now, however small it is', () => {
  const found = [
    { path: 'a', bytes: 1 },
    { path: 'b', bytes: 1 },
  ];
  expect(chooseFiles(found, ['b', 'gone'])).toEqual({ compared: ['a'], leftOut: ['b'] });
});
