import type { ProviderErrorCode } from '../../rules/models/provider-failure.ts';

/** Waiting does not help: the owner of the account has to act. */
export const EMPTY_ACCOUNT =
  /credit balance|insufficient.?(balance|credit|fund|quota)|exceeded your current quota|billing_error/i;

/**
 * Errors that servers identify only by their text, or by codes and types of their own. Each pattern matches
 * wording used by more than one server.
 */
const WORDS: readonly (readonly [ProviderErrorCode, RegExp])[] = [
  // A limit of tokens per minute is not a limit of the context.
  ['PROVIDER_RATE_LIMITED', /tokens per (minute|min|day)|\btpm\b|rate.?limit/i],
  [
    'CONTEXT_TOO_LONG',
    /context.?(length|window|size|limit)[^.]*(exceed|too long|overflow|only|\d{3})|exceed\w*[^.]*context|context.?(length|window|size)\w*.?exceeded|when context the overflows/i,
  ],
  [
    'CONTEXT_TOO_LONG',
    /(prompt|input|request|message|conversation)s?\b[^.]{0,60}\b(is|are|was|were) (too (long|large)|longer than)/i,
  ],
  [
    'CONTEXT_TOO_LONG',
    /(prompt|input|token count|total tokens)[^.]{0,80}exceed\w*[^.]{0,60}(maximum|limit|max|context|length)|exceed\w*[^.]{0,40}(token limit|max(imum)? (prompt|input|sequence|model) )/i,
  ],
  [
    'CONTEXT_TOO_LONG',
    /maximum (context|prompt|model|input|sequence) length|reduce the length of|range of input length|inputs?`? tokens? \+|max_tokens must be at least 1, got -/i,
  ],
  ['PROVIDER_AUTH', EMPTY_ACCOUNT],
  [
    'MODEL_NOT_FOUND',
    /invalid model name|not a valid model|unknown model|no models? loaded|model manifest: file does not exist|model\W[^.]{0,100}\b(not found|does not exist|not exist|is not available|no longer available)/i,
  ],
];

/** The error code indicated by the text of an error beyond its status; null: none. */
export function codeOfWords(words: string): ProviderErrorCode | null {
  return WORDS.find(([, pattern]) => pattern.test(words))?.[0] ?? null;
}
