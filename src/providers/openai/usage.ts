import type { CompletionUsage } from 'openai/resources/completions';
import { UNKNOWN_USAGE, type Usage } from '../../rules/money.ts';
import { tokenCount } from '../token-count.ts';

/** Compatible servers leave out what they do not count; that is unknown, not 0. */
export function mapUsage(usage: Partial<CompletionUsage> | null | undefined): Usage {
  if (!usage) return UNKNOWN_USAGE;
  return {
    inputTokens: tokenCount(usage.prompt_tokens),
    cachedInputTokens: tokenCount(usage.prompt_tokens_details?.cached_tokens),
    outputTokens: tokenCount(usage.completion_tokens),
    reasoningTokens: tokenCount(usage.completion_tokens_details?.reasoning_tokens),
  };
}
