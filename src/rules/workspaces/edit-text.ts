import { nearestPlace, type Place } from './nearest-place.ts';

export interface Edit {
  oldText: string;
  newText: string;
  /** Replace every occurrence; otherwise there must be exactly one. */
  all: boolean;
}

export type Edited =
  | { text: string; count: number; lines?: undefined; nearest?: undefined }
  /** It occurs several times, in these lines, from 1. */
  | { lines: number[]; nearest?: undefined }
  /** It does not occur; null: nothing is similar. */
  | { lines?: undefined; nearest: Place | null };

const LINE_END = /\r?\n/g;

/**
 * Replaces a piece of a text. Models write `\n` whatever line ends a file has: line ends match each other,
 * inserted text gets those of its surroundings, and the text keeps or lacks its final line end as before.
 */
export function editText(text: string, { oldText, newText, all }: Edit): Edited {
  const found = occurrencesOf(text, oldText);
  if (found.length === 0) return editEnd(text, { oldText, newText, all });
  if (found.length > 1 && !all) return { lines: linesOf(text, found) };
  let from = 0;
  let edited = '';
  for (const { start, end } of found) {
    edited += text.slice(from, start) + withLineEnds(newText, text, start);
    from = end;
  }
  return { text: withFinalLineEnd(edited + text.slice(from), text), count: found.length };
}

/** Handles the last line of a file without a final line end, if the piece has one. */
function editEnd(text: string, { oldText, newText, all }: Edit): Edited {
  const shorter = oldText.replace(/\r?\n$/, '');
  if (shorter !== oldText && shorter !== '' && plain(text).endsWith(plain(shorter))) {
    return editText(text, { oldText: shorter, newText: newText.replace(/\r?\n$/, ''), all });
  }
  return { nearest: nearestPlace(text, oldText) };
}

const plain = (text: string) => text.replaceAll('\r\n', '\n');

interface Occurrence {
  start: number;
  end: number;
}

function occurrencesOf(text: string, piece: string): Occurrence[] {
  const [searched, sought] = [plain(text), plain(piece)];
  const inText = offsetsIn(text);
  const found: Occurrence[] = [];
  for (let at = searched.indexOf(sought); at !== -1; at = searched.indexOf(sought, at + sought.length)) {
    found.push({ start: inText(at), end: inText(at + sought.length) });
  }
  return found;
}

/**
 * @returns a function that maps offsets in the normalized form of a text to the text; call it with ascending
 * ones
 */
function offsetsIn(text: string): (offset: number) => number {
  let passed = 0;
  let next = text.indexOf('\r\n');
  return (offset) => {
    while (next !== -1 && next < offset + passed) {
      passed += 1;
      next = text.indexOf('\r\n', next + 2);
    }
    return offset + passed;
  };
}

/** The line ends of the line in which a piece is inserted, otherwise those of the line before. */
function withLineEnds(piece: string, text: string, at: number): string {
  const next = text.indexOf('\n', at);
  const end = next === -1 ? text.lastIndexOf('\n', at) : next;
  if (end === -1) return piece;
  return piece.replaceAll(LINE_END, text[end - 1] === '\r' ? '\r\n' : '\n');
}

function withFinalLineEnd(edited: string, before: string): string {
  const lineEnd = /\r?\n$/.exec(before)?.[0];
  return lineEnd === undefined || edited === '' || edited.endsWith('\n') ? edited : edited + lineEnd;
}

function linesOf(text: string, found: readonly Occurrence[]): number[] {
  let line = 1;
  let from = 0;
  return found.map(({ start }) => {
    line += text.slice(from, start).split('\n').length - 1;
    from = start;
    return line;
  });
}
