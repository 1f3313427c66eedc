import { describe, expect, test } from 'vitest';
import { editText } from '../../../src/rules/workspaces/edit-text.ts';

const edit = (text: string, oldText: string, newText: string, all = false) =>
  editText(text, { oldText, newText, all });

describe('an edit keeps line ends', () => {
  test.each([
    ['of Windows', 'a\r\nb\r\nc\r\n', 'a\nb', 'A\nB', 'A\r\nB\r\nc\r\n'],
    ['of Windows, in what is put in', 'a\r\nb\r\n', 'b', 'b\nc', 'a\r\nb\r\nc\r\n'],
    ['of Unix, against those of Windows', 'a\nb\n', 'a\r\nb', 'A\r\nB', 'A\nB\n'],
    ['of its surroundings, where they are mixed', 'a\r\nb\nc\n', 'b', 'x\ny', 'a\r\nx\ny\nc\n'],
    ['of the line before, at the end', 'a\r\nb', 'b', 'b\nc', 'a\r\nb\r\nc'],
    ['at the end, which the new text lacks', 'a\nb\n', 'b\n', 'c', 'a\nc\n'],
    ['at the end of Windows', 'a\r\nb\r\n', 'b\n', 'c', 'a\r\nc\r\n'],
    ['none at the end, which the old text has', 'a\nb', 'b\n', 'c\n', 'a\nc'],
    ['alone', 'a\r\n\r\nb\r\n', '\n\n', '\n', 'a\r\nb\r\n'],
    ['when all goes', 'a\nb\n', 'a\nb\n', '', ''],
    ['and what patterns are made of', 'a.*$(1)\r\n', 'a.*$(1)\n', "$& $1 '\n", "$& $1 '\r\n"],
  ])('%s', (_what, text, oldText, newText, expected) => {
    expect(edit(text, oldText, newText)).toEqual({ text: expected, count: 1 });
  });

  test('everywhere', () => {
    expect(edit('a\r\nb\na\r\n', 'a\n', 'x\ny\n', true)).toEqual({
      text: 'x\r\ny\r\nb\nx\r\ny\r\n',
      count: 2,
    });
  });
});

test('several occurrences are named', () => {
  expect(edit('a\r\nb\r\na\r\na', 'a', 'x')).toEqual({ lines: [1, 3, 4] });
});

describe('what is not found: the nearest place', () => {
  const text = 'import a\n\nfunction first() {\n  return 1;\n}\n\nfunction second() {\n  return two;\n}\n';

  test.each([
    ['other white space', 'function second() {\n\treturn two;\n}', 7, true],
    ['another line in it', 'function second() {\n  return 2;\n}', 7, false],
    ['a letter too many', 'functionn first()', 3, false],
    ['other case', 'FUNCTION SECOND() {', 7, false],
    ['the second line only', 'function third() {\n  return two;', 7, false],
  ])('%s', (_what, piece, line, isSpaceOnly) => {
    expect(edit(text, piece, '')).toMatchObject({ nearest: { line, isSpaceOnly } });
  });

  test('shows what is there', () => {
    expect(edit(text, 'function second() {\n  return 2;', '')).toEqual({
      nearest: { line: 7, lines: ['function second() {', '  return two;'], isSpaceOnly: false },
    });
  });

  test('nothing is like it', () => {
    expect(edit(text, 'SELECT * FROM users', '')).toEqual({ nearest: null });
  });

  test('of a large file takes no time', () => {
    const large = Array.from({ length: 50_000 }, (_, n) => `line number ${n % 7} of it`).join('\n');
    const before = process.cpuUsage();
    expect(edit(large, 'line no. 5 of it all\n'.repeat(100), '')).toMatchObject({ nearest: {} });
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
  });
});

test('a piece of many lines that nearly occurs everywhere is looked for in little time', () => {
  const before = process.cpuUsage();
  edit('a\n'.repeat(10_000), `${'a\n'.repeat(5_000)}b`, 'x');
  edit('a\r\n'.repeat(10_000), `${'a\n'.repeat(5_000)}b`, 'x');
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
});
