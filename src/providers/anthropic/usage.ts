import type { Usage } from '../../rules/money.ts';
import { sumOfCounts, tokenCount } from '../token-count.ts';
import type { AnthropicUsage } from './events.ts';

/** Anthropic counts what came from its cache and what went there beside `input_tokens`; ours is all of it. */
export function mapUsage(usage: Partial<AnthropicUsage>): Usage {
  const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens } = usage;
  const isCounted = tokenCount(input_tokens) !== null;
  return {
    inputTokens: isCounted
      ? sumOfCounts(input_tokens, cache_read_input_tokens, cache_creation_input_tokens)
      : null,
    cachedInputTokens: tokenCount(cache_read_input_tokens),
    outputTokens: tokenCount(usage.output_tokens),
    reasoningTokens: tokenCount(usage.output_tokens_details?.thinking_tokens),
  };
}

/** Later counts are cumulative and replace the earlier ones, those of them that are there. */
export function mergeUsage(
  earlier: Partial<AnthropicUsage>,
  later: AnthropicUsage | null | undefined,
): Partial<AnthropicUsage> {
  const told = Object.entries(later ?? {}).filter(([, count]) => count !== null && count !== undefined);
  return { ...earlier, ...Object.fromEntries(told) };
}
