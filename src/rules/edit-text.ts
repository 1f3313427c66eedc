import { nearestPlace, type Place } from './nearest-place.ts';

export interface Edit {
  oldText: string;
  newText: string;
  /** Every occurrence; else there has to be one only. */
  all: boolean;
}

export type Edited =
  | { text: string; count: number; lines?: undefined; nearest?: undefined }
  /** It occurs several times, in these lines, from 1. */
  | { lines: number[]; nearest?: undefined }
  /** It does not occur; null: nothing is like it. */
  | { lines?: undefined; nearest: Place | null };

const LINE_END = /\r?\n/g;

/**
 * Replaces a piece of a text. Models write `\n` whatever a file has: line ends match each other, what is put in gets those
 * of its surroundings, and a text that ended with a line end goes on to do so, or not to.
 */
export function editText(text: string, { oldText, newText, all }: Edit): Edited {
  const found = [...text.matchAll(patternOf(oldText))];
  if (found.length === 0) return editEnd(text, { oldText, newText, all });
  if (found.length > 1 && !all) return { lines: linesOf(text, found) };
  let from = 0;
  let edited = '';
  for (const { 0: piece, index } of found) {
    edited += text.slice(from, index) + withLineEnds(newText, text, index);
    from = index + piece.length;
  }
  return { text: withFinalLineEnd(edited + text.slice(from), text), count: found.length };
}

/** The last line of a file that has no line end there, although the piece has one. */
function editEnd(text: string, { oldText, newText, all }: Edit): Edited {
  const shorter = oldText.replace(/\r?\n$/, '');
  if (shorter !== oldText && shorter !== '' && new RegExp(`${patternOf(shorter).source}$`).test(text)) {
    return editText(text, { oldText: shorter, newText: newText.replace(/\r?\n$/, ''), all });
  }
  return { nearest: nearestPlace(text, oldText) };
}

function patternOf(piece: string): RegExp {
  const lines = piece.split(LINE_END).map((line) => line.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(lines.join('\\r?\\n'), 'g');
}

/** The line ends of the line in which a piece is put, else of the one before. */
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

function linesOf(text: string, found: readonly RegExpExecArray[]): number[] {
  let line = 1;
  let from = 0;
  return found.map(({ index }) => {
    line += text.slice(from, index).split('\n').length - 1;
    from = index;
    return line;
  });
}
