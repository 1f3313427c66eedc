/** Lines of a text that are similar to a piece that does not occur in it. */
export interface Place {
  /** Number of the first line, from 1. */
  line: number;
  /** The lines as they are in the text. */
  lines: string[];
  /** Whether they differ in white space only. */
  isSpaceOnly: boolean;
}

/** Characters of a line that are compared. */
const LONGEST_LINE = 300;
/** Share of pairs of letters of a line that have to be the same. */
const ALIKE = 0.5;

/**
 * Where a text is most similar to a piece: by lines that differ in white space only, otherwise by its first
 * line.
 */
export function nearestPlace(text: string, piece: string): Place | null {
  const lines = text.split(/\r?\n/);
  const wanted = piece.split(/\r?\n/);
  while (wanted.length > 1 && wanted.at(-1)!.trim() === '') wanted.pop();
  const start = startBySameLines(lines, wanted) ?? startByLikeness(lines, wanted);
  if (start === null) return null;
  const there = lines.slice(start, start + wanted.length);
  const isSpaceOnly = there.map(bare).join('\n') === wanted.map(bare).join('\n');
  return { line: start + 1, lines: there, isSpaceOnly };
}

const bare = (line: string) => line.replaceAll(/\s+/g, '');

/** Each pair of equal lines votes for one beginning; the one with the most votes wins. */
function startBySameLines(lines: readonly string[], wanted: readonly string[]): number | null {
  const places = new Map<string, number[]>();
  for (const [index, line] of lines.entries()) {
    const key = bare(line);
    // Lines such as `}` are too frequent to be useful.
    if (key.length > 2) places.set(key, [...(places.get(key) ?? []).slice(-50), index]);
  }
  const votes = new Map<number, number>();
  for (const [offset, line] of wanted.entries()) {
    for (const index of places.get(bare(line)) ?? []) {
      const start = Math.max(0, index - offset);
      votes.set(start, (votes.get(start) ?? 0) + 1);
    }
  }
  const best = [...votes].toSorted(([, one], [, other]) => other - one)[0];
  return best ? best[0] : null;
}

function startByLikeness(lines: readonly string[], wanted: readonly string[]): number | null {
  const offset = Math.max(
    0,
    wanted.findIndex((line) => line.trim() !== ''),
  );
  const pairs = pairsOf(wanted[offset]!);
  const scores = lines.map((line) => likeness(pairs, pairsOf(line)));
  const best = scores.reduce((most, score, index) => (score > scores[most]! ? index : most), 0);
  return (scores[best] ?? 0) < ALIKE ? null : Math.max(0, best - offset);
}

function pairsOf(line: string): Map<string, number> {
  const text = bare(line).slice(0, LONGEST_LINE).toLowerCase();
  const pairs = new Map<string, number>();
  for (let at = 0; at < text.length - 1; at += 1) {
    const pair = text.slice(at, at + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return pairs;
}

/** Dice's coefficient: 0 for nothing in common, 1 for the same. */
function likeness(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): number {
  let shared = 0;
  let all = 0;
  for (const [pair, count] of one) {
    shared += Math.min(count, other.get(pair) ?? 0);
    all += count;
  }
  for (const count of other.values()) all += count;
  return all === 0 ? 0 : (2 * shared) / all;
}
