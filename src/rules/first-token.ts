/** How fast prompts are read. */
export interface Rates {
  /** Tokens per second that are taken for granted. */
  assumed: number;
  /** Tokens per second that were measured, the slower ones more than the faster ones; null: none yet. */
  measured: number | null;
}

/** Of vendors: a long prompt takes seconds. */
export const VENDOR_RATES: Rates = { assumed: 500, measured: null };
/** Of servers that may have no graphics card: llama.cpp read 18,500 tokens in 770 s on two cores. */
export const OWN_SERVER_RATES: Rates = { assumed: 20, measured: null };

/** So many tokens are read within any base time, and say little about a rate. */
const SHORT = 1_000;
/** A model under load, or with less of its prompt cached, reads so many times slower than it has shown. */
const MARGIN = 3;
const SLOWEST = 1;
/** No prompt is waited for longer. */
const LONGEST_MS = 60 * 60_000;

/** How long a server may take to the first token of an answer. @param base milliseconds for a short prompt */
export function firstPartMs(base: number, tokens: number, { assumed }: Rates): number {
  const reading = (Math.max(0, tokens - SHORT) / assumed) * 1000;
  return Math.min(Math.max(base, LONGEST_MS), Math.ceil(base + reading));
}

/** After an answer. @param tokens that were read, without cached ones. @returns null: as before */
export function withMeasure(before: Rates | null, tokens: number, waitedMs: number): Rates | null {
  if (tokens < SHORT || waitedMs <= 0) return before;
  const rate = (tokens / waitedMs) * 1000;
  const last = before?.measured ?? rate;
  const measured = rate < last ? rate : last + (rate - last) / 5;
  return { assumed: Math.max(SLOWEST, measured / MARGIN), measured };
}

/** After a wait in vain: the next one may take twice as long for each token. */
export function slower({ assumed, measured }: Rates): Rates {
  return { assumed: Math.max(SLOWEST, assumed / 2), measured: measured && measured / 2 };
}
