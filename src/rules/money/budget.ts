import { costOf, dearestInput, type Prices, toDollars, toPicodollars } from './money.ts';

export interface Reservation {
  /** What the provider is asked for at most. */
  maxTokens: number;
  /** US dollars as decimal text: what the call can cost at most. */
  amount: string;
}

/** An answer shorter than this is rarely worth its question. */
const MIN_TOKENS = 256;

/**
 * The longest answer, up to `wanted` tokens, whose cost is surely covered by what is left. A token is at least
 * one byte of UTF-8, so that the bytes of the question bound its tokens. Each is reserved at the dearest price of input:
 * the vendor may write all of it to its cache, which costs up to twice as much.
 * @param left US dollars as decimal text. @returns null when it covers no answer worth asking for.
 */
export function reserve(
  { inputBytes, wanted }: { inputBytes: number; wanted: number },
  prices: Prices,
  left: string,
): Reservation | null {
  const costFor = (outputTokens: number) =>
    toPicodollars(
      costOf(
        { inputTokens: inputBytes, cachedInputTokens: null, outputTokens, reasoningTokens: null },
        { ...prices, input: dearestInput(prices) },
      ) ?? '0',
    );
  const base = costFor(0);
  const perToken = costFor(1) - base;
  const forOutput = toPicodollars(left) - base;
  const affordable = perToken === 0n ? wanted : Number(forOutput / perToken);
  if (forOutput < 0n || affordable < Math.min(wanted, MIN_TOKENS)) return null;
  const maxTokens = Math.min(wanted, affordable);
  return { maxTokens, amount: toDollars(costFor(maxTokens)) };
}
