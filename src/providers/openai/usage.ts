import type { CompletionUsage } from 'openai/resources/completions';
import { UNKNOWN_USAGE, type Usage } from '../../rules/money.ts';

/** Compatible servers leave out what they do not count; that is unknown, not 0. */
export function mapUsage(usage: Partial<CompletionUsage> | null | undefined): Usage {
  if (!usage) return UNKNOWN_USAGE;
  return {
    inputTokens: count(usage.prompt_tokens),
    cachedInputTokens: count(usage.prompt_tokens_details?.cached_tokens),
    outputTokens: count(usage.completion_tokens),
    reasoningTokens: count(usage.completion_tokens_details?.reasoning_tokens),
  };
}

/** Anything but a whole number would end as a wrong sum of money. */
function count(sent: unknown): number | null {
  return typeof sent === 'number' && Number.isSafeInteger(sent) && sent >= 0 ? sent : null;
}
