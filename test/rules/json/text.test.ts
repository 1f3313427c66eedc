import { describe, expect, test } from 'vitest';
import { jsonTextProblem } from '../../../src/rules/json/text.ts';

const problem = (text: string) => jsonTextProblem(Buffer.from(text));

describe('a JSON text', () => {
  test.each([
    ['values in an array', `[${'0,'.repeat(100_001)}0]`, 'has more than 100000 values'],
    ['empty objects', `[${'{}'.repeat(100_001)}]`, 'has more than 100000 values'],
    ['object members', `{${'"a":0 '.repeat(20_001)}}`, 'has more than 20000 object members'],
  ])('given too many %s, then it is refused', (_what, text, expected) => {
    expect(problem(text)).toBe(expected);
  });

  const signs = ':,{['.repeat(50_000);
  test.each([
    ['the signs of JSON', signs],
    ['escaped quotes among them', signs.replaceAll(',', '\\"')],
    ['escaped backslashes among them', signs.replaceAll(',', '\\\\')],
    ['an escaped quote and then a backslash', `\\"\\\\${signs}`],
  ])('given a string with %s, then what is in it is not counted', (_what, content) => {
    expect(problem(`{"a":"${content}"}`)).toBeNull();
  });

  test('given a string that ends after an escaped backslash, then what follows is counted', () => {
    expect(problem(`["\\\\",${'0,'.repeat(100_001)}"\\""]`)).toBe('has more than 100000 values');
  });

  test('given a string without an end, then all of it is the string', () => {
    expect(problem(`"\\"${signs}`)).toBeNull();
  });
});
