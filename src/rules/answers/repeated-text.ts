/** Characters of the end of a text that are looked at, and how many come in before the next look. */
const WINDOW = 8_192;
const STRIDE = 1_024;
/** What counts as a loop: a piece that stands there at least so many times, over at least so many characters. */
const LEAST_TIMES = 8;
const LEAST_CHARACTERS = 4_096;

/** Of the end of a text: what does not stand there once more is not repeated, which is found out by Node's own search. */
const SAMPLE = 64;

/** Notices text that repeats itself without end, as small models write it. */
export function createRepetitionWatch() {
  let tail = '';
  let unseen = '';
  return {
    /** @returns the piece that is repeated; null: none. */
    add(text: string): string | null {
      unseen += text;
      if (unseen.length < STRIDE) return null;
      tail = (tail + unseen).slice(-WINDOW);
      unseen = '';
      return tail.length < LEAST_CHARACTERS ? null : repeatedPiece(tail);
    },
  };
}

/** The piece that a text consists of at its end, in at least 8 exact copies that make up at least 4,096 characters. */
export function repeatedPiece(text: string): string | null {
  if (text.lastIndexOf(text.slice(-SAMPLE), text.length - SAMPLE - 1) === -1) return null;
  const backwards = (at: number) => text.charCodeAt(text.length - 1 - at);
  // Knuth, Morris and Pratt: borders[n] is the longest beginning of the first n + 1 that is also their end.
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
