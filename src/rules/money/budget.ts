import { costOf, dearestInput, type Prices, toDollars, toPicodollars } from './money.ts';

export interface Reservation {
  /** The output limit for the request. */
  maxTokens: number;
  /** US dollars as decimal text: the maximum cost of the call. */
  amount: string;
}

/** A shorter answer is rarely worth its prompt. */
const MIN_TOKENS = 256;

/**
 * The longest answer, up to `wanted` tokens, whose cost the remaining budget certainly covers. A token is at
 * least one byte of UTF-8, so the bytes of the prompt limit its tokens. Each is reserved at the highest input
 * price: the vendor may write all of it to its cache, which costs up to twice as much.
 * @param left US dollars as decimal text. @returns null when it covers no worthwhile answer
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
