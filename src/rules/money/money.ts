/** Token counts of one model call as its vendor reported them; null is unknown. */
export interface Usage {
  inputTokens: number | null;
  /** Part of `inputTokens` that the vendor served from its cache. */
  cachedInputTokens: number | null;
  /** Part of `inputTokens` that the vendor wrote to its cache, at a separate price; absent: not reported. */
  cacheWriteTokens?: number | null;
  /** Part of `cacheWriteTokens` that is kept for an hour; the rest is kept for five minutes. */
  cacheWriteHourTokens?: number | null;
  outputTokens: number | null;
  /** Part of `outputTokens` used for reasoning. */
  reasoningTokens: number | null;
}

export const UNKNOWN_USAGE: Usage = {
  inputTokens: null,
  cachedInputTokens: null,
  outputTokens: null,
  reasoningTokens: null,
};

/** US dollars per million tokens, as decimal text. */
export interface Prices {
  input: string;
  /** null: the input price. */
  cachedInput: string | null;
  /** For input written to the cache for five minutes; null or absent: the input price. */
  cacheWrite?: string | null;
  /** For an hour; null or absent: the five-minute price. */
  cacheWriteHour?: string | null;
  output: string;
}

/**
 * The exact cost of a call in US dollars, as decimal text with 12 places; null when a price or a count is
 * unknown, which does not mean free.
 */
export function costOf(usage: Usage, prices: Prices | null): string | null {
  if (isFree(prices)) return toDollars(0n);
  if (!prices || usage.inputTokens === null || usage.outputTokens === null) return null;
  const cached = BigInt(Math.min(usage.cachedInputTokens ?? 0, usage.inputTokens));
  const written = atMost(usage.cacheWriteTokens, BigInt(usage.inputTokens) - cached);
  const forHour = atMost(usage.cacheWriteHourTokens, written);
  const fresh = BigInt(usage.inputTokens) - cached - written;
  const write = prices.cacheWrite ?? prices.input;
  const picodollars =
    fresh * picodollarsPerToken(prices.input) +
    cached * picodollarsPerToken(prices.cachedInput ?? prices.input) +
    (written - forHour) * picodollarsPerToken(write) +
    forHour * picodollarsPerToken(prices.cacheWriteHour ?? write) +
    BigInt(usage.outputTokens) * picodollarsPerToken(prices.output);
  return toDollars(picodollars);
}

function atMost(count: number | null | undefined, most: bigint): bigint {
  const counted = BigInt(count ?? 0);
  return counted < most ? counted : most;
}

/** A free model costs nothing regardless of usage, known or not. */
export function isFree(prices: Prices | null): boolean {
  return prices !== null && [...inputPrices(prices), prices.output].every((price) => Number(price) === 0);
}

/** All prices that may apply to a token of the input. */
function inputPrices({ input, cachedInput, cacheWrite, cacheWriteHour }: Prices): string[] {
  return [input, cachedInput, cacheWrite, cacheWriteHour].filter((price) => typeof price === 'string');
}

/** The highest price that may apply to a token of the input: it may be written to a cache. */
export function dearestInput(prices: Prices): string {
  return inputPrices(prices).reduce((one, other) =>
    picodollarsPerToken(one) >= picodollarsPerToken(other) ? one : other,
  );
}

/** A percentage of a price, rounded up to the six decimal places of prices. */
export function percentOf(dollarsPerMillion: string, percent: bigint): string {
  const micros = (picodollarsPerToken(dollarsPerMillion) * percent + 99n) / 100n;
  const digits = micros.toString().padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** A dollar per million tokens is a million picodollars per token, so six decimal places are exact. */
function picodollarsPerToken(dollarsPerMillion: string): bigint {
  const [whole = '0', fraction = ''] = dollarsPerMillion.split('.');
  return BigInt(whole + fraction.slice(0, 6).padEnd(6, '0'));
}

/** Decimal text with 12 places. */
export function toDollars(picodollars: bigint): string {
  if (picodollars < 0n) return `-${toDollars(-picodollars)}`;
  const digits = picodollars.toString().padStart(13, '0');
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`;
}

/**
 * The inverse of `toDollars`; also accepts numeric values as Postgres prints them. Places beyond the twelfth
 * are dropped.
 */
export function toPicodollars(dollars: string): bigint {
  const [whole = '0', fraction = ''] = dollars.replace('-', '').split('.');
  const picodollars = BigInt(whole + fraction.slice(0, 12).padEnd(12, '0'));
  return dollars.startsWith('-') ? -picodollars : picodollars;
}
