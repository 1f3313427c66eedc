import { describe, expect, test } from 'vitest';
import { boundedBytes, boundedJson, boundedText, storableJson } from '../../../src/rules/text/bounded.ts';

describe('bounded text', () => {
  test('given little, it is as it was', () => {
    expect(boundedText('abc', 3)).toBe('abc');
  });

  test('given much, its beginning and its end are kept, and its middle is told of', () => {
    expect(boundedText(`${'a'.repeat(100)}${'b'.repeat(100)}`, 10)).toBe(
      'aaaaa\n… 190 characters omitted …\nbbbbb',
    );
  });

  test('given a character that the cut falls into, it can be stored', () => {
    expect(boundedText('🙂'.repeat(50), 10).isWellFormed()).toBe(true);
  });
});

describe('bounded JSON', () => {
  test('given little, it is as it was', () => {
    const value = { a: [1, null, 'x'], b: { c: true } };
    expect(boundedJson(value, 1000)).toEqual(value);
  });

  test('given a long text in it, that is shortened, and the rest is as it was', () => {
    const bounded = boundedJson({ path: 'a', content: 'x'.repeat(5000) }, 2000) as Record<string, string>;
    expect(bounded.path).toBe('a');
    expect(bounded.content).toHaveLength(1000 + '\n… 4000 characters omitted …\n'.length);
  });

  test('given much of everything, it is text', () => {
    const bounded = boundedJson(
      Array.from({ length: 5000 }, () => 'abc'),
      1000,
    );
    expect(typeof bounded).toBe('string');
    expect((bounded as string).length).toBeLessThan(1100);
  });
});

test('given what no database can hold, JSON is made so that it can, in names, too, and however deep', () => {
  const deep = JSON.parse(`${'['.repeat(5000)}"x"${']'.repeat(5000)}`);
  expect(storableJson({ 'a\0': ['b\uD800', 1] })).toEqual({ 'a\uFFFD': ['b\uFFFD', 1] });
  expect(JSON.stringify(storableJson(deep))).toContain('nested too deeply');
});

describe('text bounded by the bytes of its JSON', () => {
  test.each([
    { what: 'letters', text: 'abc '.repeat(1_000) },
    { what: 'characters of three bytes', text: '漢字'.repeat(1_000) },
    { what: 'characters that JSON escapes', text: '"\n'.repeat(1_000) },
    { what: 'a beginning of one kind and an end of another', text: 'a'.repeat(3_000) + '漢'.repeat(1_000) },
  ])('$what', ({ text }) => {
    const bytes = (one: string) => Buffer.byteLength(JSON.stringify(one));
    const bounded = boundedBytes(text, 1_000);
    expect(bytes(bounded)).toBeLessThanOrEqual(1_000);
    expect(bytes(bounded)).toBeGreaterThan(700);
    expect(bounded).toContain('characters omitted');
    expect(boundedBytes(text, bytes(text))).toBe(text);
  });
});
