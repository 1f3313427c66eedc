/** Characters at the end of a text that are examined, and new characters before the next examination. */
const WINDOW = 8_192;
const STRIDE = 1_024;
/** A loop is a piece repeated at least this many times, over at least this many characters. */
const LEAST_TIMES = 8;
const LEAST_CHARACTERS = 4_096;

/**
 * Characters at the end of the text: if they do not occur a second time, nothing is repeated. Uses Node's own
 * search, which is fast.
 */
const SAMPLE = 64;

/** Detects text that repeats itself endlessly, as small models sometimes write. */
export function createRepetitionWatch() {
  let tail = '';
  let unseen = '';
  return {
    /** @returns the repeated piece; null: none */
    add(text: string): string | null {
      unseen += text;
      if (unseen.length < STRIDE) return null;
      tail = (tail + unseen).slice(-WINDOW);
      unseen = '';
      return tail.length < LEAST_CHARACTERS ? null : repeatedPiece(tail);
    },
  };
}

/**
 * The piece repeated at the end of a text, in at least 8 exact copies with at least 4,096 characters in
 * total.
 */
export function repeatedPiece(text: string): string | null {
  if (text.lastIndexOf(text.slice(-SAMPLE), text.length - SAMPLE - 1) === -1) return null;
  const backwards = (at: number) => text.charCodeAt(text.length - 1 - at);
  // Knuth-Morris-Pratt: borders[n] is the length of the longest proper prefix of the first n + 1 characters
  // that is also their suffix.
  const borders = new Uint16Array(text.length);
  for (let at = 1; at < text.length; at += 1) {
    let border = borders[at - 1]!;
    while (border > 0 && backwards(at) !== backwards(border)) border = borders[border - 1]!;
    if (backwards(at) === backwards(border)) border += 1;
    borders[at] = border;
    const period = at + 1 - border;
    if (at + 1 >= LEAST_CHARACTERS && at + 1 >= LEAST_TIMES * period) return text.slice(-period);
  }
  return null;
}
