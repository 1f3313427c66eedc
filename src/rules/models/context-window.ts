/** Hardly any text has fewer bytes of JSON per token, so estimates are too high rather than too low. */
export const BYTES_PER_TOKEN = 3;

/** For English prose. Text that is cut by this estimate would rarely fit. */
export const PROSE_BYTES_PER_TOKEN = 4;

/** Tokens reserved for an answer of unknown length, or a quarter of the window. */
const ANSWER_TOKENS = 4_096;

/** Maximum tokens of a request, so that there is space for its answer. */
export function inputTokensIn(window: number, maxTokens: number | undefined): number {
  return window - Math.min(maxTokens ?? ANSWER_TOKENS, Math.ceil(window / 4));
}

/** The ratio observed for a model, within plausible limits. @param tokens null: unknown */
export function bytesPerToken(bytes: number, tokens: number | null): number {
  return tokens ? Math.min(6, Math.max(2, bytes / tokens)) : BYTES_PER_TOKEN;
}

const COUNT = '(\\d[\\d,]{2,11})';

/** How servers name the window when they reject a request that exceeds it. */
const NAMING = [
  `\\d\\s*(?:tokens?\\s*)?>\\s*${COUNT}`,
  `(?:maximum|max|available|model's)[^.\\d]{0,40}(?:context|prompt|input|sequence)[^.\\d]{0,40}?${COUNT}`,
  `${COUNT} (?:tokens? )?maximum`,
  `context (?:length|window|size|limit)[^.\\d]{0,30}?(?:of|is|only|:|=|<=)[^.\\d]{0,10}${COUNT}(?!\\s*\\+)`,
  `token limit\\W{0,3}${COUNT}`,
  `maximum number of tokens allowed\\W{0,3}${COUNT}`,
  `must be <=\\s*${COUNT}`,
  `n_ctx\\W{0,4}${COUNT}`,
].map((pattern) => new RegExp(pattern, 'i'));

/**
 * The window named in an error message, in tokens; null: none. @param said the server's error for a request
 * that was too long
 */
export function windowIn(said: string): number | null {
  for (const pattern of NAMING) {
    const window = Number(pattern.exec(said)?.[1]?.replaceAll(',', ''));
    if (window >= 256 && window < 2 ** 31) return window;
  }
  return null;
}
