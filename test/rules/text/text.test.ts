import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isStorable, splitIncomplete, storable } from '../../../src/rules/text/text.ts';

const HIGH = '\uD83D';
const LOW = '\uDE42';

/** Strings of any code units, halves of characters included. */
const anyUnits = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 0xd83d, 0xde42)))
  .map((units) => String.fromCharCode(...units));

describe('text that Postgres can store', () => {
  test.each([
    { given: '', expected: '' },
    { given: 'plain é 漢 🙂', expected: 'plain é 漢 🙂' },
    { given: 'a\0b', expected: 'a\uFFFDb' },
    { given: `a${HIGH}b`, expected: 'a\uFFFDb' },
    { given: `a${LOW}b`, expected: 'a\uFFFDb' },
    { given: LOW + HIGH, expected: '\uFFFD\uFFFD' },
  ])('given $given, then $expected', ({ given, expected }) => {
    expect(storable(given)).toBe(expected);
    expect(isStorable(given)).toBe(given === expected);
  });

  test('whatever is made storable is, and what was already stays as it is', () => {
    fc.assert(
      fc.property(anyUnits, (text) => {
        expect(isStorable(storable(text))).toBe(true);
        if (isStorable(text)) expect(storable(text)).toBe(text);
      }),
    );
  });
});

describe('a character that was cut in two waits for its other half', () => {
  test.each([
    { given: '', expected: ['', ''] },
    { given: 'abc', expected: ['abc', ''] },
    { given: 'a🙂', expected: ['a🙂', ''] },
    { given: `a${HIGH}`, expected: ['a', HIGH] },
    { given: HIGH, expected: ['', HIGH] },
    { given: `a${LOW}`, expected: [`a${LOW}`, ''] },
    { given: HIGH + HIGH, expected: [HIGH, HIGH] },
  ])('given $given, then $expected', ({ given, expected }) => {
    expect(splitIncomplete(given)).toEqual(expected);
  });

  test('text cut anywhere comes out whole, and no piece of it ends in half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(40)), (text, cuts) => {
        const pieces: string[] = [];
        let held = '';
        for (const piece of cut(text, cuts)) {
          const [complete, rest] = splitIncomplete(held + piece);
          pieces.push(complete);
          held = rest;
        }
        expect(pieces.join('') + held).toBe(text);
        expect(held).toBe('');
        expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
      }),
    );
  });
});

function cut(text: string, cuts: number[]): string[] {
  const places = [
    0,
    ...cuts.map((place) => Math.min(place, text.length)).toSorted((a, b) => a - b),
    text.length,
  ];
  return places.slice(1).map((place, index) => text.slice(places[index], place));
}
