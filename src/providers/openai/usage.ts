import type { CompletionUsage } from 'openai/resources/completions';
import { UNKNOWN_USAGE, type Usage } from '../../rules/money.ts';

/** Compatible servers leave out what they do not count; that is unknown, not 0. */
export function mapUsage(usage: Partial<CompletionUsage> | null | undefined): Usage {
  if (!usage) return UNKNOWN_USAGE;
  return {
    inputTokens: usage.prompt_tokens ?? null,
    cachedInputTokens: usage.prompt_tokens_details?.cached_tokens ?? null,
    outputTokens: usage.completion_tokens ?? null,
    reasoningTokens: usage.completion_tokens_details?.reasoning_tokens ?? null,
  };
}
