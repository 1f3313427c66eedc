/** A row with text of a run's log. */
export interface TextPiece {
  seq: number;
  attempt: number;
  type: string;
  callId: string;
  /** Of its text, in UTF-8. */
  bytes: number;
}

/** The rows from `first` to `last`, which become one. */
export interface TextSpan {
  first: number;
  last: number;
}

/** No page has more bytes, and so none more characters. Longer pieces stay alone. */
export const MAX_PAGE_BYTES = 64 * 1024;
/** Nor has it more events: readers hold the time of each. */
export const MAX_PAGE_PIECES = 4096;
/** Fewer rows are not worth the work. */
const LEAST_SAVED = 20;

/**
 * Which rows of a log become pages: neighbours of one model call, attempt and type.
 * @param pieces in the order of `seq` @returns none if that would save few rows
 */
export function planPages(pieces: readonly TextPiece[]): TextSpan[] {
  const spans: TextSpan[] = [];
  let bytes = 0;
  for (const [index, piece] of pieces.entries()) {
    const span = spans.at(-1);
    bytes += piece.bytes;
    const fits = span && bytes <= MAX_PAGE_BYTES && piece.seq - span.first < MAX_PAGE_PIECES;
    if (fits && continues(pieces[index - 1]!, piece)) {
      span.last = piece.seq;
      continue;
    }
    spans.push({ first: piece.seq, last: piece.seq });
    bytes = piece.bytes;
  }
  const saved = pieces.length - spans.length;
  return saved < LEAST_SAVED ? [] : spans.filter(({ first, last }) => last > first);
}

function continues(before: TextPiece, { seq, attempt, type, callId }: TextPiece): boolean {
  return (
    seq === before.seq + 1 && attempt === before.attempt && type === before.type && callId === before.callId
  );
}
