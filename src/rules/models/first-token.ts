/** How fast prompts are processed. */
export interface Rates {
  /** Assumed tokens per second. */
  assumed: number;
  /** Measured tokens per second, with more weight on slower ones; null: none yet. */
  measured: number | null;
  /** Lower bound for tokens per second, whatever was measured. */
  slowest: number;
  /** Maximum wait in milliseconds. */
  longestMs: number;
}

/** For vendors: a long prompt takes seconds; anything longer is reasoning, or an outage. */
export const VENDOR_RATES: Rates = { assumed: 500, measured: null, slowest: 100, longestMs: 10 * 60_000 };
/** For servers that may have no graphics card: llama.cpp processed 18,500 tokens in 770 s on two cores. */
export const OWN_SERVER_RATES: Rates = { assumed: 20, measured: null, slowest: 1, longestMs: 60 * 60_000 };

/** This many tokens are processed within any base time, and say little about the rate. */
const SHORT = 1_000;
/** Under load, or with less of its prompt cached, a model may be slower than measured by this factor. */
const MARGIN = 3;

/** Maximum wait for the first token of an answer. @param base milliseconds for a short prompt */
export function firstPartMs(base: number, tokens: number, { assumed, longestMs }: Rates): number {
  const reading = (Math.max(0, tokens - SHORT) / assumed) * 1000;
  return Math.min(Math.max(base, longestMs), Math.ceil(base + reading));
}

/** The rates after an answer. @param tokens processed, without cached ones */
export function withMeasure(before: Rates, tokens: number, waitedMs: number): Rates {
  if (tokens < SHORT || waitedMs <= 0) return before;
  const rate = (tokens / waitedMs) * 1000;
  const last = before.measured ?? rate;
  const measured = rate < last ? rate : last + (rate - last) / 5;
  return { ...before, assumed: Math.max(before.slowest, measured / MARGIN), measured };
}

/** The rates after a timeout: the next request may take twice as long per token. */
export function slower(before: Rates): Rates {
  const { assumed, measured, slowest } = before;
  return { ...before, assumed: Math.max(slowest, assumed / 2), measured: measured && measured / 2 };
}
