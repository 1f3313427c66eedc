import { expect, test } from 'vitest';
import { isMediaType, mediaTypeOf } from '../../../src/rules/text/media-type.ts';

test.each([
  ['a.json', 'application/json'],
  ['dir.zip/a.MD', 'text/markdown; charset=utf-8'],
  ['a', 'x/y'],
  ['a.zip/b', 'x/y'],
  ['a.constructor', 'x/y'],
])('%s is %s', (name, expected) => {
  expect(mediaTypeOf(name, 'x/y')).toBe(expected);
});

test.each([
  ['text/plain', true],
  ['text/plain; charset=utf-8', true],
  ['application/vnd.api+json', true],
  ['text', false],
  ['text/plain\r\nx: y', false],
  ['text/plain; charset', false],
])('%j: %s', (text, expected) => {
  expect(isMediaType(text)).toBe(expected);
});
