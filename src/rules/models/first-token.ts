/** How fast prompts are read. */
export interface Rates {
  /** Tokens per second that are taken for granted. */
  assumed: number;
  /** Tokens per second that were measured, the slower ones more than the faster ones; null: none yet. */
  measured: number | null;
  /** Fewer tokens per second are not assumed, whatever was measured. */
  slowest: number;
  /** No prompt is waited for longer, in milliseconds. */
  longestMs: number;
}

/** Of vendors: a long prompt takes seconds; what takes longer is thinking, or an outage. */
export const VENDOR_RATES: Rates = { assumed: 500, measured: null, slowest: 100, longestMs: 10 * 60_000 };
/** Of servers that may have no graphics card: llama.cpp read 18,500 tokens in 770 s on two cores. */
export const OWN_SERVER_RATES: Rates = { assumed: 20, measured: null, slowest: 1, longestMs: 60 * 60_000 };

/** So many tokens are read within any base time, and say little about a rate. */
const SHORT = 1_000;
/** A model under load, or with less of its prompt cached, reads so many times slower than it has shown. */
const MARGIN = 3;

/** How long a server may take to the first token of an answer. @param base milliseconds for a short prompt */
export function firstPartMs(base: number, tokens: number, { assumed, longestMs }: Rates): number {
  const reading = (Math.max(0, tokens - SHORT) / assumed) * 1000;
  return Math.min(Math.max(base, longestMs), Math.ceil(base + reading));
}

/** After an answer. @param tokens that were read, without cached ones */
export function withMeasure(before: Rates, tokens: number, waitedMs: number): Rates {
  if (tokens < SHORT || waitedMs <= 0) return before;
  const rate = (tokens / waitedMs) * 1000;
  const last = before.measured ?? rate;
  const measured = rate < last ? rate : last + (rate - last) / 5;
  return { ...before, assumed: Math.max(before.slowest, measured / MARGIN), measured };
}

/** After a wait in vain: the next one may take twice as long for each token. */
export function slower(before: Rates): Rates {
  const { assumed, measured, slowest } = before;
  return { ...before, assumed: Math.max(slowest, assumed / 2), measured: measured && measured / 2 };
}
