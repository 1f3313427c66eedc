/** Fewer bytes of JSON are one token with hardly any text, so that what is estimated is too high rather than too low. */
export const BYTES_PER_TOKEN = 3;

/** Of English prose. What is cut by this estimate would hardly ever fit. */
export const PROSE_BYTES_PER_TOKEN = 4;

/** Tokens kept for an answer of unknown length, or a quarter of the window. */
const ANSWER_TOKENS = 4_096;

/** Tokens that a request may have in a window, so that there is space for its answer. */
export function inputTokensIn(window: number, maxTokens: number | undefined): number {
  return window - Math.min(maxTokens ?? ANSWER_TOKENS, Math.ceil(window / 4));
}

/** What a model has shown, within what is plausible. @param tokens null: unknown */
export function bytesPerToken(bytes: number, tokens: number | null): number {
  return tokens ? Math.min(6, Math.max(2, bytes / tokens)) : BYTES_PER_TOKEN;
}

const COUNT = '(\\d[\\d,]{2,11})';

/** Ways in which servers name the window in a refusal of what exceeds it. */
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

/** The window that a refusal names, in tokens; null: none. @param said by a server to what was too long for it */
export function windowIn(said: string): number | null {
  for (const pattern of NAMING) {
    const window = Number(pattern.exec(said)?.[1]?.replaceAll(',', ''));
    if (window >= 256 && window < 2 ** 31) return window;
  }
  return null;
}
