import { describe, expect, test } from 'vitest';
import { type DoneCall, isLoop, timesRepeated } from '../../../src/rules/answers/repeated-calls.ts';
import { createRepetitionWatch, repeatedPiece } from '../../../src/rules/answers/repeated-text.ts';

describe('text that repeats itself', () => {
  const numbers = Array.from({ length: 2_000 }, (_, n) => `${n}: the square is ${n * n}\n`).join('');

  test.each([
    ['a sentence', 'I will look at it again. '.repeat(200), true],
    ['after something else', `Let me see.\n${'So. '.repeat(2_000)}`, true],
    ['a paragraph', `${numbers.slice(0, 900)}\n`.repeat(9), true],
    ['one sign', '!'.repeat(5_000), true],
    ['white space', '\n'.repeat(5_000), true],
    ['not for long', 'I will look at it again. '.repeat(100), false],
    ['a few long copies', numbers.slice(0, 3_000).repeat(2), false],
    ['text that only looks alike', numbers, false],
    ['what went on since', `${'So. '.repeat(2_000)}And then it was done.`, false],
  ])('%s: %#', (_what, text, expected) => {
    expect(repeatedPiece(text.slice(-8_192)) !== null).toBe(expected);
  });

  test('is noticed as it comes, however it is cut', () => {
    for (const size of [1, 7, 1_000]) {
      const watch = createRepetitionWatch();
      const text = `Well. ${'again and '.repeat(1_000)}`;
      const noticed: number[] = [];
      for (let at = 0; at < text.length; at += size) {
        if (watch.add(text.slice(at, at + size)) !== null) noticed.push(at);
      }
      expect(noticed[0]).toBeLessThan(6_500);
    }
  });

  test('costs little', () => {
    const watch = createRepetitionWatch();
    const before = process.cpuUsage();
    for (let n = 0; n < 200_000; n += 1) watch.add(`w${n} `);
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });
});

describe('calls that repeat themselves', () => {
  const call = (name: string, input: unknown = {}, output = 'same'): DoneCall => ({
    name,
    arguments: JSON.stringify(input),
    output,
  });
  const many = (count: number, make: (n: number) => DoneCall) =>
    Array.from({ length: count }, (_, n) => make(n));

  test.each([
    ['one call', many(12, () => call('a')), true],
    ['three in turn', many(12, (n) => call('a', { n: n % 3 })), true],
    ['members in another order', many(12, (n) => call('a', n % 2 ? { x: 1, y: 2 } : { y: 2, x: 1 })), true],
    ['whatever the results', many(30, (n) => call('a', {}, `${n}`)), true],
    ['not often enough', many(11, () => call('a')), false],
    ['with other results', many(20, (n) => call('a', {}, `${n}`)), false],
    ['four in turn', many(40, (n) => call('a', { n: n % 4 })), false],
    [
      'after which something new came',
      [...many(20, () => call('a')), ...many(4, (n) => call('b', { n }))],
      false,
    ],
  ])('%s: %#', (_what, calls, expected) => {
    expect(isLoop(calls)).toBe(expected);
  });

  test('the model is informed from the third on', () => {
    expect(timesRepeated([call('a'), call('a')])).toBe(0);
    expect(timesRepeated([call('b'), call('a'), call('a'), call('a')])).toBe(3);
    expect(timesRepeated([call('a'), call('b'), call('a'), call('a')])).toBe(0);
  });
});
